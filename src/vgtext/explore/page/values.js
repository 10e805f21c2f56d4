// Values at places of an axis, which may be linear, log or symlog, and how they are written.
import { plain, raised } from "./words.js";

const KNEE = 1 / 0.9; // matplotlib's symlog is linear up to the threshold, which lies there
const sign = Math.sign;
const SCALES = {
  linear: () => [(v) => v, (t) => t],
  log: () => [Math.log10, (t) => 10 ** t],
  symlog: (linear) => [
    (v) =>
      Math.abs(v) <= linear
        ? v * KNEE
        : sign(v) * linear * (KNEE + Math.log10(Math.abs(v) / linear)),
    (t) =>
      Math.abs(t) <= linear * KNEE
        ? t / KNEE
        : sign(t) * linear * 10 ** (Math.abs(t) / linear - KNEE),
  ],
};

export function valueAt({ scale, limits, linear }, fraction) {
  const [to, from] = SCALES[scale](linear),
    [low, high] = limits.map(to);
  return from(low + fraction * (high - low));
}

// Writes a number as the text does: −1.5 × 10⁻⁷.
export const write = (value) =>
  String(value)
    .replace(/e\+?(-?\d+)/, (_, power) => ` × 10${raised(power)}`)
    .replace("-", "\u2212");

// The value at a place, as the shortest number that the whole numbers of the packed form can mean.
export function readValue(axis, place, unit) {
  const value = valueAt(axis, place / unit);
  const [after, before] = [place + 1, place - 1].map((u) => valueAt(axis, u / unit));
  const blur = Math.abs(after - before) / 2;
  if (axis.kind === "date") return new Date((value + blur) * 864e5).toISOString().slice(0, 10);
  if (axis.kind === "category") {
    // names stand one apart; a point beside one, so that others are seen, is still of that name
    const [first, second] = axis.places.map((u) => valueAt(axis, u / unit));
    const reach = Math.abs(Math.abs(second - first) - 1) < 0.01 ? 0.5 : blur;
    const name = axis.places.findIndex((u) => Math.abs(valueAt(axis, u / unit) - value) <= reach);
    if (axis.texts[name]) return plain(axis.texts[name]);
  }
  if (Math.abs(value) <= blur) return "0";
  let short = value;
  for (let digits = 1; digits < 7; digits++) {
    short = Number(value.toPrecision(digits));
    if (Math.abs(short - value) <= blur) break;
  }
  return write(short);
}

// What an axis says of a cell between two places: the words of the tick that stands for it, or the
// value in its middle.
export function between(axis, low, high, unit) {
  const reach = (high - low) / (axis.kind === "category" ? 2 : 8);
  const tick = axis.places.findIndex((place) => Math.abs(place - (low + high) / 2) <= reach);
  const words = tick >= 0 && axis.texts[tick] && plain(axis.texts[tick]).replace(/\n/g, " ");
  return words || readValue(axis, (low + high) / 2, unit);
}
