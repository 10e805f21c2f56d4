/* The figure that stays alive: draws packed scenes (see scene.py) as SVG, with native controls.
   One script serves the page's element <vg-explore> and the live widget (globalThis.vgExplore.live). */
(() => {
  "use strict";
  const SIZE = { tick: 12, label: 13, title: 14, least: 11 };
  const round = (v) => Math.round(v * 10) / 10;
  const escapeText = (s) => s.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

  /* ---- words: a string, or [width, runs, rules, height, depth] in percent of the font's size ---- */
  const pen = document.createElement("canvas").getContext("2d");
  const widths = new Map();
  let family = "sans-serif";
  function lineWidth(text, size) {
    const key = `${size}|${family}|${text}`;
    if (!widths.has(key)) {
      pen.font = `${size}px ${family}`;
      widths.set(key, pen.measureText(text).width);
    }
    return widths.get(key);
  }
  const wordsWidth = (t, size) =>
    typeof t === "string" ? Math.max(...t.split("\n").map((line) => lineWidth(line, size))) : (t[0] * size) / 100;
  const plain = (t) => (typeof t === "string" ? t : t[1].map((run) => run[4]).join(""));
  function wrap(t, size, most) {
    if (typeof t !== "string" || !t) return t;
    const lines = [""];
    for (const word of t.split(" ")) {
      const longer = lines[lines.length - 1] ? `${lines[lines.length - 1]} ${word}` : word;
      if (lineWidth(longer, size) <= most || longer === word) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines.join("\n");
  }
  const lineCount = (t) => (typeof t === "string" ? t.split("\n").length : 1);

  const ANCHOR = { left: "start", center: "middle", right: "end", start: "start", middle: "middle", end: "end" };
  function drawWords(t, x, y, { size, ha = "left", va = "baseline", color, turn = 0, bold = 0 }) {
    const height = size * 1.25, count = lineCount(t), anchor = ANCHOR[ha];
    const rise = { top: 0.82 * size, bottom: -0.22 * size - (count - 1) * height, baseline: 0 }[va];
    const tall = typeof t !== "string" && t[2].length; // a fraction is centred as a whole, a line on its letters
    const middle = tall ? ((t[3] / 2 - t[4]) * size) / 100 : 0.35 * size - ((count - 1) * height) / 2;
    const first = rise === undefined ? middle : rise;
    const ink = `${color ? look({ f: color }) : 'class="vg-ink"'} font-size="${size}"${bold ? ' font-weight="600"' : ""}`;
    let inner;
    if (typeof t === "string") {
      inner = t.split("\n").map((line, i) =>
        `<text text-anchor="${anchor}" y="${round(first + i * height)}">${escapeText(line)}</text>`).join("");
    } else {
      const [width, runs, rules] = t, s = size / 100;
      const left = { start: 0, middle: -width / 2, end: -width }[anchor] * s;
      inner = runs.map(([rx, ry, rs, slant, chars, rw]) =>
        `<text x="${round(left + rx * s)}" y="${round(first - ry * s)}" font-size="${round(rs * s)}" textLength="${round(rw * s)}"` +
        ` lengthAdjust="spacingAndGlyphs"${slant ? ' font-style="italic"' : ""}>${escapeText(chars)}</text>`).join("") +
        rules.map(([rx, ry, w, h]) => `<rect x="${round(left + rx * s)}" y="${round(first - (ry + h) * s)}" ` +
          `width="${round(w * s)}" height="${Math.max(0.7, round(h * s))}"/>`).join("");
    }
    return `<g ${ink} transform="translate(${round(x)} ${round(y)})${turn ? ` rotate(${-turn})` : ""}">${inner}</g>`;
  }

  /* ---- scales, for reading values back ---- */
  const symlog = (lin) => {
    const k = 1 / 0.9;
    return {
      to: (v) => (Math.abs(v) <= lin ? v * k : Math.sign(v) * lin * (k + Math.log10(Math.abs(v) / lin))),
      from: (t) => (Math.abs(t) <= lin * k ? t / k : Math.sign(t) * lin * 10 ** (Math.abs(t) / lin - k)),
    };
  };
  function valueAt(axis, fraction) {
    const scale = { linear: { to: (v) => v, from: (t) => t }, log: { to: Math.log10, from: (t) => 10 ** t } }[axis.sc] ||
      symlog(axis.lin);
    const [low, high] = axis.lim.map(scale.to);
    return scale.from(low + fraction * (high - low));
  }
  function readValue(axis, unit, whole) {
    const value = valueAt(axis, unit / whole);
    const blur = Math.abs(valueAt(axis, (unit + 1) / whole) - valueAt(axis, (unit - 1) / whole)) / 2;
    if (Math.abs(value) <= blur) return "0";
    if (Math.abs(value - Math.round(value)) < blur && Math.abs(value) >= 1 && Math.abs(value) < 1e5) return String(Math.round(value));
    const digits = Math.min(4, Math.max(1, Math.floor(Math.log10(Math.abs(value) / blur))));
    return String(Number(value.toPrecision(digits))).replace("-", "\u2212");
  }

  /* ---- layout: panels in a row, on a narrow screen in a column; margins only grow, so that nothing jumps ---- */
  function layout(scene, width, memory) {
    const stacked = scene.length > 1 && width / scene.length < 270;
    const columns = stacked ? 1 : scene.length;
    const margins = scene.map(({ frame, marks }, i) => {
      const keep = (memory[i] ||= { left: 0, right: 0, top: 0, bottom: 0 });
      const tickWidth = Math.max(0, ...frame.y.tx.map((t) => wordsWidth(t, SIZE.tick)));
      const bar = frame.cb ? 34 + Math.max(0, ...frame.cb.tx.map((t) => wordsWidth(t, SIZE.tick))) + (frame.cb.l ? 20 : 0) : 0;
      const left = (frame.y.l ? 22 : 0) + tickWidth + 12;
      const inside = width / columns - left - 16;
      const past = marks.filter((m) => m.k === "t" && m.nc && m.ha === "left" && !m.r && m.at[0] > 0).map((m) =>
        (m.at[0] / memory.unit - 1) * inside + m.sh[0] + wordsWidth(m.t, Math.max(SIZE.least, m.z)));
      const legend = frame.lg ? legendRows(frame.lg, inside).length * 19 + 4 : 0;
      const title = frame.t ? lineCount(wrap(frame.t, SIZE.title, inside + left - 12)) * 18 + 6 : 0;
      keep.left = Math.max(keep.left, left);
      keep.right = Math.max(keep.right, bar + 10, Math.min(Math.max(0, ...past) + 4, width / columns / 3), 12);
      keep.top = Math.max(keep.top, title + legend + (frame.y.of ? 16 : 0) + 10);
      keep.bottom = Math.max(keep.bottom, (frame.x.tx.length ? 20 : 6) + (frame.x.l ? lineCount(wrap(frame.x.l, SIZE.label, inside)) * 17 + 4 : 4));
      return keep;
    });
    const rooms = margins.map((m) => width / columns - m.left - m.right);
    const row = Math.min(340, Math.max(220, stacked ? 230 : rooms[0] * (columns > 1 ? 0.9 : 0.5)));
    const heights = scene.map(({ frame }, i) =>
      frame.ar && (columns === 1) ? Math.min(rooms[i] * frame.ar, frame.ar < 0.9 ? 340 : 380) : row);
    const shared = columns > 1;
    if (shared) {
      const free = width - margins.reduce((sum, m) => sum + m.left + m.right, 0);
      const flexible = scene.filter(({ frame }) => !frame.ar).length;
      const fixed = scene.reduce((sum, { frame }) => sum + (frame.ar ? row / frame.ar : 0), 0);
      const squeeze = flexible ? Math.min(1, (free - flexible * 130) / (fixed || 1)) : Math.min(1.25, free / fixed);
      scene.forEach(({ frame }, i) => {
        if (frame.ar) heights[i] = row * squeeze;
        rooms[i] = frame.ar ? (row / frame.ar) * squeeze : (free - fixed * squeeze) / flexible;
      });
    }
    const top = Math.max(...margins.map((m) => m.top)), bottom = Math.max(...margins.map((m) => m.bottom));
    let x = 0, y = 0;
    const rects = scene.map(({ frame }, i) => {
      const m = margins[i], h = heights[i];
      const w = frame.ar && !shared ? Math.min(rooms[i], h / frame.ar) : rooms[i];
      const rect = { x: x + m.left + (shared ? 0 : (rooms[i] - w) / 2), y: shared ? top : y + m.top, w, h, left: m.left };
      if (shared) x += m.left + w + m.right;
      else y += m.top + h + m.bottom + (i < scene.length - 1 ? 8 : 0);
      return rect;
    });
    return { rects, height: shared ? top + Math.max(...heights) + bottom : y };
  }

  /* ---- a panel's frame ---- */
  function spaced(places, sizes, gap) {
    let end = -Infinity;
    return places.map((place, i) => {
      const free = place - sizes[i] / 2 >= end + gap;
      if (free) end = place + sizes[i] / 2;
      return free;
    });
  }
  function legendRows(entries, most) {
    const rows = [[]];
    let used = 0;
    for (const [t, marks] of entries) {
      const w = 34 + wordsWidth(t, SIZE.tick) + 14;
      if (used + w > most && rows[rows.length - 1].length) (rows.push([]), (used = 0));
      rows[rows.length - 1].push([used, t, marks]);
      used += w;
    }
    return rows;
  }
  function drawLegend(entries, rect) {
    const rows = legendRows(entries, rect.w);
    return rows.map((row, r) => row.map(([dx, t, marks]) => {
      const x = rect.x + dx, y = rect.y - 14 - (rows.length - 1 - r) * 19;
      const keys = marks.map((mark) => mark.k === "m"
        ? `<path transform="translate(${x + 13} ${y})" d="${mark.sh}" ${look(mark)}/>`
        : mark.f ? `<rect x="${x}" y="${y - 6}" width="26" height="12" ${look(mark)}/>`
          : `<path d="M${x} ${y}h26" ${look(mark)}/>`).join("");
      return keys + drawWords(t, x + 32, y, { size: SIZE.tick, va: "middle" });
    }).join("")).join("");
  }
  function frameOf(frame, rect, unit) {
    const { x, y, w, h } = rect, right = x + w, foot = y + h;
    const px = frame.x.at.map((u) => x + (u / unit) * w), py = frame.y.at.map((u) => foot - (u / unit) * h);
    const out = [];
    if (frame.x.g) out.push(...px.map((v) => `<path class="vg-grid" d="M${round(v)} ${y}V${foot}"/>`));
    if (frame.y.g) out.push(...py.map((v) => `<path class="vg-grid" d="M${x} ${round(v)}H${right}"/>`));
    const edge = { l: `M${x} ${y}V${foot}`, b: `M${x} ${foot}H${right}`, r: `M${right} ${y}V${foot}`, t: `M${x} ${y}H${right}` };
    out.push(...[...frame.sp].map((side) => `<path class="vg-axis" d="${edge[side]}"/>`));
    const dash = (list, size, along) => list && out.push(`<path class="vg-axis" d="${list.map((u) =>
      along ? `M${round(x + (u / unit) * w)} ${foot}v${size}` : `M${x} ${round(foot - (u / unit) * h)}h${-size}`).join("")}"/>`);
    dash(frame.x.at, 4, 1); dash(frame.x.mi, 2.5, 1); dash(frame.y.at, 4, 0); dash(frame.y.mi, 2.5, 0);
    const freeX = spaced(px, frame.x.tx.map((t) => wordsWidth(t, SIZE.tick)), 6);
    frame.x.tx.forEach((t, i) => freeX[i] && out.push(drawWords(t, px[i], foot + 7, { size: SIZE.tick, ha: "center", va: "top" })));
    const order = py.map((_, i) => i).sort((a, b) => py[a] - py[b]);
    const freeY = spaced(order.map((i) => py[i]), frame.y.tx.map(() => SIZE.tick), 2);
    order.forEach((i, k) => freeY[k] && frame.y.tx[i] !== undefined &&
      out.push(drawWords(frame.y.tx[i], x - 7, py[i], { size: SIZE.tick, ha: "right", va: "center" })));
    if (frame.x.l) out.push(drawWords(wrap(frame.x.l, SIZE.label, w + rect.left / 2), x + w / 2, foot + (frame.x.tx.length ? 25 : 10), { size: SIZE.label, ha: "center", va: "top" }));
    if (frame.y.l) {
      const fits = wordsWidth(frame.y.l, SIZE.label) <= h + 30 ? SIZE.label : Math.max(SIZE.least, SIZE.label * (h + 30) / wordsWidth(frame.y.l, SIZE.label));
      out.push(drawWords(frame.y.l, x - rect.left + 11, y + h / 2, { size: fits, ha: "center", va: "center", turn: 90 }));
    }
    if (frame.y.of) out.push(drawWords(frame.y.of, x, y - 5, { size: SIZE.tick, ha: "left", va: "bottom" }));
    if (frame.x.of) out.push(drawWords(frame.x.of, right, foot + 25, { size: SIZE.tick, ha: "right", va: "top" }));
    const rows = frame.lg ? legendRows(frame.lg, w).length * 19 + 4 : 0;
    if (frame.t) {
      const t = wrap(frame.t, SIZE.title, w + rect.left - 12);
      out.push(drawWords(t, x + w / 2 - (lineCount(t) > 1 ? rect.left / 2 - 6 : 0), y - 8 - rows - (frame.y.of ? 14 : 0), { size: SIZE.title, ha: "center", va: "bottom" }));
    }
    if (frame.lg) out.push(drawLegend(frame.lg, rect));
    if (frame.cb) {
      const bx = right + 10, at = frame.cb.at.map((u) => foot - (u / unit) * h);
      out.push(`<image x="${bx}" y="${y}" width="12" height="${h}" preserveAspectRatio="none" href="${frame.cb.src}"/>`);
      const free = spaced([...at].reverse(), at.map(() => SIZE.tick), 2).reverse();
      frame.cb.tx.forEach((t, i) => free[i] && out.push(drawWords(t, bx + 17, at[i], { size: SIZE.tick, va: "center" })));
      const wide = Math.max(0, ...frame.cb.tx.map((t) => wordsWidth(t, SIZE.tick)));
      if (frame.cb.l) out.push(drawWords(frame.cb.l, bx + 30 + wide, y + h / 2, { size: SIZE.label, ha: "center", va: "center", turn: 90 }));
    }
    return out.join("");
  }

  /* ---- marks ---- */
  function look(m) {
    const [a, b] = m.s ? m.s.split(",") : ["none", "none"], [c, d] = m.f ? m.f.split(",") : ["none", "none"];
    const pair = (light, dark) => (light === "none" ? light : `light-dark(${light},${dark})`);
    return `stroke="${a}" fill="${c}" style="stroke:${pair(a, b)};fill:${pair(c, d)}"` + (m.s ? ` stroke-width="${m.w}"` : "") +
      (m.so < 1 ? ` stroke-opacity="${m.so}"` : "") + (m.fo < 1 ? ` fill-opacity="${m.fo}"` : "") +
      (m.d ? ` stroke-dasharray="${m.d.join(" ")}"` : "");
  }
  function drawPath(m, X, Y) {
    const n = m.x.length;
    let d = "";
    for (let i = 0; i < n; i++) {
      const c = m.c ? m.c[i] : i ? "L" : "M";
      if (c === "Z") { d += "Z"; continue; }
      d += c + X(m.x[i]) + " " + Y(m.y[i]);
    }
    return `<path d="${d}" ${look(m)} stroke-linejoin="round"/>`;
  }
  function drawMarkers(m, X, Y) {
    let out = "";
    for (let i = 0; i < m.x.length; i++) out += `<path transform="translate(${X(m.x[i])} ${Y(m.y[i])})" d="${m.sh}"/>`;
    return `<g ${look(m)}>${out}</g>`;
  }
  function drawText(m, X, Y) {
    const size = Math.max(SIZE.least, m.z), x = X(m.at[0]) + m.sh[0], y = Y(m.at[1]) - m.sh[1];
    const style = { size, ha: m.ha, va: m.va === "center_baseline" ? "center" : m.va, color: m.f, turn: m.r || 0, bold: m.b };
    let ground = "";
    if (m.bg && m.bg.f) {
      const w = wordsWidth(m.t, size) + 6, h = lineCount(m.t) * size * 1.25 + 2;
      const left = { left: -3, center: -w / 2, right: 3 - w }[m.ha], top = { top: -2, bottom: 2 - h, baseline: 4 - h }[m.va];
      ground = `<rect x="${round(x + left)}" y="${round(y + (top === undefined ? -h / 2 : top))}" width="${round(w)}" height="${round(h)}" rx="3" ${look(m.bg)}/>`;
    }
    return ground + drawWords(m.t, x, y, style);
  }
  function drawArrow(m, X, Y) {
    let [ax, ay] = [X(m.a[0]) + (m.sh ? m.sh[0] : 0), Y(m.a[1]) - (m.sh ? m.sh[1] : 0)];
    const [bx, by] = [X(m.b[0]), Y(m.b[1])];
    if (m.words) {
      const [t, z, ha, va] = m.words, size = Math.max(SIZE.least, z), w = wordsWidth(t, size) + 8, h = lineCount(t) * size * 1.25 + 4;
      const cx = ax + { left: w / 2 - 4, center: 0, right: 4 - w / 2 }[ha];
      const cy = ay + ({ top: h / 2 - 2, bottom: 2 - h / 2, baseline: 4 - h / 2 }[va] || 0);
      const reach = Math.min(w / 2 / Math.abs(bx - cx || 1e-9), h / 2 / Math.abs(by - cy || 1e-9));
      if (reach >= 1) return "";
      [ax, ay] = [cx + (bx - cx) * reach, cy + (by - cy) * reach];
    }
    const dx = bx - ax, dy = by - ay, rad = m.rad || 0;
    const qx = (ax + bx) / 2 - rad * dy, qy = (ay + by) / 2 + rad * dx;
    const head = (tx, ty, fx, fy) => {
      const long = Math.hypot(tx - fx, ty - fy);
      if (long < 1) return "";
      const size = Math.min(7, long), angle = Math.atan2(ty - fy, tx - fx);
      return [0.45, -0.45].map((turn) =>
        `M${round(tx)} ${round(ty)}L${round(tx - size * Math.cos(angle + turn))} ${round(ty - size * Math.sin(angle + turn))}`).join("");
    };
    const curve = `M${round(ax)} ${round(ay)}Q${round(qx)} ${round(qy)} ${round(bx)} ${round(by)}`;
    const heads = (m.h[1] === "1" ? head(bx, by, qx, qy) : "") + (m.h[0] === "1" ? head(ax, ay, qx, qy) : "");
    return `<g stroke-linecap="round"><path d="${curve}" ${look(m)}/><path d="${heads}" ${look({ ...m, d: null })}/></g>`;
  }
  const drawImage = (m, rect, unit) => `<image x="${round(rect.x + (m.box[0] / unit) * rect.w)}" ` +
    `y="${round(rect.y + rect.h - ((m.box[1] + m.box[3]) / unit) * rect.h)}" width="${round((m.box[2] / unit) * rect.w)}" ` +
    `height="${round((m.box[3] / unit) * rect.h)}" preserveAspectRatio="none" class="vg-pixels" href="${m.src}"/>`;

  /* ---- payload -> scene ---- */
  function unpack(payload) {
    const sums = new Map();
    const list = (ref) => {
      if (!sums.has(ref)) { let sum = 0; sums.set(ref, payload.parts[ref].map((step) => (sum += step))); }
      return sums.get(ref);
    };
    const made = new Map();
    const mark = (ref) => {
      if (!made.has(ref)) {
        const m = { ...payload.parts[ref] };
        if (m.k === "p" || m.k === "m") {
          m.x = list(m.x); m.y = list(m.y);
          if (m.c !== undefined) m.c = payload.parts[m.c];
          if (m.sh !== undefined) m.sh = payload.parts[m.sh];
        }
        made.set(ref, m);
      }
      return made.get(ref);
    };
    return (k) => payload.states[k].map(([frame, ...marks]) => ({ frame: payload.parts[frame], marks: marks.map(mark) }));
  }

  /* ---- a figure on the page ---- */
  const count = () => (globalThis.vgCount = (globalThis.vgCount || 0) + 1); // the page's: a notebook runs this script for each figure
  class View {
    constructor(root, spec, { ask, link }) {
      Object.assign(this, { root, spec, ask, key: `vg${count()}`, memory: [], state: spec.controls.map((c) => c.start) });
      this.picture = root.querySelector(".vg-picture");
      this.caption = root.querySelector("figcaption");
      this.picture.insertAdjacentHTML("beforeend", '<div class="vg-svg" tabindex="0" role="application" data-lm-suppress-shortcuts="true"></div>' +
        '<div class="vg-tip" hidden></div><div class="vg-error" role="alert" hidden></div><div class="vg-hidden" aria-live="polite"></div>');
      [this.svg, this.tip, this.error, this.live] = [...this.picture.children].slice(-4);
      this.build(root.querySelector(".vg-controls"), link);
      this.svg.addEventListener("pointermove", (e) => this.hover(e));
      this.svg.addEventListener("pointerleave", () => this.hide());
      this.svg.addEventListener("blur", () => this.hide());
      this.svg.addEventListener("keydown", (e) => this.walk(e));
      new ResizeObserver(() => { if (this.scene && this.picture.clientWidth !== this.width) { this.memory = []; this.draw(); } }).observe(this.picture);
    }

    build(box, link) {
      const { controls } = this.spec;
      this.inputs = controls.map((c, i) => {
        const id = `${this.key}-${c.name}`, row = document.createElement("div");
        row.className = "vg-control";
        const widget = { slider: `<input type="range" min="0" max="${c.texts.length - 1}" step="1">`,
          choice: `<select>${c.texts.map((t, k) => `<option value="${k}">${escapeText(t)}</option>`).join("")}</select>`,
          switch: '<input type="checkbox">' }[c.kind];
        row.innerHTML = `<label for="${id}">${escapeText(c.label)}</label>${widget}` +
          (c.kind === "slider" ? `<output for="${id}"></output>` : "") +
          (c.interval ? '<button type="button" class="vg-play"></button>' : "");
        const input = row.children[1];
        Object.assign(input, { id });
        input.dataset.lmSuppressShortcuts = "true";
        if (c.kind === "slider") row.querySelector("output").style.minWidth = `${Math.max(...c.texts.map((t) => t.length))}ch`;
        const read = () => {
          const at = c.kind === "switch" ? Number(input.checked) : Number(input.value); // stopping shows the old state again
          this.stop();
          this.go(this.state.map((v, k) => (k === i ? at : v)));
        };
        input.addEventListener("input", read);
        if (c.interval) row.querySelector("button").addEventListener("click", () => (this.timer ? this.stop() : this.play(i)));
        box.append(row);
        return row;
      });
      if (controls.length) {
        box.insertAdjacentHTML("beforeend", `<div class="vg-buttons"><button type="button">Reset</button>${link ? '<button type="button">Link to this state</button>' : ""}</div>`);
        const [reset, share] = box.querySelectorAll(".vg-buttons button");
        reset.addEventListener("click", () => { this.stop(); this.go(controls.map((c) => c.start)); });
        if (share) share.addEventListener("click", () => this.share(share, link()));
      }
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", "Controls of the figure");
      this.show();
    }

    show() {
      this.spec.controls.forEach((c, i) => {
        const row = this.inputs[i], input = row.children[1], at = this.state[i], button = row.querySelector("button");
        if (c.kind === "switch") input.checked = at === 1;
        else input.value = at;
        if (c.kind === "slider") {
          row.querySelector("output").textContent = c.texts[at];
          input.setAttribute("aria-valuetext", c.texts[at]);
          input.style.setProperty("--at", `${(100 * at) / (c.texts.length - 1)}%`);
        }
        if (button) {
          button.textContent = this.timer ? "Pause" : this.still() ? "Step" : "Play";
          button.setAttribute("aria-label", `${button.textContent} ${c.label}`);
        }
      });
    }

    still() { return matchMedia("(prefers-reduced-motion: reduce)").matches; }
    play(i) {
      const c = this.spec.controls[i], last = c.texts.length - 1;
      const step = () => this.go(this.state.map((v, k) => (k === i ? (v >= last ? 0 : v + 1) : v)));
      if (this.still()) return step();
      this.timer = setInterval(() => {
        if (this.busy) return;
        if (!this.root.isConnected || this.state[i] === last) this.stop();
        else step();
      }, c.interval);
      step();
    }
    stop() {
      clearInterval(this.timer);
      this.timer = 0;
      this.show();
    }

    go(state) {
      this.state = state;
      this.show();
      this.ask(state);
    }

    async share(button, address) {
      history.replaceState(null, "", address);
      const copied = navigator.clipboard ? await navigator.clipboard.writeText(location.href).then(() => true, () => false) : false;
      this.live.textContent = button.textContent = copied ? "Link copied" : "Link is in the address bar";
      setTimeout(() => (button.textContent = "Link to this state"), 2500);
    }

    fail(message) {
      this.error.hidden = !message;
      this.error.textContent = message || "";
      this.picture.classList.toggle("vg-failed", Boolean(message));
    }

    paint(scene, unit, caption) {
      const opening = !this.scene;
      Object.assign(this, { scene, words: caption });
      this.memory.unit = unit;
      this.fail("");
      this.draw();
      this.caption.textContent = caption.replace(/ ([×=<]) (?=[\d√])/g, "\u00a0$1\u00a0"); // no line ends inside 3 × 10⁻⁴⁰
      clearTimeout(this.later);
      if (!opening) this.later = setTimeout(() => (this.live.textContent = caption), 700);
      const print = this.picture.querySelector(".vg-print");
      if (print) print.remove();
    }

    draw() {
      this.width = this.picture.clientWidth;
      if (!this.width) return;
      this.memory.unit = this.memory.unit || this.unit;
      const unit = (this.unit = this.memory.unit);
      family = getComputedStyle(this.svg).fontFamily;
      const { rects, height } = layout(this.scene, this.width, this.memory);
      this.rects = rects;
      this.hide();
      const panels = this.scene.map(({ frame, marks }, i) => {
        const rect = rects[i], clip = `${this.key}-clip${i}`;
        const X = (u) => Math.round((rect.x + (u / unit) * rect.w) * 10) / 10;
        const Y = (u) => Math.round((rect.y + rect.h - (u / unit) * rect.h) * 10) / 10;
        let inside = false, body = "";
        for (const m of marks) {
          if (inside !== !m.nc) { body += inside ? "</g>" : `<g clip-path="url(#${clip})">`; inside = !inside; }
          body += { p: drawPath, m: drawMarkers, t: drawText, a: drawArrow, i: () => drawImage(m, rect, unit) }[m.k](m, X, Y);
        }
        return `<clipPath id="${clip}"><rect x="${rect.x}" y="${rect.y}" width="${rect.w}" height="${rect.h}"/></clipPath>` +
          `<g class="vg-panel">${frameOf(frame, rect, unit)}${body}${inside ? "</g>" : ""}</g>`;
      });
      this.svg.innerHTML = `<svg role="img" width="${this.width}" height="${Math.ceil(height)}" viewBox="0 0 ${this.width} ${Math.ceil(height)}">${panels.join("")}</svg>`;
      this.svg.firstChild.setAttribute("aria-label", this.words);
      this.svg.setAttribute("aria-label", "Picture. Arrow keys read its points: left and right along a line, up and down between lines.");
    }

    series() {
      return this.scene.flatMap(({ frame, marks }, i) => marks
        .filter((m) => (m.k === "m" || (m.k === "p" && !m.f)) && m.x.length && !(m.c && /[QC]/.test(m.c)))
        .map((m) => ({ m, frame, rect: this.rects[i],
          inside: m.x.map((u, k) => k).filter((k) => m.x[k] >= 0 && m.x[k] <= this.unit && m.y[k] >= 0 && m.y[k] <= this.unit) }))
        .filter((s) => s.inside.length));
    }
    place({ m, rect }, k) { return [rect.x + (m.x[k] / this.unit) * rect.w, rect.y + rect.h - (m.y[k] / this.unit) * rect.h]; }
    tell(s, k) {
      const [x, y] = this.place(s, k);
      const lines = [["x", s.m.x[k]], ["y", s.m.y[k]]].map(([way, u]) => `${plain(s.frame[way].l) || way}: ${readValue(s.frame[way], u, this.unit)}`);
      this.tip.innerText = [...(s.m.n ? [s.m.n] : []), ...lines].join("\n");
      this.tip.hidden = false;
      const most = this.width - this.tip.offsetWidth - 4;
      this.tip.style.transform = `translate(${Math.max(4, Math.min(x + 12, most))}px, ${Math.max(0, y - this.tip.offsetHeight - 8)}px)`;
      if (!this.dot || !this.dot.isConnected) {
        this.svg.firstChild.insertAdjacentHTML("beforeend", '<circle class="vg-dot" r="5"/>');
        this.dot = this.svg.firstChild.lastChild;
      }
      this.dot.setAttribute("cx", x);
      this.dot.setAttribute("cy", y);
    }
    hide() {
      this.tip.hidden = true;
      this.at = null;
      if (this.dot) this.dot.remove();
    }
    hover(event) {
      const box = this.svg.getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top;
      let best = [28, null, 0];
      for (const s of this.series()) for (const k of s.inside) {
        const [x, y] = this.place(s, k), far = Math.hypot(x - px, y - py);
        if (far < best[0]) best = [far, s, k];
      }
      if (best[1]) this.tell(best[1], best[2]);
      else this.hide();
    }
    walk(event) {
      const all = this.series();
      const [along, across] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] || [0, 0];
      if (event.key === "Escape") return this.hide();
      if (!all.length || (!along && !across)) return;
      event.preventDefault();
      const now = this.at ? { s: (this.at.s + across + all.length) % all.length, k: this.at.k + along } : { s: 0, k: 0 };
      const s = all[Math.min(now.s, all.length - 1)];
      now.k = Math.max(0, Math.min(s.inside.length - 1, now.k));
      this.tell(s, s.inside[now.k]);
      this.at = now;
      this.live.textContent = this.tip.innerText;
    }
  }

  /* ---- life 1: a widget in a kernel ---- */
  function live({ model, el }) {
    el.innerHTML = '<div class="vg-explore"><figure><div class="vg-picture"></div><div class="vg-controls"></div><figcaption></figcaption></figure></div>';
    let turn = model.get("scene").turn, wish = null;
    const send = (state) => {
      view.busy = true;
      model.set("want", { state, turn: ++turn });
      model.save_changes();
    };
    const view = new View(el.firstChild, model.get("spec"), { ask: (state) => { if (view.busy) wish = state; else send(state); } });
    const answer = () => {
      const scene = model.get("scene");
      turn = Math.max(turn, scene.turn);
      if (scene.turn >= turn) {
        view.busy = false;
        if (wish) { const state = wish; wish = null; send(state); }
      }
      if (scene.error) view.fail(scene.error);
      else view.paint(unpack(scene.payload)(0), scene.payload.unit, scene.payload.captions[0]);
    };
    model.on("change:scene", answer);
    view.state = [...model.get("want").state];
    view.show();
    requestAnimationFrame(answer);
    return () => { view.stop(); model.off("change:scene", answer); };
  }

  /* ---- life 2: an element of a page, with no kernel ---- */
  async function unzip(text) {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  }
  // The packed states stand in the page, or in a script of their own beside it, which also a page from file:// may load.
  function states({ textContent, dataset }) {
    if (!dataset.src) return Promise.resolve(textContent);
    return new Promise((done, fail) => {
      const script = Object.assign(document.createElement("script"), { src: dataset.src, onerror: fail });
      script.onload = () => done(globalThis.vgStates[dataset.name]);
      document.head.append(script);
    });
  }
  const target = () => decodeURIComponent(location.hash.slice(1)).split("?");
  class Figure extends HTMLElement {
    connectedCallback() {
      if (this.started) return;
      this.started = true;
      for (let k = 2; document.getElementById(this.id) !== this; k++) this.id = `${this.id.replace(/-\d+$/, "")}-${k}`;
      const watch = new IntersectionObserver((seen) => seen.some((s) => s.isIntersecting) && (watch.disconnect(), this.open()), { rootMargin: "700px" });
      watch.observe(this);
      addEventListener("hashchange", () => this.follow());
      this.follow();
    }
    open() {
      this.opened ||= states(this.querySelector("script")).then(unzip).then((payload) => {
        const scene = unpack(payload);
        const index = (state) => state.reduce((sum, at, i) => sum * payload.controls[i].texts.length + at, 0);
        let due = 0;
        const now = () => { due = 0; const k = index(view.state); view.paint(scene(k), payload.unit, payload.captions[k]); };
        const view = new View(this, payload, {
          ask: () => (due ||= requestAnimationFrame(now)),
          link: () => `#${this.id}?${payload.controls.map((c, i) => `${c.name}=${encodeURIComponent(c.texts[view.state[i]])}`).join("&")}`,
        });
        now();
        this.classList.add("vg-open");
        return view;
      });
      return this.opened;
    }
    async follow() {
      const [id, query] = target();
      if (id !== this.id || query === undefined) return;
      const view = await this.open(), wanted = new URLSearchParams(query.replaceAll("+", "%2B"));
      view.go(view.spec.controls.map((c, i) => {
        const text = wanted.get(c.name), exact = c.texts.indexOf(text);
        if (text === null || exact >= 0) return text === null ? view.state[i] : exact;
        const gaps = c.texts.map((t) => Math.abs(Number(t) - Number(text)));
        return gaps.some(Number.isNaN) ? view.state[i] : gaps.indexOf(Math.min(...gaps));
      }));
      this.scrollIntoView({ block: "center" });
    }
  }
  if (!customElements.get("vg-explore")) customElements.define("vg-explore", Figure);
  globalThis.vgExplore = { live };
})();
