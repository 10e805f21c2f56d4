// A panel as SVG: its frame (axes, ticks, titles, legend, color bar), then its marks.
import { drawWords, look, round } from "./ink.js";
import { SIZE, legendHeight, lineCount, spaced, wordsWidth, wrap } from "./layout.js";
import { drawBar, drawLegend } from "./legend.js";
import { drawMarks } from "./marks.js";

function drawAxes({ x, y, spines, ground }, rect, unit) {
  const right = rect.x + rect.w,
    foot = rect.y + rect.h;
  const across = (u) => round(rect.x + (u / unit) * rect.w),
    up = (u) => round(foot - (u / unit) * rect.h);
  const path = (look, lines) => (lines ? `<path class="${look}" d="${lines}"/>` : "");
  const each = (places, line) => (places || []).map(line).join("");
  const below = (places, size) =>
    path(
      "vg-axis",
      each(places, (u) => `M${across(u)} ${foot}v${size}`),
    );
  const beside = (places, size) =>
    path(
      "vg-axis",
      each(places, (u) => `M${rect.x} ${up(u)}h${-size}`),
    );
  const edges = {
    l: `M${rect.x} ${rect.y}V${foot}`,
    b: `M${rect.x} ${foot}H${right}`,
    r: `M${right} ${rect.y}V${foot}`,
    t: `M${rect.x} ${rect.y}H${right}`,
  };
  return (
    (ground ? `<path d="M${rect.x} ${rect.y}H${right}V${foot}H${rect.x}Z" ${look(ground)}/>` : "")
    + path("vg-grid", x.grid && each(x.places, (u) => `M${across(u)} ${rect.y}V${foot}`))
    + path("vg-grid", y.grid && each(y.places, (u) => `M${rect.x} ${up(u)}H${right}`))
    + path(
      "vg-axis",
      each([...spines], (side) => edges[side]),
    )
    + below(x.bare ? [] : x.places, SIZE.tickLength)
    + below(x.bare ? [] : x.minor, SIZE.minorLength)
    + beside(y.bare ? [] : y.places, SIZE.tickLength)
    + beside(y.bare ? [] : y.minor, SIZE.minorLength)
  );
}

function drawTicks({ x, y }, rect, unit) {
  const foot = rect.y + rect.h,
    size = SIZE.tick,
    out = [];
  const across = x.places.map((u) => rect.x + (u / unit) * rect.w);
  const up = y.places.map((u) => foot - (u / unit) * rect.h);
  const free = spaced(
    across,
    x.texts.map((words) => wordsWidth(words, size)),
    6,
  );
  x.texts.forEach(
    (words, i) =>
      free[i]
      && out.push(
        drawWords(words, across[i], foot + SIZE.tickGap, { size, align: "center", valign: "top" }),
      ),
  );
  const order = up.map((_, i) => i).sort((a, b) => up[a] - up[b]);
  const room = spaced(
    order.map((i) => up[i]),
    order.map(() => size),
    2,
  );
  order.forEach(
    (i, k) =>
      room[k]
      && y.texts[i] !== undefined
      && out.push(
        drawWords(y.texts[i], rect.x - SIZE.tickGap, up[i], {
          size,
          align: "right",
          valign: "center",
        }),
      ),
  );
  return out.join("");
}

function drawLabels({ x, y, title, titleAt, legend }, rect) {
  const { w, h, left, right, below } = rect,
    foot = rect.y + rect.h,
    middle = rect.x + w / 2,
    out = [];
  const fit = (words, most) =>
    Math.max(
      SIZE.least,
      Math.min(SIZE.label, (SIZE.label * most) / wordsWidth(words, SIZE.label)),
    );
  if (x.label) {
    const most = w + 2 * Math.min(left, right, left / 4),
      lines = wrap(x.label, SIZE.label, most);
    const drop = x.texts.length ? SIZE.labelDrop : 10;
    out.push(
      drawWords(lines, middle, foot + drop, {
        size: fit(lines, most),
        align: "center",
        valign: "top",
      }),
    );
  }
  if (y.label) {
    const size = fit(y.label, h + 30),
      half = wordsWidth(y.label, size) / 2;
    const up = Math.max(half, Math.min(rect.y + h / 2, foot + below - half)); // in the picture
    out.push(
      drawWords(y.label, rect.x - left + 11, up, {
        size,
        align: "center",
        valign: "center",
        turn: 90,
      }),
    );
  }
  if (y.offset)
    out.push(drawWords(y.offset, rect.x, rect.y - 5, { size: SIZE.tick, valign: "bottom" }));
  if (x.offset) {
    out.push(
      drawWords(x.offset, rect.x + w, foot + SIZE.labelDrop, {
        size: SIZE.tick,
        align: "right",
        valign: "top",
      }),
    );
  }
  if (title) {
    const lines = wrap(title, SIZE.title, w + left - 12),
      shift = lineCount(lines) > 1 ? left / 2 - 6 : 0;
    const above = 8 + legendHeight(legend, w) + (y.offset ? 14 : 0);
    const half = wordsWidth(lines, SIZE.title) / 2,
      center = Math.min(middle - shift, rect.whole - half); // within the picture
    const align = titleAt || "center",
      at = { left: rect.x, center, right: rect.x + w }[align];
    out.push(
      drawWords(lines, at, rect.y - above, {
        size: SIZE.title,
        align,
        valign: "bottom",
      }),
    );
  }
  return out.join("");
}

const drawFrame = (frame, rect, unit, clip) =>
  drawAxes(frame, rect, unit)
  + drawTicks(frame, rect, unit)
  + drawLabels(frame, rect)
  + (frame.legend ? drawLegend(frame.legend, rect, unit, clip) : "")
  + (frame.bar ? drawBar(frame.bar, rect, unit) : "");

export function drawPanel({ frame, marks }, rect, unit, clip) {
  const { x, y, w, h } = rect;
  const runs = []; // marks that the panel clips, and those that it does not, in turn
  for (const mark of marks) {
    const last = runs.at(-1);
    if (last && last[0].unclipped === mark.unclipped) last.push(mark);
    else runs.push([mark]);
  }
  const body = runs
    .map((run, k) => {
      const drawn = drawMarks(run, rect, unit, `${clip}-${k}`);
      return run[0].unclipped ? drawn : `<g clip-path="url(#${clip})">${drawn}</g>`;
    })
    .join("");
  return (
    `<clipPath id="${clip}"><rect x="${x}" y="${y}" width="${w}" height="${h}"/></clipPath>`
    + `<g class="vg-panel">${drawFrame(frame, rect, unit, clip)}${body}</g>`
  );
}
