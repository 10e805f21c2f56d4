// Reading values back from a picture: by pointer the nearest point, by arrow keys point after
// point, line after line.
import { plain } from "./layout.js";

const KNEE = 1 / 0.9; // matplotlib's symlog is linear up to the threshold, which lies there
const SCALES = {
  linear: () => [(v) => v, (t) => t],
  log: () => [Math.log10, (t) => 10 ** t],
  symlog: (linear) => [
    (v) =>
      Math.abs(v) <= linear
        ? v * KNEE
        : Math.sign(v) * linear * (KNEE + Math.log10(Math.abs(v) / linear)),
    (t) =>
      Math.abs(t) <= linear * KNEE
        ? t / KNEE
        : Math.sign(t) * linear * 10 ** (Math.abs(t) / linear - KNEE),
  ],
};

function valueAt({ scale, limits, linear }, fraction) {
  const [to, from] = SCALES[scale](linear),
    [low, high] = limits.map(to);
  return from(low + fraction * (high - low));
}

// The value at a place, with as many digits as the whole numbers of the packed form can tell.
export function readValue(axis, place, unit) {
  const value = valueAt(axis, place / unit),
    size = Math.abs(value);
  const blur = Math.abs(valueAt(axis, (place + 1) / unit) - valueAt(axis, (place - 1) / unit)) / 2;
  if (size <= blur) return "0";
  const near = Math.round(value);
  const isWhole = Math.abs(value - near) < blur && size >= 1 && size < 1e5;
  const digits = Math.min(4, Math.max(1, Math.floor(Math.log10(size / blur))));
  return String(isWhole ? near : Number(value.toPrecision(digits))).replace("-", "\u2212");
}

const KEYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const REACH = 28; // pixels from the pointer to a point that it reads

// Reads the picture in `view` (its scene, rects, unit and width) into a tip beside the point.
export class Readout {
  constructor(view, svg, tip) {
    Object.assign(this, { view, svg, tip });
    svg.addEventListener("pointermove", (event) => this.hover(event));
    svg.addEventListener("pointerleave", () => this.hide());
    svg.addEventListener("blur", () => this.hide());
    svg.addEventListener("keydown", (event) => this.walk(event));
  }

  // The lines and markers that can be read, with the indices of their points inside the panel.
  series() {
    const { scene, rects, unit } = this.view,
      isInside = (u) => u >= 0 && u <= unit;
    return scene.flatMap(({ frame, marks }, i) =>
      marks
        .filter(
          (m) =>
            m.kind === "markers"
            || (m.kind === "path" && !m.fill && !/[QC]/.test(m.commands || "")),
        )
        .map((mark) => ({
          mark,
          frame,
          rect: rects[i],
          points: [...mark.x.keys()].filter((k) => isInside(mark.x[k]) && isInside(mark.y[k])),
        }))
        .filter(({ points }) => points.length),
    );
  }

  place({ mark, rect }, k) {
    const { unit } = this.view;
    return [rect.x + (mark.x[k] / unit) * rect.w, rect.y + rect.h - (mark.y[k] / unit) * rect.h];
  }

  tell(line, k) {
    const { mark, frame } = line,
      { unit, width } = this.view,
      [x, y] = this.place(line, k);
    const values = ["x", "y"].map(
      (way) => `${plain(frame[way].label) || way}: ${readValue(frame[way], mark[way][k], unit)}`,
    );
    this.tip.innerText = [...(mark.name ? [mark.name] : []), ...values].join("\n");
    this.tip.hidden = false;
    const left = Math.max(4, Math.min(x + 12, width - this.tip.offsetWidth - 4));
    const top = Math.max(0, y - this.tip.offsetHeight - 8);
    this.tip.style.transform = `translate(${left}px, ${top}px)`;
    if (!this.dot?.isConnected) {
      this.svg.firstChild.insertAdjacentHTML("beforeend", '<circle class="vg-dot" r="5"/>');
      this.dot = this.svg.firstChild.lastChild;
    }
    this.dot.setAttribute("cx", x);
    this.dot.setAttribute("cy", y);
  }

  hide() {
    this.tip.hidden = true;
    this.at = null;
    this.dot?.remove();
  }

  hover(event) {
    const box = this.svg.getBoundingClientRect(),
      px = event.clientX - box.left,
      py = event.clientY - box.top;
    let nearest = REACH,
      found = null;
    for (const line of this.series()) {
      for (const k of line.points) {
        const [x, y] = this.place(line, k),
          far = Math.hypot(x - px, y - py);
        if (far < nearest) [nearest, found] = [far, [line, k]];
      }
    }
    if (found) this.tell(...found);
    else this.hide();
  }

  walk(event) {
    if (event.key === "Escape") return this.hide();
    const all = this.series(),
      move = KEYS[event.key];
    if (!all.length || !move) return;
    event.preventDefault();
    const [along, across] = move,
      now = this.at ?? { line: -across, point: -along };
    const line = all[Math.min((now.line + across + all.length) % all.length, all.length - 1)];
    const point = Math.max(0, Math.min(line.points.length - 1, now.point + along));
    this.tell(line, line.points[point]);
    this.at = { line: all.indexOf(line), point };
    this.view.say(this.tip.innerText);
  }
}
