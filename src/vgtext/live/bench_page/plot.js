// A panel as SVG: axes with fixed limits, shaded ranges, lines with their names beside them.
import { escape } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const round = (v) => Math.round(v * 10) / 10;

export class Plot {
  // Start a picture of ``width`` x ``height`` pixels, with x and y from their first number to their
  // second; ``right`` is the room for names of lines.
  constructor(width, height, { x, y, title, right = 96, left = 50 }) {
    Object.assign(this, {
      width,
      height,
      x,
      y,
      left,
      right,
      top: 26,
      bottom: 40,
      parts: [],
      names: [],
    });
    this.add(`<text class="bench-title" x="0" y="14">${escape(title)}</text>`);
  }

  X = (v) =>
    round(
      this.left
        + ((v - this.x[0]) / (this.x[1] - this.x[0])) * (this.width - this.left - this.right),
    );

  // Heights beyond the limits are drawn at the limit.
  Y = (v) => {
    const [low, high] = this.y;
    const share = (Math.min(Math.max(v, low), high) - low) / (high - low);
    return round(this.height - this.bottom - share * (this.height - this.bottom - this.top));
  };

  add(...parts) {
    this.parts.push(...parts);
  }

  axes(xTicks, yTicks, xLabel) {
    const [x0, x1, y0, y1] = [
      this.X(this.x[0]),
      this.X(this.x[1]),
      this.Y(this.y[0]),
      this.Y(this.y[1]),
    ];
    for (const [v, words] of yTicks)
      this.add(
        `<path class="bench-grid" d="M${x0} ${this.Y(v)}H${x1}"/>`,
        `<text x="${x0 - 6}" y="${this.Y(v) + 4}" text-anchor="end">${words}</text>`,
      );
    for (const [v, words] of xTicks)
      this.add(
        `<path class="bench-axis" d="M${this.X(v)} ${y0}v4"/>`,
        `<text x="${this.X(v)}" y="${y0 + 17}" text-anchor="middle">${words}</text>`,
      );
    this.add(
      `<path class="bench-axis" d="M${x0} ${y1}V${y0}H${x1}"/>`,
      `<text x="${(x0 + x1) / 2}" y="${this.height - 6}" text-anchor="middle">`
        + `${escape(xLabel)}</text>`,
    );
  }

  // Shade what lies between two heights, and name it inside.
  shade(from, to, words) {
    const [a, b] = [this.Y(from), this.Y(to)].sort((p, q) => p - q);
    if (b - a < 2) return;
    const [x0, x1] = [this.X(this.x[0]), this.X(this.x[1])];
    this.add(
      `<rect class="bench-shade" x="${x0}" y="${a}" width="${x1 - x0}" height="${b - a}"/>`,
      b - a > 14
        ? `<text class="bench-soft" x="${x0 + 6}" y="${b - 5}">${escape(words)}</text>`
        : "",
    );
  }

  guide(height, words) {
    if (height < this.y[0] || height > this.y[1]) return;
    this.add(
      `<path class="bench-guide" d="M${this.X(this.x[0])} ${this.Y(height)}`
        + `H${this.X(this.x[1])}"/>`,
    );
    this.names.push({ y: this.Y(height), words, role: "soft" });
  }

  // Draw a line through points; null is a gap. ``style`` adds classes, ``dots`` marks the points.
  line(xs, ys, role, { words = "", style = "", dots = false } = {}) {
    let path = "",
      pen = "M",
      last = null;
    ys.forEach((v, i) => {
      if (v === null || v === undefined || Number.isNaN(v)) return (pen = "M");
      path += `${pen}${this.X(xs[i])} ${this.Y(v)}`;
      pen = "L";
      last = v;
      if (dots)
        this.add(
          `<circle class="bench-dot bench-${role}" `
            + `cx="${this.X(xs[i])}" cy="${this.Y(v)}" r="2.6"/>`,
        );
    });
    if (path) this.add(`<path class="bench-line bench-${role} ${style}" d="${path}"/>`);
    if (words && last !== null) this.names.push({ y: this.Y(last), words, role });
  }

  arrow(words) {
    const [x, y] = [this.X(this.x[0]) + 8, this.height - this.bottom - 9];
    this.add(
      `<path class="bench-line bench-error" d="M${x + 34} ${y}H${x}m5 -4l-5 4l5 4"/>`,
      `<text class="bench-name bench-error" x="${x + 40}" y="${y + 4}">${escape(words)}</text>`,
    );
  }

  // The picture; names of lines stand at the right, none over another.
  picture(label) {
    const x = this.width - this.right + 6;
    let y = this.top - 6;
    for (const name of this.names.sort((a, b) => a.y - b.y))
      y = name.y = Math.max(name.y + 4, y + 15);
    let floor = this.height - this.bottom + 1;
    for (const name of [...this.names].reverse()) floor = (name.y = Math.min(name.y, floor)) - 15;
    for (const { y, words, role } of this.names)
      this.add(
        `<text class="bench-name bench-${role}" x="${x}" y="${round(y)}">${escape(words)}</text>`,
      );
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
    svg.innerHTML = this.parts.join("");
    return svg;
  }
}
