// Where things stand in the picture, in pixels, and how a size becomes a width.
import { SCALES } from "./rules.js";

// Every constant of the layout, in pixels.
// prettier-ignore
export const SIZE = {
  height: 328, edge: 44, part: 24, // of the picture; beside the layers; least width of a target
  small: 330, // what has less says less
  shapes: 46, shape: 19, reach: 30, room: 44, // middle; radius at size 1, at most; their distance
  count: 85, title: 104, top: 112, foot: 200, // numbers of layers; the scales' title, ends
  gaps: 220, hint: 245, ribbon: 276, half: 16, note: 322, // middles; half a ribbon of size 1
};
const DECADES = 4; // below 1 until a thing of this size has no width

export function plan(width, count) {
  const pitch = (width - 2 * SIZE.edge) / count;
  return { width, count, pitch, x: (l) => SIZE.edge + (l - 0.5) * pitch }; // of layer l
}

const log = Math.log10;
const span = log(SCALES.most / SCALES.least);
export const heightOf = (s) =>
  SIZE.foot - (log(s / SCALES.least) / span) * (SIZE.foot - SIZE.top);
export const scaleAt = (y) =>
  SCALES.least * 10 ** (((SIZE.foot - y) / (SIZE.foot - SIZE.top)) * span);

export const round = (v) => Math.round(v * 10) / 10;
export const share = (size, most) => Math.min(most, Math.max(0, 1 + log(size || 1e-99) / DECADES));
export const text = (x, y, anchor, words, look = "vg-note") =>
  `<text class="${look}" x="${round(x)}" y="${y}" text-anchor="${anchor}">${words}</text>`;
