// The marks of a panel as SVG: paths, markers, words, arrows, images. Everything here returns a
// string of SVG.
import { SIZE, lineCount, wordsWidth } from "./layout.js";
import { escapeText } from "./words.js";

export const round = (v) => Math.round(v * 10) / 10;

// Colours come as "on paper,on a dark page", or as one for both.
const themed = (light, dark) => (dark ? `light-dark(${light},${dark})` : light);

export function look(mark) {
  const { stroke, fill, width, strokeOpacity, fillOpacity, dashes } = mark;
  const [line, darkLine] = (stroke || "none").split(","),
    [area, darkArea] = (fill || "none").split(",");
  return (
    `stroke="${line}" fill="${area}"`
    + ` style="stroke:${themed(line, darkLine)};fill:${themed(area, darkArea)}"`
    + (stroke ? ` stroke-width="${width}"` : "")
    + (strokeOpacity < 1 ? ` stroke-opacity="${strokeOpacity}"` : "")
    + (fillOpacity < 1 ? ` fill-opacity="${fillOpacity}"` : "")
    + (dashes ? ` stroke-dasharray="${dashes.join(" ")}"` : "")
    + (dashes && mark.dashStart ? ` stroke-dashoffset="${mark.dashStart}"` : "")
    + (mark.cap ? ` stroke-linecap="${mark.cap}"` : "")
    + (mark.crisp ? ' shape-rendering="crispEdges"' : "")
    + (stroke && !mark.corner ? ' stroke-linejoin="round"' : "")
  );
}

const ANCHOR = { left: "start", center: "middle", right: "end" };

// Words at a point; `words` is a string of one or more lines, or typeset runs of characters.
export function drawWords(
  words,
  x,
  y,
  { size, align = "left", valign = "baseline", color, turn, bold, italic, mono, opacity, ground },
) {
  const lines = lineCount(words),
    height = size * SIZE.lineHeight;
  const tall = typeof words !== "string" && words.rules; // centred as a whole
  const first =
    {
      top: 0.82 * size,
      bottom: -0.22 * size - (lines - 1) * height,
      baseline: 0,
    }[valign]
    ?? (tall
      ? ((words.height / 2 - words.depth) * size) / 100
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
  const ink = color ? look({ fill: color, fillOpacity: opacity }) : 'class="vg-ink"';
  const place = `translate(${round(x)} ${round(y)})${turn ? ` rotate(${-turn})` : ""}`;
  const face =
    (bold ? ' font-weight="600"' : "")
    + (italic ? ' font-style="italic"' : "")
    + (mono ? ' font-family="monospace"' : "");
  if (!ground) return `<g ${ink} font-size="${size}"${face} transform="${place}">${inner}</g>`;
  const box = drawGround(ground, words, size, align, valign);
  return `<g transform="${place}">${box}<g ${ink} font-size="${size}"${face}>${inner}</g></g>`;
}

function drawRuns({ width, runs, rules, outlines }, anchor, first, scale) {
  const left = { start: 0, middle: -width / 2, end: -width }[anchor] * scale;
  const letters = runs.map(
    ([x, y, size, face, chars, length]) =>
      `<text x="${round(left + x * scale)}" y="${round(first - y * scale)}"`
      + ` font-size="${round(size * scale)}" textLength="${round(length * scale)}"`
      + ` lengthAdjust="spacingAndGlyphs"${face % 2 ? ' font-style="italic"' : ""}`
      + `${face > 1 ? ' font-weight="700"' : ""}>`
      + `${escapeText(chars)}</text>`,
  );
  const bars = (rules || []).map(
    ([x, y, w, h]) =>
      `<rect x="${round(left + x * scale)}" y="${round(first - (y + h) * scale)}"`
      + ` width="${round(w * scale)}" height="${Math.max(0.7, round(h * scale))}"/>`,
  );
  const shapes = (outlines || []).map(
    (d) => `<path transform="translate(${left} ${first}) scale(${scale})" d="${d}"/>`,
  );
  return [...letters, ...bars, ...shapes].join("");
}

// ---- the marks; X and Y turn a panel's whole numbers into pixels ----

// The path through points of a panel, as SVG's path data.
export function trace({ x, y, commands }, X, Y) {
  let path = "";
  for (let i = 0; i < x.length; i++) {
    const command = commands ? commands[i] : i ? "L" : "M";
    path += command === "Z" ? "Z" : `${command}${X(x[i])} ${Y(y[i])}`;
  }
  return path;
}

const drawPath = (mark, X, Y) => `<path d="${trace(mark, X, Y)}" ${look(mark)}/>`;

function drawMarkers(mark, X, Y) {
  const shapes = mark.x.map(
    (u, i) => `<path transform="translate(${X(u)} ${Y(mark.y[i])})" d="${mark.shape}"/>`,
  );
  return `<g ${look(mark)}>${shapes.join("")}</g>`;
}

// The box behind words, which turns with them.
function drawGround(style, words, size, align, valign) {
  const w = wordsWidth(words, size) + 6,
    h = lineCount(words) * size * SIZE.lineHeight + 2;
  const left = { left: -3, center: -w / 2, right: 3 - w }[align];
  const top = { top: -2, bottom: 2 - h, baseline: 4 - h }[valign] ?? -h / 2;
  return (
    `<rect x="${round(left)}" y="${round(top)}" width="${round(w)}" height="${round(h)}"`
    + ` rx="3" ${look(style)}/>`
  );
}

function drawText(mark, X, Y, most) {
  const { words, align, bold, italic, mono, turn, fill, fillOpacity, ground } = mark;
  const size = Math.max(SIZE.least, mark.size);
  const at = X(mark.at[0]) + mark.shift[0];
  const long = turn ? 0 : wordsWidth(words, size);
  const start = at - ({ center: long / 2, right: long }[align] ?? 0);
  const x = at - Math.max(0, start + long - most) - Math.min(0, start); // within the picture
  return drawWords(words, x, Y(mark.at[1]) - mark.shift[1], {
    size,
    align,
    valign: mark.valign === "center_baseline" ? "center" : mark.valign,
    color: fill,
    opacity: fillOpacity,
    ...{ turn, bold, italic, mono, ground },
  });
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

function drawImage({ box: [left, foot, width, height], source, smooth }, X, Y) {
  const x = X(left),
    y = Y(foot + height);
  return (
    `<image x="${x}" y="${y}" width="${round(X(left + width) - x)}" height="${round(Y(foot) - y)}"`
    + ` preserveAspectRatio="none"${smooth ? "" : ' class="vg-pixels"'} href="${source}"/>`
  );
}

export const DRAW = {
  path: drawPath,
  markers: drawMarkers,
  text: drawText,
  arrow: drawArrow,
  image: drawImage,
};
