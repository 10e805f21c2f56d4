// Values at places of an axis, which may be linear, log or symlog, and how they are written.
import { fill } from "./fill.js";
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
export function write(value) {
  const [digits, power] = value.toExponential().split("e");
  const isPlain = !value || (power < 7 && power > -5);
  const words = isPlain ? String(value) : `${digits} × 10${raised(String(+power))}`;
  return words.replace("-", "\u2212");
}

// The words of the tick that stands at a place, within a reach.
function wordsAt({ places, texts }, place, reach) {
  const tick = places.findIndex((u) => Math.abs(u - place) <= reach);
  return plain(texts[tick] || "").replace(/\n/g, " ");
}
// The same, but no number, which may have been rounded; "0" may stand where an axis cannot reach.
function nameAt(axis, place) {
  const words = wordsAt(axis, place, 1);
  return words !== "0" && /^[\d.+\u2212-]/.test(words) ? "" : words;
}

// The value at a place, as the shortest number that the whole numbers of the packed form can mean.
export function readValue(axis, place, unit) {
  const value = valueAt(axis, place / unit);
  const [after, before] = [place + 1, place - 1].map((u) => valueAt(axis, u / unit));
  const blur = Math.abs(after - before) / 2;
  const isMeant = (v) => Math.abs(v - value) <= blur;
  if (axis.kind === "date") {
    // a day; or, on an axis that shows them, its hour, minute or second
    const time = [1, 24, 1440].map((n) => Math.round(value * n) / n).find(isMeant) ?? value;
    const text = new Date(time * 864e5 + 499).toISOString().slice(0, 19);
    return text.replace(/T(00:00:00)?/, " ").trim();
  }
  if (axis.kind === "category") {
    // names stand one apart; a point beside one, so that others are seen, is still of that name
    const [first, second] = axis.places.map((u) => valueAt(axis, u / unit));
    const reach = Math.abs(Math.abs(second - first) - 1) < 0.01 ? 0.5 : blur;
    const near = axis.places.findIndex((u) => Math.abs(valueAt(axis, u / unit) - value) <= reach);
    if (axis.texts[near]) return plain(axis.texts[near]);
  }
  const digits = [...Array(15).keys()].map((k) => Number(value.toPrecision(k + 1)));
  return nameAt(axis, place) || write([0, ...digits].find(isMeant) ?? value);
}

// What an axis says of a cell, [middle, low, high]: the words of the tick that stands for it, or
// the value in its middle.
export function between(axis, [middle, low, high], unit) {
  const reach = axis.kind === "category" ? (high - low) / 2 : 2;
  return wordsAt(axis, middle, reach) || readValue(axis, middle, unit);
}

// What a color bar says of a value, a share of its height: in words at its ends, where they are.
export function valueOn(bar, share, unit) {
  const end = share > 0.99 ? unit : share < 0.01 ? 0 : -unit;
  const value = bar.values?.[Math.floor(share * bar.values.length)] ?? valueAt(bar, share);
  return nameAt(bar, end) || fill(WORDS.figure.about, { n: write(Number(value.toPrecision(2))) });
}
