// Where things go: the sizes of all that surrounds a panel, the widths of words, and the
// rectangles of the panels, in a row or, on a narrow screen, in a column.

// Every constant of the layout, in pixels where nothing else is said.
// prettier-ignore
export const SIZE = {
  tick: 12, label: 13, title: 14, least: 11, // of letters; none is smaller than the least
  lineHeight: 1.25, // of words of several lines, in sizes of the letters
  tickLength: 4, minorLength: 2.5, tickGap: 7, // of dashes at an axis; from the axis to a number
  tickLine: 20, labelLine: 17, titleLine: 18, legendLine: 19, offsetLine: 16, // room for a line
  yLabel: 22, yTicks: 12, // room left of a panel for its label, and beside the numbers
  key: 26, keyHeight: 10, keyRoom: 32, entryGap: 14, // of a legend: a key, its words, the next
  bar: 12, barGap: 10, barTicks: 17, barRoom: 34, barLabel: 20, // of a color bar
  edge: 10, right: 12, // least margins at the top and at the right
  aside: 28, // what a title leaves free of the room of its panel
  foot: 6, footLabel: 4, labelDrop: 25, // below a panel: without numbers; from axis to label
  stackBelow: 270, stackGap: 8, stackHeight: 195, // panels narrower than this are stacked,
  stackLeast: 80, // none lower than this
  minHeight: 220, maxHeight: 340, maxSquare: 380, minWidth: 130, // of a panel
  rowAspect: 0.9, aloneAspect: 0.5, // height to width of a panel in a row, and of one alone
};

const pen = document.createElement("canvas").getContext("2d");
const widths = new Map();
let family = "sans-serif";
export const useFont = (name) => (family = name);

function lineWidth(text, size) {
  const key = `${size}|${family}|${text}`;
  if (!widths.has(key)) {
    pen.font = `${size}px ${family}`;
    widths.set(key, pen.measureText(text).width);
  }
  return widths.get(key);
}

// Words are a string, or typeset: {width, height, depth, runs, ...} in percent of a letter's size.
export const wordsWidth = (words, size) =>
  typeof words === "string"
    ? Math.max(...words.split("\n").map((line) => lineWidth(line, size)))
    : (words.width * size) / 100;
export const widest = (texts) =>
  Math.max(0, ...texts.map((words) => wordsWidth(words, SIZE.tick)));
export const lineCount = (words) => (typeof words === "string" ? words.split("\n").length : 1);

// What words below an axis take, of which one line takes `one`, and none `none`.
export const ticksBelow = ({ texts }, one, none) =>
  texts.length
    ? one + (Math.max(...texts.map(lineCount)) - 1) * SIZE.tick * SIZE.lineHeight
    : none;

export function wrap(words, size, most) {
  if (typeof words !== "string" || !words) return words;
  const lines = [""];
  for (const word of words.split(" ")) {
    const last = lines.length - 1,
      longer = lines[last] ? `${lines[last]} ${word}` : word;
    if (lineWidth(longer, size) <= most || longer === word) lines[last] = longer;
    else lines.push(word);
  }
  return lines.join("\n");
}

// Returns a legend's rows, each at most so wide: of every entry [from the left, words, marks].
export function legendRows(entries, most) {
  const rows = [[]];
  let used = 0;
  for (const [words, marks] of entries || []) {
    const width = SIZE.keyRoom + 2 + wordsWidth(words, SIZE.tick) + SIZE.entryGap;
    if (used + width > most && rows.at(-1).length) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1).push([used, words, marks]);
    used += width;
  }
  return entries ? rows : [];
}
export const legendHeight = (entries, most) =>
  entries ? legendRows(entries, most).length * SIZE.legendLine + 4 : 0;

// Returns how wide a label below a panel may be: it reaches a little past both of its ends.
export const labelRoom = ({ room, left, right }) =>
  room - left - right + 2 * Math.min(left, right, left / 4);

// What the numbers of an axis share has a line of its own, above a panel and below it.
export const offsetHeight = ({ offset }) => (offset ? SIZE.offsetLine : 0);

// Returns how far words that may leave a panel, as labels of lines do, reach past its right edge,
// once it is narrower by as much than `inside`.
function overhang(marks, inside, unit) {
  const past = ({ kind, unclipped, align, turn, at, shift, words, size }) =>
    kind === "text" && unclipped && align === "left" && !turn && at[0] > 0
      ? inside
        + ((shift[0] + wordsWidth(words, Math.max(SIZE.least, size)) - inside) * unit) / at[0]
      : 0;
  return Math.max(0, ...marks.map(past));
}

