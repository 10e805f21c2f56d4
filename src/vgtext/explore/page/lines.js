// What can be read of lines and points: series of {name, points, tell}, the points in pixels, and
// a function from the number of a point to the lines of words that say what is there.
import { fill } from "./fill.js";
import { readValue } from "./values.js";
import { plain } from "./words.js";

// ---- a name: a line's own, that of its key in the legend, or words beside it in its color ----

const same = (one, other) => String(one) === String(other);

// The hue of a color, its channels against the largest; nothing for a gray.
function hue(color) {
  const rgb = [1, 3, 5].map((i) => parseInt((color || "").slice(i, i + 2), 16));
  const most = Math.max(...rgb);
  return most - Math.min(...rgb) > 20 ? rgb.map((channel) => channel / most) : null;
}

function isAlike(one, other) {
  const [a, b] = [hue(one), hue(other)];
  return a && b && a.every((channel, i) => Math.abs(channel - b[i]) < 0.06);
}

export function inLegend(mark, legend) {
  const isKey = (key) =>
    key.kind === mark.kind
    && same(key.stroke, mark.stroke)
    && same(key.fill, mark.fill)
    && same(key.dashes, mark.dashes);
  const found = legend?.find(([, keys]) => keys.some(isKey));
  return found && plain(found[0]);
}

// Gives each word of a panel that has a line's color to the nearest of the lines of that color.
function nameByLabels(lines, marks, X, Y) {
  for (const { kind, words, fill, at } of marks) {
    if (kind !== "text" || plain(words).length > 40) continue;
    let nearest = Infinity,
      found;
    for (const line of lines.filter(({ ink }) => isAlike(ink, fill))) {
      const far = Math.min(...line.points.map(([x, y]) => Math.hypot(x - X(at[0]), y - Y(at[1]))));
      if (far < nearest) [nearest, found] = [far, line];
    }
    if (found) found.name ||= plain(words).replace(/\n/g, " ");
  }
}

// What a line without a name looks like; the inks are in the order of the words for them.
const INKS = "000000 767676 0072b2 56b4e9 d55e00 e69f00 009e73 cc79a7 5d3a9b 8c6d31".split(" ");
const rgb = (hex) => [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));

function look({ ink = "#000000", mark: { kind, dashes } }) {
  const own = rgb(ink.slice(1));
  const far = (hex) => Math.hypot(...rgb(hex).map((channel, i) => channel - own[i]));
  const distances = INKS.slice(2).map(far);
  const colored = 2 + distances.indexOf(Math.min(...distances));
  const color = WORDS.figure.colors.split(", ")[hue(ink) ? colored : own[0] > 64 ? 1 : 0];
  const line = dashes ? WORDS.figure.dashed : WORDS.figure.line;
  return fill(WORDS.figure.look, { color, shape: kind === "markers" ? WORDS.figure.dots : line });
}

// ---- lines and points ----

// The pieces of a path, each a list of the numbers of its points.
export function pieces({ x, commands = "" }) {
  const starts = [0, ...[...x.keys()].filter((k) => k && commands[k] === "M"), x.length];
  return starts.slice(1).map((end, i) => [...x.keys()].slice(starts[i], end));
}

// A line of two points along an axis guides the eye, and has nothing to read; nor has a frame.
const isFrame = ({ x, y }) => x.length === 5 && [x, y].every((all) => new Set(all).size === 2);
const isGuide = (mark) =>
  mark.guide
  || (mark.kind === "path" && isFrame(mark))
  || (mark.kind === "path"
    && !mark.name
    && pieces(mark).every(
      (piece) =>
        piece.length < 3
        && ["x", "y"].some((way) => mark[way][piece[0]] === mark[way][piece.at(-1)]),
    ));

export function lineSeries({ frame, marks }, X, Y, unit) {
  // an axis without a label is what the title says; one without numbers has nothing to say
  const titles = { x: plain(frame.x.label), y: plain(frame.y.label) || plain(frame.title || "") };
  const ways = ["x", "y"].filter((way) => frame[way].texts.length);
  const called = (way) => (titles[way] ? `${titles[way]}: ` : "");
  const isInside = (u) => u >= 0 && u <= unit;
  const isLine = ({ kind, fill, commands }) =>
    kind === "markers" || (kind === "path" && !fill && !/[QC]/.test(commands || ""));
  const all = marks
    .filter(isLine)
    .map((mark) => {
      const kept = [...mark.x.keys()].filter((k) => isInside(mark.x[k]) && isInside(mark.y[k]));
      const tell = (k) =>
        ways.map((way) => called(way) + readValue(frame[way], mark[way][kept[k]], unit));
      return {
        mark,
        tell,
        kept,
        name: plain(mark.name || "") || inLegend(mark, frame.legend),
        ink: mark.stroke || mark.fill,
        points: kept.map((k) => [X(mark.x[k]), Y(mark.y[k])]),
        keys: new Set(kept.map((k) => `${mark.x[k]} ${mark.y[k]}`)),
      };
    })
    .filter(({ points }) => points.length && ways.length);
  // a curve with markers is one, unless they have two names: whichever has all points of the other
  const isTwin = (one, other) =>
    one !== other
    && (one.name === other.name || !one.name || !other.name)
    && [...one.keys].every((key) => other.keys.has(key))
    && (one.keys.size < other.keys.size || all.indexOf(one) > all.indexOf(other));
  const read = all.filter((line) => !isGuide(line.mark));
  const kept = read.filter((line) => !read.some((other) => isTwin(line, other)));
  nameByLabels(kept, marks, X, Y);
  if (kept.length > 1) kept.forEach((line) => (line.name ||= look(line)));
  return kept;
}
