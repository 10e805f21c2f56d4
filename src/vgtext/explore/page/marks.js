// The marks of a panel as SVG: paths, markers, words, arrows, images. Everything here returns a
// string of SVG.
import { SIZE, lineCount, wordsWidth } from "./layout.js";
import { escapeText } from "./words.js";

export const round = (v) => Math.round(v * 10) / 10;

// Colours come as "on paper,on a dark page".
const themed = (light, dark) => (light === "none" ? light : `light-dark(${light},${dark})`);

export function look({ stroke, fill, width, strokeOpacity, fillOpacity, dashes }) {
  const [line, darkLine] = (stroke || "none").split(","),
    [area, darkArea] = (fill || "none").split(",");
  return (
    `stroke="${line}" fill="${area}"`
    + ` style="stroke:${themed(line, darkLine)};fill:${themed(area, darkArea)}"`
    + (stroke ? ` stroke-width="${width}"` : "")
    + (strokeOpacity < 1 ? ` stroke-opacity="${strokeOpacity}"` : "")
    + (fillOpacity < 1 ? ` fill-opacity="${fillOpacity}"` : "")
    + (dashes ? ` stroke-dasharray="${dashes.join(" ")}"` : "")
  );
}

const ANCHOR = { left: "start", center: "middle", right: "end" };

// Words at a point; `words` is a string of one or more lines, or typeset runs of characters.
export function drawWords(
  words,
  x,
  y,
  { size, align = "left", valign = "baseline", color, turn, bold },
) {
  const lines = lineCount(words),
    height = size * SIZE.lineHeight;
  const tall = typeof words !== "string" && words[2].length; // centred as a whole
  const first =
    {
      top: 0.82 * size,
      bottom: -0.22 * size - (lines - 1) * height,
      baseline: 0,
    }[valign]
    ?? (tall
      ? ((words[3] / 2 - words[4]) * size) / 100
      : 0.35 * size - ((lines - 1) * height) / 2);
  const anchor = ANCHOR[align];
  const inner =
    typeof words === "string"
      ? words
          .split("\n")
          .map(
            (line, i) =>
              `<text text-anchor="${anchor}" y="${round(first + i * height)}">`
              + `${escapeText(line)}</text>`,
          )
          .join("")
      : drawRuns(words, anchor, first, size / 100);
  const ink = color ? look({ fill: color }) : 'class="vg-ink"';
  const place = `translate(${round(x)} ${round(y)})${turn ? ` rotate(${-turn})` : ""}`;
  const weight = bold ? ' font-weight="600"' : "";
  return `<g ${ink} font-size="${size}"${weight} transform="${place}">${inner}</g>`;
}

function drawRuns([width, runs, rules], anchor, first, scale) {
  const left = { start: 0, middle: -width / 2, end: -width }[anchor] * scale;
  const letters = runs.map(
    ([x, y, size, italic, chars, length]) =>
      `<text x="${round(left + x * scale)}" y="${round(first - y * scale)}"`
      + ` font-size="${round(size * scale)}" textLength="${round(length * scale)}"`
      + ` lengthAdjust="spacingAndGlyphs"${italic ? ' font-style="italic"' : ""}>`
      + `${escapeText(chars)}</text>`,
  );
  const bars = rules.map(
    ([x, y, w, h]) =>
      `<rect x="${round(left + x * scale)}" y="${round(first - (y + h) * scale)}"`
      + ` width="${round(w * scale)}" height="${Math.max(0.7, round(h * scale))}"/>`,
  );
  return letters.join("") + bars.join("");
}

// ---- the marks; X and Y turn a panel's whole numbers into pixels ----

function drawPath(mark, X, Y) {
  let path = "";
  for (let i = 0; i < mark.x.length; i++) {
    const command = mark.commands ? mark.commands[i] : i ? "L" : "M";
    path += command === "Z" ? "Z" : `${command}${X(mark.x[i])} ${Y(mark.y[i])}`;
  }
  return `<path d="${path}" ${look(mark)} stroke-linejoin="round"/>`;
}

function drawMarkers(mark, X, Y) {
  const shapes = mark.x.map(
    (u, i) => `<path transform="translate(${X(u)} ${Y(mark.y[i])})" d="${mark.shape}"/>`,
  );
  return `<g ${look(mark)}>${shapes.join("")}</g>`;
}

