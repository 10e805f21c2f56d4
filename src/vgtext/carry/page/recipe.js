// Recipes: {scales, between}, and how an address writes one: 0.3*10 for ten times 0.3.
import { KINDS, LAYERS, SCALES, START } from "./rules.js";

export const clamp = (s) =>
  Math.min(SCALES.most, Math.max(SCALES.least, Math.round(s * 100) / 100));

// The scale that lies between all of them, as factors go.
export const meanOf = (scales) =>
  Math.exp(scales.reduce((sum, s) => sum + Math.log(s), 0) / scales.length);

const squeeze = (list) => {
  const runs = [];
  for (const each of list.map(String)) {
    if (runs.at(-1)?.[0] === each) runs.at(-1)[1] += 1;
    else runs.push([each, 1]);
  }
  return runs.map(([each, count]) => (count > 1 ? `${each}*${count}` : each)).join(",");
};
const stretch = (words) =>
  (words || "").split(",").flatMap((each) => {
    const [value, count = "1"] = each.split("*");
    return Array(Math.min(LAYERS.most, Math.max(0, parseInt(count) || 0))).fill(value);
  });

export function written({ scales, between }) {
  return `scale=${squeeze(scales)}&between=${squeeze(between)}`;
}

// A recipe of `count` layers: what is missing repeats the last one.
export function resized({ scales, between }, count) {
  const fit = (list, size, last) => Array.from({ length: size }, (_, i) => list[i] ?? last);
  return {
    scales: fit(scales, count, scales.at(-1)),
    between: fit(between, count - 1, between.at(-1) ?? "none"),
  };
}

export function readRecipe(query) {
  const wanted = new URLSearchParams(query);
  const scales = stretch(wanted.get("scale")).map(Number).filter(Number.isFinite).map(clamp);
  const between = stretch(wanted.get("between")).filter((kind) => kind in KINDS);
  if (!scales.length) return START;
  const count = Math.min(LAYERS.most, Math.max(LAYERS.least, scales.length));
  return resized({ scales, between }, count);
}

