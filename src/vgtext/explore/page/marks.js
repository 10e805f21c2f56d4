// The marks of a panel as SVG: paths, markers, words, images; X and Y turn a panel's whole numbers
// into pixels.
import { drawArrow } from "./arrows.js";
import { drawWords, look, round } from "./ink.js";
import { SIZE, wordsWidth } from "./layout.js";

// The path through points of a panel, as SVG's path data.
function trace({ x, y, commands }, X, Y) {
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

const within = (u, least, most) => Math.max(least, Math.min(u, most));

// Words stay within the picture and, where their panel cuts what leaves it, within that.
function drawText(mark, X, Y, most, unit) {
  const { words, align, valign, bold, italic, mono, turn, fill, fillOpacity, ground } = mark;
  const size = Math.max(SIZE.least, mark.size);
  const at = X(mark.at[0]) + mark.shift[0];
  const long = turn ? 0 : wordsWidth(words, size);
  const left = { center: long / 2, right: long }[align] ?? 0;
  const above = (valign === "baseline" ? 0.8 : 0.42) * size; // of a line: how much is above y
  const isCut = !mark.unclipped && mark.at.every((u) => u === within(u, 0, unit));
  const x = left + within(at - left, isCut ? X(0) : 0, (isCut ? X(unit) : most) - long);
  let y = Y(mark.at[1]) - mark.shift[1];
  if (isCut) y = above + within(y - above, Y(unit), Y(0) - size);
  return drawWords(words, x, y, {
    size,
    color: fill,
    opacity: fillOpacity,
    ...{ align, valign, turn, bold, italic, mono, ground },
  });
}

function drawImage({ box: [left, foot, width, height], source, smooth }, X, Y) {
  const x = X(left),
    y = Y(foot + height);
  return (
    `<image x="${x}" y="${y}" width="${round(X(left + width) - x)}" height="${round(Y(foot) - y)}"`
    + ` preserveAspectRatio="none"${smooth ? "" : ' class="vg-pixels"'} href="${source}"/>`
  );
}

const DRAW = {
  path: drawPath,
  markers: drawMarkers,
  text: drawText,
  arrow: drawArrow,
  image: drawImage,
};

// Marks across a rectangle; what only a part of it may show has a clip path of its own.
export function drawMarks(marks, { x, y, w, h, whole }, unit, clip) {
  const X = (u) => round(x + (u / unit) * w),
    Y = (u) => round(y + h - (u / unit) * h);
  return marks
    .map((mark, i) => {
      const drawn = DRAW[mark.kind](mark, X, Y, whole, unit),
        id = `${clip}-${i}`;
      if (!mark.clip) return drawn;
      const outline = `<path d="${trace(mark.clip, X, Y)}"/>`;
      return `<clipPath id="${id}">${outline}</clipPath><g clip-path="url(#${id})">${drawn}</g>`;
    })
    .join("");
}
