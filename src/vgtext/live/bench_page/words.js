// Numbers and sentences as the bench says them; the words are those of the table (words.toml).
import { fill } from "../../explore/page/fill.js";

const RAISED = {
  "-": "⁻",
  0: "⁰",
  1: "¹",
  2: "²",
  3: "³",
  4: "⁴",
  5: "⁵",
  6: "⁶",
  7: "⁷",
  8: "⁸",
  9: "⁹",
};

export const power = (exponent) => `10${[...String(exponent)].map((c) => RAISED[c]).join("")}`;

// A size from its log10: 0.012, 340, 1.2 × 10⁻⁷; exact zeros come as the floor, far below all
// floats.
export function size(log10) {
  if (log10 === null || log10 === undefined) return "–";
  if (log10 < -90) return "0";
  if (log10 > -4 && log10 < 5) return String(Number((10 ** log10).toPrecision(2)));
  const whole = Math.floor(log10),
    [digits, more] = (10 ** (log10 - whole)).toExponential(1).split("e"); // 9.98 is 1.0 × 10
  return `${digits} × ${power(whole + Number(more))}`;
}

export const percent = (share) => `${Math.round(100 * share)}%`;

export const milliseconds = (ms) => (ms < 10 ? ms.toFixed(1) : String(Math.round(ms)));

export const capital = (words) => words[0].toUpperCase() + words.slice(1);

export function lossWords(value) {
  if (value === null || !isFinite(value)) return WORDS.bench.no_number;
  return value >= 0.001 && value < 1e5
    ? String(Number(value.toPrecision(3)))
    : size(Math.log10(value));
}

// How far a run has come.
export function reached({ broke, step }, { steps, losses, accuracies }) {
  const last = accuracies.at(-1);
  const told = { step, steps, loss: lossWords(losses.at(-1)) };
  if (broke || !last) return broke || fill(WORDS.bench.status, told);
  const accuracy = { train: percent(last.train), test: percent(last.test) };
  return fill(WORDS.bench.status_learned, { ...told, ...accuracy });
}

// What a step costs, and what a network of other depths would cost by the same price a layer.
export function price(ms, depth) {
  const layer = ms / depth;
  const others = [20, 50, 100].filter((other) => other !== depth);
  const other = (n) => fill(WORDS.bench.other, { n, ms: milliseconds(layer * n) });
  const told = { ms: milliseconds(ms), layer: layer.toFixed(2) };
  return fill(WORDS.bench.price, { ...told, others: others.map(other).join(", ") });
}

export const escape = (text) =>
  String(text).replace(
    /[&<>"]/g,
    (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c],
  );