function drawText(mark, X, Y) {
  const { words, align, ground } = mark,
    size = Math.max(SIZE.least, mark.size);
  const x = X(mark.at[0]) + mark.shift[0],
    y = Y(mark.at[1]) - mark.shift[1];
  const valign = mark.valign === "center_baseline" ? "center" : mark.valign;
  let box = "";
  if (ground?.fill) {
    const w = wordsWidth(words, size) + 6,
      h = lineCount(words) * size * SIZE.lineHeight + 2;
    const left = { left: -3, center: -w / 2, right: 3 - w }[align];
    const top = { top: -2, bottom: 2 - h, baseline: 4 - h }[mark.valign] ?? -h / 2;
    box =
      `<rect x="${round(x + left)}" y="${round(y + top)}" width="${round(w)}" height="${round(h)}"`
      + ` rx="3" ${look(ground)}/>`;
  }
  return (
    box
    + drawWords(words, x, y, {
      size,
      align,
      valign,
      color: mark.fill,
      turn: mark.turn,
      bold: mark.bold,
    })
  );
}

// The point where a line from the middle of a label to a target leaves the label; nothing if the
// target lies below it.
function leave([words, size, align, valign], x, y, targetX, targetY) {
  const letters = Math.max(SIZE.least, size);
  const w = wordsWidth(words, letters) + 8,
    h = lineCount(words) * letters * SIZE.lineHeight + 4;
  const middleX = x + { left: w / 2 - 4, center: 0, right: 4 - w / 2 }[align];
  const middleY = y + ({ top: h / 2 - 2, bottom: 2 - h / 2, baseline: 4 - h / 2 }[valign] || 0);
  const dx = targetX - middleX,
    dy = targetY - middleY;
  const reach = Math.min(w / 2 / Math.abs(dx || 1e-9), h / 2 / Math.abs(dy || 1e-9));
  return reach < 1 ? [middleX + dx * reach, middleY + dy * reach] : null;
}

function drawHead(tipX, tipY, fromX, fromY) {
  const long = Math.hypot(tipX - fromX, tipY - fromY),
    size = Math.min(7, long);
  const angle = Math.atan2(tipY - fromY, tipX - fromX);
  const [across, up] = [Math.cos, Math.sin].map((part) => (turn) => size * part(angle + turn));
  const barb = (turn) => `L${round(tipX - across(turn))} ${round(tipY - up(turn))}`;
  const tip = `M${round(tipX)} ${round(tipY)}`;
  return long < 1 ? "" : tip + barb(0.45) + tip + barb(-0.45);
}

function drawArrow(mark, X, Y) {
  const [shiftX, shiftY] = mark.shift || [0, 0],
    [bx, by] = [X(mark.to[0]), Y(mark.to[1])];
  let start = [X(mark.from[0]) + shiftX, Y(mark.from[1]) - shiftY];
  if (mark.label) start = leave(mark.label, ...start, bx, by);
  if (!start) return "";
  const [ax, ay] = start,
    bend = mark.bend || 0;
  const qx = (ax + bx) / 2 - bend * (by - ay),
    qy = (ay + by) / 2 + bend * (bx - ax);
  const line = `M${round(ax)} ${round(ay)}Q${round(qx)} ${round(qy)} ${round(bx)} ${round(by)}`;
  const heads =
    (mark.heads[1] === "1" ? drawHead(bx, by, qx, qy) : "")
    + (mark.heads[0] === "1" ? drawHead(ax, ay, qx, qy) : "");
  return (
    `<g stroke-linecap="round"><path d="${line}" ${look(mark)}/>`
    + `<path d="${heads}" ${look({ ...mark, dashes: null })}/></g>`
  );
}

function drawImage({ box: [left, foot, width, height], source }, X, Y) {
  const x = X(left),
    y = Y(foot + height);
  return (
    `<image x="${x}" y="${y}" width="${round(X(left + width) - x)}" height="${round(Y(foot) - y)}"`
    + ` preserveAspectRatio="none" class="vg-pixels" href="${source}"/>`
  );
}

export const DRAW = {
  path: drawPath,
  markers: drawMarkers,
  text: drawText,
  arrow: drawArrow,
  image: drawImage,
};
