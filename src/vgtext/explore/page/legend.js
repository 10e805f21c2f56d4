// What explains a panel: its legend, above it, and its color bar, beside it.
import { drawWords } from "./ink.js";
import { SIZE, legendRows, spaced, widest } from "./layout.js";
import { drawMarks } from "./marks.js";

export function drawLegend(entries, rect, unit, clip) {
  const rows = legendRows(entries, rect.w);
  const drawn = rows.flatMap((row, r) =>
    row.map(([left, words, marks], i) => {
      const x = rect.x + left,
        y = rect.y - 14 - (rows.length - 1 - r) * SIZE.legendLine;
      const key = { x, y: y - SIZE.keyHeight / 2, w: SIZE.key, h: SIZE.keyHeight };
      const keys = drawMarks(marks, key, unit, `${clip}-key${r}-${i}`);
      return keys + drawWords(words, x + SIZE.keyRoom, y, { size: SIZE.tick, valign: "middle" });
    }),
  );
  return drawn.join("");
}

export function drawBar(bar, { x, y, w, h }, unit) {
  const left = x + w + SIZE.barGap,
    places = bar.places.map((u) => y + h - (u / unit) * h);
  const sizes = places.map(() => SIZE.tick),
    isFree = spaced(places, sizes, 2);
  const ticks = bar.texts.map((words, i) =>
    isFree[i]
      ? drawWords(words, left + SIZE.barTicks, places[i], { size: SIZE.tick, valign: "center" })
      : "",
  );
  const label = { size: SIZE.label, align: "center", valign: "center", turn: 90 };
  return (
    `<image x="${left}" y="${y}" width="${SIZE.bar}" height="${h}" preserveAspectRatio="none"`
    + ` class="vg-pixels" href="${bar.source}"/>`
    + ticks.join("")
    + (bar.label ? drawWords(bar.label, left + 30 + widest(bar.texts), y + h / 2, label) : "")
  );
}
