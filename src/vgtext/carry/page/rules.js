// What happens on the way, as rules.py says it in NumPy: points of a circle go forward through the
// layers, and an error comes back from each of them. A recipe is {scales, between}.
import { fill } from "../../explore/page/fill.js";

const DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const raised = (text) => [...text].map((char) => DIGITS[char] ?? "⁻").join("");

const W = [1.0, -0.5, 0.8, 0.6]; // by rows
const POINTS = 48;
export const KINDS = {
  none: WORDS.carry.none,
  relu: WORDS.carry.relu,
  norm: WORDS.carry.norm,
  shortcut: WORDS.carry.shortcut,
};
export const SCALES = { least: 0.03, most: 3 };
export const LAYERS = { least: 2, most: 100 };
export const LIMITS = { vanished: 10 ** -1.2, exploded: 10 ** 1.5 };
export const alike = (count, scale, kind) => ({
  scales: Array(count).fill(scale),
  between: Array(count - 1).fill(kind),
});
export const START = alike(10, 0.3, "none");

const FIRST = [0.9978589232386035, 0.06540312923014306];
const [COS, SIN] = [0.9914448613738104, 0.13052619222005157]; // of a step around the circle

function circle() {
  const points = [FIRST];
  while (points.length < POINTS) {
    const [x, y] = points.at(-1);
    points.push([COS * x - SIN * y, SIN * x + COS * y]);
  }
  return points;
}

// The length of a point, and a root mean square of lengths, also where squares underflow.
function length([x, y]) {
  const most = Math.max(Math.abs(x), Math.abs(y)),
    [u, v] = [x / (most || 1), y / (most || 1)];
  return most * Math.sqrt(u * u + v * v);
}
function rootMean(points) {
  const lengths = points.map(length),
    most = Math.max(...lengths);
  if (!most) return 0;
  return most * Math.sqrt(lengths.reduce((sum, l) => sum + (l / most) ** 2, 0) / POINTS);
}

function after(kind, [x, y], before) {
  if (kind === "relu") return [Math.max(x, 0), Math.max(y, 0)];
  if (kind === "shortcut") return [x + before[0], y + before[1]];
  const size = (kind === "norm" && length([x, y])) || 1;
  return [x / size, y / size];
}

// The error before what comes after a layer, from the error g after it.
function through(kind, [x, y], g) {
  if (kind === "relu") return [x > 0 ? g[0] : 0, y > 0 ? g[1] : 0];
  if (kind !== "norm") return g;
  const size = length([x, y]);
  if (!size) return [0, 0];
  const [u, v] = [x / size, y / size],
    across = (u * g[1] - v * g[0]) / size; // what is left of g runs across the point
  return [-v * across, u * across];
}

// Returns {shapes, sizes}: the points a[0] … a[L], and the size of the error at layers 1 … L.
export function run({ scales, between }) {
  const shapes = [circle()],
    zs = [],
    sizes = [];
  const kinds = [...between, "none"];
  scales.forEach((s, l) => {
    const before = shapes[l];
    const z = before.map(([x, y]) => [s * (W[0] * x + W[1] * y), s * (W[2] * x + W[3] * y)]);
    zs.push(z);
    shapes.push(z.map((point, k) => after(kinds[l], point, before[k])));
  });
  let g = circle();
  for (let l = scales.length - 1; l >= 0; l--) {
    const s = scales[l],
      errors = g.map((each, k) => through(kinds[l], zs[l][k], each));
    sizes.unshift(rootMean(errors));
    const way = kinds[l] === "shortcut" ? g : null;
    g = errors.map(([x, y], k) => [
      s * (W[0] * x + W[2] * y) + (way ? way[k][0] : 0),
      s * (W[1] * x + W[3] * y) + (way ? way[k][1] : 0),
    ]);
  }
  return { shapes, sizes, spread: shapes.map(rootMean) };
}

// Writes a number as the captions of all figures do: 0.25, 1,300, 1.0 × 10⁻⁷.
export function number(x, digits = 2) {
  if (x === 0) return "0";
  const [mantissa, exponent] = x.toExponential(digits - 1).split("e").map(String);
  const after = Math.max(0, digits - 1 - exponent);
  if (Math.abs(exponent) >= 4) return `${mantissa} × 10${raised(exponent.replace("+", ""))}`;
  const options = { minimumFractionDigits: after, maximumFractionDigits: after };
  return Number(x.toPrecision(digits)).toLocaleString("en-US", options);
}

export const isHome = (size) => size >= LIMITS.vanished && size <= LIMITS.exploded;

export function fateOf(size) {
  if (size === 0) return WORDS.carry.lost;
  if (isHome(size)) return WORDS.carry.home;
  return size < 1 ? WORDS.carry.vanishes : WORDS.carry.explodes;
}

// What a recipe's picture shows, in words.
export function sentence({ scales, between }, home) {
  const kinds = between.filter((kind) => kind !== "none"),
    count = scales.length;
  const [low, high] = [Math.min(...scales), Math.max(...scales)].map((s) => s.toFixed(2));
  const each = fill(WORDS.carry.each_scale, { scale: low });
  const sizes = low === high ? each : fill(WORDS.carry.scales, { low, high });
  const isOne = new Set(kinds).size === 1 && kinds.length === count - 1;
  const met = Object.keys(KINDS).filter((kind) => kinds.includes(kind));
  const numberOf = (kind) => kinds.filter((other) => other === kind).length;
  const some = (kind) => fill(WORDS.carry.some_between, { n: numberOf(kind), kind: KINDS[kind] });
  const extras = !kinds.length
    ? WORDS.carry.nothing_between
    : isOne
      ? fill(WORDS.carry.all_between, { kind: KINDS[kinds[0]] })
      : met.map(some).join(", ");
  const [size, fate] = [number(home), fateOf(home)];
  return fill(WORDS.carry.sentence, { n: count, scales: sizes, between: extras, size, fate });
}

// The factor for all scales that brings the error home at its size of 1, as nearly as they may go;
// 0 where no factor does.
export function rescue({ scales, between }) {
  const lost = (t) => {
    const { sizes } = run({ scales: scales.map((s) => s * 10 ** t), between });
    return Math.log10(sizes[0] || 1e-300);
  };
  let [low, high] = [SCALES.least / Math.max(...scales), SCALES.most / Math.min(...scales)].map(
    Math.log10,
  );
  if (lost(low) > 0 || lost(high) < 0) return 0;
  for (let k = 0; k < 30; k++) {
    const middle = (low + high) / 2;
    [low, high] = lost(middle) < 0 ? [middle, high] : [low, middle];
  }
  return 10 ** ((low + high) / 2);
}
