// Reading values back from a picture: by pointer or tap what is near, by arrow keys point after
// point, line after line; a tip says what is there.
import { lineSeries } from "./lines.js";
import { cellSeries, imageSeries } from "./cells.js";
import { typeset } from "./words.js";

const KEYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const REACH = { mouse: 28, touch: 44 }; // pixels from a pointer to a point that it reads
const CLOSE = 12; // pixels within which a point is meant, and not the cell below it

// Returns the series of a scene: lines before cells, panel by panel.
function seriesOf(scene, rects, unit) {
  return scene.flatMap((panel, i) => {
    const { x, y, w, h } = rects[i];
    const X = (u) => x + (u / unit) * w,
      Y = (u) => y + h - (u / unit) * h;
    return [lineSeries, cellSeries, imageSeries].flatMap((read) => read(panel, X, Y, unit));
  });
}

// Reads the picture in `view` (its scene, rects, unit and width) into a tip beside the point.
export class Readout {
  constructor(view, svg, tip) {
    Object.assign(this, { view, svg, tip });
    for (const kind of ["pointermove", "pointerdown"]) {
      svg.addEventListener(kind, (event) => this.point(event));
    }
    svg.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && this.hide());
    svg.addEventListener("blur", () => this.hide());
    svg.addEventListener("keydown", (event) => this.walk(event));
    if (this.read().length || !this.series) return;
    view.keys = ""; // a diagram has nothing to read
    view.draw();
  }

  // Forgets the picture: another one has been drawn.
  clear() {
    this.hide();
    this.series = null;
  }

  read() {
    const { scene, rects, unit } = this.view,
      series = this.series ?? seriesOf(scene, rects, unit);
    const isWhole = scene.every(({ marks }) => !marks.some(({ kind }) => kind === "image"));
    if (isWhole) this.series = series; // an image may still be decoded
    return series;
  }

  tell({ name, points, tell }, k) {
    const [x, y] = points[k],
      lines = [...(name ? [name] : []), ...tell(k)];
    this.tip.innerHTML = lines.map(typeset).join("<br>");
    this.tip.hidden = false;
    const left = Math.max(4, Math.min(x + 12, this.view.width - this.tip.offsetWidth - 4));
    const top = Math.max(0, y - this.tip.offsetHeight - 8);
    this.tip.style.transform = `translate(${left}px, ${top}px)`;
    if (!this.dot?.isConnected) {
      this.svg.firstChild.insertAdjacentHTML("beforeend", '<circle class="vg-dot" r="5"/>');
      this.dot = this.svg.firstChild.lastChild;
    }
    this.dot.setAttribute("cx", x);
    this.dot.setAttribute("cy", y);
    return lines.join(", ");
  }

  hide() {
    this.tip.hidden = true;
    this.at = null;
    this.dot?.remove();
  }

  point({ clientX, clientY, pointerType }) {
    const box = this.svg.getBoundingClientRect(),
      px = clientX - box.left,
      py = clientY - box.top;
    let nearest = REACH[pointerType] ?? REACH.mouse,
      found = null,
      cell = null;
    for (const line of this.read()) {
      line.points.forEach(([x, y], k) => {
        const [left, top, right, foot] = line.boxes?.[k] ?? [],
          far = Math.hypot(x - px, y - py);
        if (line.boxes) {
          if (px >= left && px <= right && py >= top && py <= foot) cell = [line, k];
        } else if (far < nearest) [nearest, found] = [far, [line, k]];
      });
    }
    const chosen = cell && nearest > CLOSE ? cell : found;
    if (chosen) this.tell(...chosen);
    else this.hide();
  }

  walk(event) {
    if (event.key === "Escape") return this.hide();
    const all = this.read(),
      move = KEYS[event.key];
    if (!all.length || !move) return;
    event.preventDefault();
    const [along, across] = move,
      now = this.at ?? { line: -across, point: -along };
    const line = (now.line + across + all.length) % all.length,
      last = all[line].points.length - 1;
    const point = Math.max(0, Math.min(last, now.point + along));
    this.view.say(this.tell(all[line], point));
    this.at = { line, point };
  }
}
