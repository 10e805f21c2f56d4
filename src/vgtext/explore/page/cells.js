// What can be read of bars, and of the cells of tables, maps and images: a series for each row,
// {points, boxes, tell}, with the rectangle of each cell in pixels.
import { inLegend, pieces } from "./lines.js";
import { between, readValue, valueOn } from "./values.js";
import { plain } from "./words.js";

const isWithin = (u, low, high) => u >= low && u <= high;
const sides = (low, high) => [(low + high) / 2, low, high];
const middle = ({ left, right, foot, top }) => [(left + right) / 2, (foot + top) / 2];

// The filled rectangles of a panel, but for bands that cross it.
function boxesOf(marks, unit) {
  const clip = (u) => Math.min(unit, Math.max(0, u));
  const boxes = [];
  for (const mark of marks.filter(({ kind, fill }) => kind === "path" && fill)) {
    for (const piece of pieces(mark)) {
      const [xs, ys] = ["x", "y"].map((way) =>
        piece.filter((k) => mark.commands?.[k] !== "Z").map((k) => mark[way][k]),
      );
      if (xs.length < 4 || xs.length > 5 || new Set(xs).size !== 2 || new Set(ys).size !== 2)
        continue;
      const [left, right] = [Math.min(...xs), Math.max(...xs)].map(clip);
      const [foot, top] = [Math.min(...ys), Math.max(...ys)].map(clip);
      const isBand = right - left === unit || top - foot === unit;
      if (!isBand && right > left) boxes.push({ mark, left, right, foot, top, words: [] });
    }
  }
  return boxes;
}

// Adds to the boxes the words that stand in them, and cells for words that stand at ticks of both
// axes, as those of a table do.
function addWords(boxes, { frame: { x, y }, marks }) {
  const [wide, high] = [x, y].map(({ places }) => Math.abs(places[1] - places[0]));
  const near = ({ places }, u, step) => places.find((place) => Math.abs(place - u) < step / 4);
  for (const { kind, at, align, words } of marks) {
    if (kind !== "text") continue;
    const box = boxes.find(
      (b) => isWithin(at[0], b.left, b.right) && isWithin(at[1], b.foot, b.top),
    );
    const [column, row] = [near(x, at[0], wide), near(y, at[1], high)];
    if (box) box.words.push(plain(words));
    else if (align === "center" && column !== undefined && row !== undefined) {
      boxes.push({
        words: [plain(words)],
        left: column - wide / 2,
        right: column + wide / 2,
        foot: row - high / 2,
        top: row + high / 2,
      });
    }
  }
}

// If the boxes are bars, returns a function that says where one ends that starts from their base.
// They start there, one a row, and are not all as long; or, where the base is zero, also on
// another one's end, and are as long as they like. A table's cells fill a grid.
function barsOf(boxes, axis, unit, low, high, side) {
  const isAt = (u, v) => Math.abs(u - v) < 8;
  const count = (key) => new Set(boxes.map((box) => Math.round(box[key] / 8))).size;
  const isOn = (box) => boxes.some((b) => b[side] === box[side] && isAt(b[high], box[low]));
  const isBase = (u) =>
    boxes.every((box) => isAt(box[low], u) || isAt(box[high], u) || isOn(box));
  const base = [low, high].map((key) => boxes[0]?.[key]).find(isBase);
  if (base === undefined) return false;
  const end = (box) => base + (box[low] < base - 8 ? -1 : 1) * (box[high] - box[low]);
  const [rows, columns] = [side, low].map(count);
  const isBars =
    readValue(axis, base, unit) === "0"
      ? columns === 1 || rows * columns !== boxes.length
      : rows === boxes.length && !boxes.every((box) => isAt(end(box), end(boxes[0])));
  return isBars && end;
}

