// The four panels: sizes in every layer, update-to-weight ratio, loss, accuracy.
import { fill } from "../../explore/page/fill.js";
import { Plot } from "./plot.js";
import { lossWords, percent, power, size } from "./words.js";

// Log axes have fixed limits. What leaves the near ones moves an end to the next for the rest of a
// run.
const SIZES = { lows: [-8, -22, -50], highs: [3, 10, 42] };
const RATIOS = { lows: [-8, -22, -50], highs: [1, 8, 42] };
const FLOAT32 = [-44.85, 38.53]; // log10 of its smallest and its largest number
// log10 of 2^-25: an update below this share of a weight is rounded away in float32
const LOST = -7.53;
const NAMES = {
  activation: WORDS.bench.activation,
  error: WORDS.bench.error,
  gradient: WORDS.bench.gradient,
};
const SHORT = {
  activation: WORDS.bench.activation,
  error: WORDS.bench.short_error,
  gradient: WORDS.bench.short_gradient,
};

// What a panel says of its line: its values at both ends of the network.
const span = (values, depth) =>
  fill(WORDS.bench.span, { first: size(values[0]), last: size(values.at(-1)), depth });

// What a panel says: its values, or that there are none yet.
const label = (what, step, values) =>
  values ? fill(WORDS.bench.at, { what, step, values }) : fill(WORDS.bench.not_run, { what });

export const layersOf = ({ depth }) => Array.from({ length: depth }, (_, i) => i + 1);

// Which of the lows and of the highs hold the values, none nearer than before; exact zeros stay at
// the foot.
function ends({ lows, highs }, values, before = [0, 0]) {
  const known = values.filter((v) => v !== null && v > -90);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const low = lows.findIndex((v) => v <= least),
    high = highs.findIndex((v) => v >= most);
  return [low < 0 ? lows.length - 1 : low, high < 0 ? highs.length - 1 : high].map((end, i) =>
    Math.max(end, before[i]),
  );
}

const limits = ({ lows, highs }, [low, high]) => [lows[low], highs[high]];

function decades([low, high], most = 7) {
  const step = [1, 2, 5, 10, 20].find((s) => (high - low) / s <= most);
  const ticks = [];
  for (let k = Math.ceil(low / step) * step; k <= high; k += step) ticks.push([k, power(k)]);
  return ticks;
}

function wholes(from, to, most = 6) {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((s) => to / s <= most);
  const ticks = [[from, String(from)]];
  for (let k = step; k <= to; k += step) if (k - from >= step / 2) ticks.push([k, String(k)]);
  return ticks;
}

const layerAxis = (depth) => [0.5, depth + 0.5];

export function drawSizes(run, width) {
  const { first, layers, depth } = run,
    names = width < 520 ? SHORT : NAMES;
  const keys = Object.keys(NAMES);
  run.sizes = ends(
    SIZES,
    keys.flatMap((key) => [...(layers?.[key] ?? []), ...(first?.[key] ?? [])]),
    run.sizes,
  );
  const y = limits(SIZES, run.sizes),
    xs = layersOf(run);
  const plot = new Plot(width, width < 520 ? 260 : 300, {
    x: layerAxis(depth),
    y,
    title: WORDS.bench.sizes_title,
    right: width < 520 ? 82 : 108,
  });
  plot.shade(y[0], FLOAT32[0], WORDS.bench.underflow);
  plot.shade(FLOAT32[1], y[1], WORDS.bench.overflow);
  plot.axes(wholes(1, depth), decades(y), WORDS.bench.layers_axis);
  for (const key of keys)
    if (first && layers !== first) plot.line(xs, first[key], key, { style: "bench-thin" });
  for (const key of keys)
    if (layers)
      plot.line(xs, layers[key], key, {
        words: names[key],
        dots: depth <= 32,
        style: `bench-dash-${key}`,
      });
  plot.arrow(WORDS.bench.backward);
  const edges = layers && keys.map((key) => `${NAMES[key]} ${span(layers[key], depth)}`).join("; ");
  return plot.picture(label(WORDS.bench.sizes, run.step, edges));
}

