// How marks look, and words as SVG. Everything here returns a string of SVG.
import { SIZE, lineCount, wordsWidth } from "./layout.js";
import { escapeText } from "./words.js";

export const round = (v) => Math.round(v * 10) / 10;

const ATTRIBUTES = Object.entries({
  width: "stroke-width",
  strokeOpacity: "stroke-opacity",
  fillOpacity: "fill-opacity",
  dashes: "stroke-dasharray",
  dashStart: "stroke-dashoffset",
  cap: "stroke-linecap",
  corner: "stroke-linejoin",
  crisp: "shape-rendering",
});

// Colors come as "on paper,on a dark page", or as one for both.
export function look(mark) {
  let style = "";
  const paint = (name) => {
    const [light, dark] = (mark[name] || "none").split(",");
    if (dark) style += `${name}:light-dark(${light},${dark});`;
    return `${name}="${light}" `;
  };
  return (
    paint("stroke")
    + paint("fill")
    + `style="${style}"`
    + ATTRIBUTES.map(([key, name]) => (mark[key] ? ` ${name}="${mark[key]}"` : "")).join("")
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
  const tall = typeof words !== "string" && words.rules; // centered as a whole
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
              `<text text-anchor="${anchor}" x="${round(x)}" y="${round(y + first + i * height)}">`
              + `${escapeText(line)}</text>`,
          )
          .join("")
      : drawRuns(words, anchor, x, y + first, size / 100);
  const ink = color ? look({ fill: color, fillOpacity: opacity }) : 'class="vg-ink"';
  const turned = turn ? ` transform="rotate(${-turn} ${round(x)} ${round(y)})"` : "";
  const face =
    (bold ? ' font-weight="600"' : "")
    + (italic ? ' font-style="italic"' : "")
    + (mono ? ' font-family="monospace"' : "")
    + (align === valign ? " data-cell" : ""); // centered both ways, as numbers in cells are
  const letters = `<g ${ink} font-size="${size}"${face}>${inner}</g>`;
  const box = ground ? drawGround(ground, words, x, y, size, align, valign) : "";
  return `<g${turned}>${box}${letters}</g>`;
}

function drawRuns({ width, runs, rules, outlines }, anchor, from, first, scale) {
  const left = from + { start: 0, middle: -width / 2, end: -width }[anchor] * scale;
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

// The box behind words, which turns with them.
function drawGround(style, words, x, y, size, align, valign) {
  const w = wordsWidth(words, size) + 6,
    h = lineCount(words) * size * SIZE.lineHeight + 2;
  const left = x + { left: -3, center: -w / 2, right: 3 - w }[align];
  const top = y + ({ top: -2, bottom: 2 - h, baseline: 4 - h }[valign] ?? -h / 2);
  return (
    `<rect x="${round(left)}" y="${round(top)}" width="${round(w)}" height="${round(h)}"`
    + ` rx="3" ${look(style)}/>`
  );
}