export function cellSeries(panel, X, Y, unit) {
  const { frame, marks } = panel,
    { x, y, legend } = frame;
  const boxes = boxesOf(marks, unit);
  const upright = barsOf(boxes, y, unit, "foot", "top", "left"),
    level = !upright && barsOf(boxes, x, unit, "left", "right", "foot"),
    isBars = upright || level;
  if (!isBars) addWords(boxes, panel);
  // of bars, an axis without numbers has nothing to say, and what is measured may be in the title
  const order = upright ? ["x", "y"] : ["y", "x"];
  const ways = order.filter((way) => !isBars || frame[way].texts.length);
  if (boxes.length < 2 || !ways.length) return [];
  const other = isBars
    ? { [level ? "x" : "y"]: plain(frame.title || "") }
    : { x: WORDS.figure.column, y: WORDS.figure.row };
  const isNamed = (way) => !isBars && frame[way].kind === "category"; // a name says enough
  const called = (way) => plain(frame[way].label) || (isNamed(way) ? "" : other[way]) || "";
  const say = (box) => {
    const value =
      box.words.join(" ")
      || (box.mark && (plain(box.mark.name || "") || inLegend(box.mark, legend)));
    const told = {
      x: level ? readValue(x, level(box), unit) : between(x, sides(box.left, box.right), unit),
      y: upright ? readValue(y, upright(box), unit) : between(y, sides(box.foot, box.top), unit),
    };
    const lines = ways.map((way) => (called(way) && `${called(way)}: `) + told[way]);
    return [...lines, ...(value ? [value] : [])];
  };
  const rows = new Map(); // of cells, from the top; bars are one row
  boxes.sort((a, b) => (level ? 0 : a.left - b.left) || b.top - a.top);
  for (const box of boxes) {
    const key = isBars ? 0 : Math.round(middle(box)[1] / 8);
    if (!rows.has(key)) rows.set(key, []);
    rows.get(key).push(box);
  }
  return [...rows]
    .sort(([a], [b]) => b - a)
    .map(([, row]) => ({
      points: row.map((box) => [X(middle(box)[0]), Y(middle(box)[1])]),
      boxes: row.map((b) => [X(b.left), Y(b.top), X(b.right), Y(b.foot)]),
      tell: (k) => say(row[k]),
    }));
}

// ---- images: a pixel is a cell, and its value what the color bar says of its color ----

const decoded = new Map();

// Returns {width, height, data} of an image, once it has been decoded; until then nothing.
function pixelsOf(source) {
  if (!decoded.has(source)) {
    decoded.set(source, null);
    const image = Object.assign(new Image(), { src: source });
    image.decode().then(
      () => {
        const { width, height } = image,
          canvas = Object.assign(document.createElement("canvas"), { width, height });
        const pen = canvas.getContext("2d", { willReadFrequently: true });
        pen.drawImage(image, 0, 0);
        decoded.set(source, pen.getImageData(0, 0, width, height));
      },
      () => {},
    );
  }
  return decoded.get(source);
}

function valueOf(color, bar, unit) {
  const strip = pixelsOf(bar.source);
  if (!strip) return [];
  let nearest = 17,
    share; // none, of a color that is not on the bar: masked, or out of its range
  for (let i = 0; i < strip.height; i++) {
    const far = Math.hypot(...[0, 1, 2, 3].map((c) => strip.data[4 * i + c] - color[c]));
    if (far < nearest) [nearest, share] = [far, 1 - (i + 0.5) / strip.height];
  }
  return share ? [`${plain(bar.label) || WORDS.figure.value}: ${valueOn(bar, share, unit)}`] : [];
}

// The columns or rows of an image in its panel, as [middle, low, high]; even unless known.
function cellsAlong(start, size, count, unit, middles) {
  const all = middles ?? [...Array(count).keys()].map((k) => start + ((k + 0.5) * size) / count);
  const edges = [start, ...all.slice(1).map((u, i) => (u + all[i]) / 2), start + size];
  const within = edges.map((u) => Math.min(unit, Math.max(0, u)));
  return all.map((u, i) => [u, within[i], within[i + 1]]).filter(([u]) => isWithin(u, 0, unit));
}

export function imageSeries({ frame: { x, y, bar }, marks }, X, Y, unit) {
  return marks
    .filter(({ kind }) => kind === "image" && bar)
    .flatMap(({ box: [left, foot, wide, high], source, cells = [] }) => {
      const pixels = pixelsOf(source);
      pixelsOf(bar.source);
      if (!pixels) return [];
      const { width, height, data } = pixels;
      const columns = cellsAlong(left, wide, width, unit, cells[0]);
      const rows = cellsAlong(foot, high, height, unit, cells[1]).reverse();
      return rows.map((row) => {
        const line = Math.floor(((foot + high - row[0]) / high) * height) * width;
        const at = ([u]) => 4 * (line + Math.floor(((u - left) / wide) * width));
        return {
          points: columns.map(([u]) => [X(u), Y(row[0])]),
          boxes: columns.map(([, from, to]) => [X(from), Y(row[2]), X(to), Y(row[1])]),
          tell: (c) => [
            `${plain(y.label) || WORDS.figure.row}: ${between(y, row, unit)}`,
            `${plain(x.label) || WORDS.figure.column}: ${between(x, columns[c], unit)}`,
            ...valueOf(data.subarray(at(columns[c])), bar, unit),
          ],
        };
      });
    });
}