export function drawRatio(run, width, { fast, slow }) {
  const { first, layers, depth } = run;
  run.ratios = ends(RATIOS, [...(layers?.ratio ?? []), ...(first?.ratio ?? [])], run.ratios);
  const y = limits(RATIOS, run.ratios),
    xs = layersOf(run);
  const plot = new Plot(width, 220, {
    x: layerAxis(depth),
    y,
    title: WORDS.bench.ratios,
    right: width < 300 ? 66 : 82,
  });
  plot.shade(y[0], Math.max(LOST, y[0]), width < 300 ? WORDS.bench.lost : WORDS.bench.lost_in);
  plot.axes(wholes(1, depth, 4), decades(y, 5), WORDS.bench.layers_short);
  plot.guide(Math.log10(fast), WORDS.bench.too_large);
  plot.guide(Math.log10(slow), WORDS.bench.too_small);
  if (first && layers !== first) plot.line(xs, first.ratio, "ratio", { style: "bench-thin" });
  if (layers) plot.line(xs, layers.ratio, "ratio", { dots: depth <= 32 });
  return plot.picture(label(WORDS.bench.ratios, run.step, layers && span(layers.ratio, depth)));
}

export function drawLoss(run, width) {
  const { losses, steps } = run,
    y = [-3, 1];
  const plot = new Plot(width, 220, { x: [0, steps], y, title: WORDS.bench.losses, right: 66 });
  plot.axes(wholes(0, steps, 3), decades(y), WORDS.bench.steps_axis);
  plot.guide(Math.log10(Math.log(10)), WORDS.bench.guessing);
  const every = Math.ceil(losses.length / 600),
    xs = [],
    raw = [],
    smooth = [];
  let mean = null;
  losses.forEach((value, i) => {
    if (value !== null) mean = mean === null ? value : mean + 0.1 * (value - mean);
    if (i % every && i < losses.length - 1) return;
    xs.push(i + 1);
    raw.push(value === null ? null : Math.log10(Math.max(value, 1e-9)));
    smooth.push(value === null ? null : Math.log10(Math.max(mean, 1e-9)));
  });
  plot.line(xs, raw, "ink", { style: "bench-thin" });
  plot.line(xs, smooth, "ink", {
    words: losses.length ? lossWords(mean) : "",
    dots: losses.length < 20,
  });
  const last = losses.length && lossWords(losses.at(-1));
  return plot.picture(label(WORDS.bench.losses, run.step, last));
}

export function drawAccuracy(run, width, { target }) {
  const { accuracies, steps } = run,
    y = [0, 1];
  const plot = new Plot(width, 220, { x: [0, steps], y, title: WORDS.bench.accuracies, right: 66 });
  plot.axes(
    wholes(0, steps, 3),
    [0, 0.5, 1].map((v) => [v, percent(v)]),
    WORDS.bench.steps_axis,
  );
  plot.guide(target, WORDS.bench.learned);
  plot.guide(0.1, WORDS.bench.guessing);
  const xs = accuracies.map(({ step }) => step),
    last = accuracies.at(-1);
  const draw = (key, words, style) =>
    plot.line(
      xs,
      accuracies.map((a) => a[key]),
      "ink",
      { words, style, dots: !style },
    );
  const apart = last && Math.abs(last.test - last.train) > 0.12;
  draw("test", apart ? WORDS.bench.test : "", "bench-dash-test");
  draw("train", last ? WORDS.bench.train : "", "");
  const shares = last && { train: percent(last.train), test: percent(last.test) };
  return plot.picture(
    label(WORDS.bench.accuracies, last?.step, shares && fill(WORDS.bench.both, shares)),
  );
}