// Returns what a panel needs around it. Margins only grow from state to state: nothing jumps.
function grow(kept, { frame, marks }, unit) {
  const { x, y, bar, title, legend } = frame,
    { room } = kept;
  const left = (y.label ? SIZE.yLabel : 0) + widest(y.texts) + SIZE.yTicks;
  const inside = room - left - 16;
  const barRoom = bar ? SIZE.barRoom + widest(bar.texts) + (bar.label ? SIZE.barLabel : 0) : 0;
  const past = Math.min(overhang(marks, inside, unit) + 4, room / 3);
  const reach = x.texts.map((words) => wordsWidth(words, SIZE.tick) / 2); // of numbers, each way
  const at = x.places.map((u) => (u / unit) * inside);
  const before = reach.map((far, i) => far - at[i]);
  const after = reach.map((far, i) => at[i] + far - inside);
  kept.left = Math.max(kept.left, left, ...before);
  kept.right = Math.max(kept.right, barRoom + SIZE.edge, past, SIZE.right, ...after);
  const titleLines = lineCount(wrap(title, SIZE.title, room - SIZE.aside)),
    rows = legendHeight(legend, room - kept.left - kept.right);
  const above = (title ? titleLines * SIZE.titleLine + 6 : 0) + rows + offsetHeight(y);
  kept.top = Math.max(kept.top, above + SIZE.edge);
  const labelLines = lineCount(wrap(x.label, SIZE.label, labelRoom(kept)));
  const below =
    ticksBelow(x, SIZE.tickLine, SIZE.foot)
    + offsetHeight(x)
    + (x.label ? labelLines * SIZE.labelLine : 0)
    + SIZE.footLabel;
  kept.bottom = Math.max(kept.bottom, below);
  return kept;
}

const isStacked = (scene, width) => scene.length > 1 && width / scene.length < SIZE.stackBelow;

// Lets the margins in `memory`, a list of one for each panel with its room (how wide it is with
// them), grow to what a scene needs.
export function prepare(scene, width, memory, unit) {
  const room = width / (isStacked(scene, width) ? 1 : scene.length);
  return scene.map((panel, i) =>
    grow((memory[i] ||= { left: 0, right: 0, top: 0, bottom: 0, room }), panel, unit),
  );
}

// Returns the rectangles of a scene's panels, and the height of the picture; panels one below the
// other are made so low that the picture is no higher than `most`, if that can be.
export function layout(scene, width, memory, unit, most) {
  const margins = prepare(scene, width, memory, unit),
    stacked = isStacked(scene, width);
  return scene.length > 1 && !stacked
    ? inRow(scene, width, margins)
    : inColumn(scene, width, margins, stacked ? most : 0);
}

const sum = (list) => list.reduce((total, each) => total + each, 0);
const rowHeight = (wish) => Math.min(SIZE.maxHeight, Math.max(SIZE.minHeight, wish));

// `most` is 0 for a panel that is alone.
function inColumn(scene, width, margins, most) {
  const rooms = margins.map(({ left, right }) => width - left - right);
  const wishes = scene.map(({ frame: { aspect } }, i) =>
    aspect
      ? Math.min(rooms[i] * aspect, aspect < SIZE.rowAspect ? SIZE.maxHeight : SIZE.maxSquare)
      : rowHeight(most ? SIZE.stackHeight : rooms[0] * SIZE.aloneAspect),
  );
  const around = sum(margins.map(({ top, bottom }) => top + bottom + SIZE.stackGap));
  const shrink = most > 200 ? Math.min(1, (most - around) / sum(wishes)) : 1;
  let foot = 0;
  const rects = scene.map(({ frame: { aspect } }, i) => {
    const { left, top, bottom } = margins[i],
      h = Math.max(Math.min(wishes[i], SIZE.stackLeast), wishes[i] * shrink);
    const w = aspect ? Math.min(rooms[i], h / aspect) : rooms[i];
    const x = left + (rooms[i] - w) / 2;
    const rect = { ...margins[i], x, y: foot + top, w, h, from: 0, whole: width };
    foot += top + h + bottom + (i < scene.length - 1 ? SIZE.stackGap : 0);
    return rect;
  });
  return { rects, height: Math.ceil(foot) };
}

function inRow(scene, width, margins) {
  const row = rowHeight(
    (width / scene.length - margins[0].left - margins[0].right) * SIZE.rowAspect,
  );
  const free = width - sum(margins.map(({ left, right }) => left + right));
  const aspects = scene.map(({ frame }) => frame.aspect);
  const flexible = aspects.filter((aspect) => !aspect).length;
  const fixed = sum(aspects.map((aspect) => (aspect ? row / aspect : 0)));
  const squeeze = flexible
    ? Math.min(1, (free - flexible * SIZE.minWidth) / (fixed || 1))
    : Math.min(1.25, free / fixed);
  const [top, bottom] = ["top", "bottom"].map((side) => Math.max(...margins.map((m) => m[side])));
  let x = 0;
  const rects = aspects.map((aspect, i) => {
    const { left, right } = margins[i];
    const w = aspect ? (row / aspect) * squeeze : (free - fixed * squeeze) / flexible;
    const h = aspect ? row * squeeze : row;
    const room = left + w + right,
      rect = { ...margins[i], bottom, x: x + left, y: top, w, h, from: x, room, whole: width };
    x += room;
    return rect;
  });
  return { rects, height: Math.ceil(top + Math.max(...rects.map((rect) => rect.h)) + bottom) };
}
