// A figure that is alive: its picture, controls, caption, and what it says to a screen reader.
import { layout, prepare, useFont } from "./layout.js";
import { drawPanel } from "./frame.js";
import { Controls } from "./controls.js";
import { fill } from "./fill.js";
import { plain, typeset, voice } from "./words.js";

// the page's count: a notebook runs this script once for each figure
const nextKey = () => `vg${(globalThis.vgCount = (globalThis.vgCount || 0) + 1)}`;
const script = document.currentScript?.src;

// Returns a promise of what a hand needs, {Readout, Handles}: it is in a script of its own beside
// this one (touch.js), or already here.
function touching() {
  if (globalThis.vgTouch || !script) return Promise.resolve(globalThis.vgTouch);
  return (globalThis.vgTouching ||= new Promise((done) => {
    const element = document.createElement("script");
    element.src = script.replace("explore.js", "touch.js");
    element.onload = () => done(globalThis.vgTouch);
    document.head.append(element);
  }));
}

// A caption as HTML; no line ends inside 3 × 10⁻⁴⁰.
const sentence = (caption) =>
  typeset(caption).replace(/ (×|=|&lt;) (?=[\d√])/g, "\u00a0$1\u00a0");
const overs = (y, x) => (x && y ? fill(WORDS.figure.over, { x, y }) : y || x);
const LAYERS =
  '<div class="vg-svg" tabindex="0" role="application" data-lm-suppress-shortcuts="true"></div>'
  + '<div class="vg-tip" hidden></div><div class="vg-error" hidden></div>'
  + '<div class="vg-hidden" aria-live="polite"></div>';

const HEAD = 56; // pixels at a screen's top that a page may keep for itself

// ask(state) is called when another state is wanted, and answered by paint or fail; drag(...) when
// a handle is moved (see Handles). Where all states are known, `outlines` are their panels with
// what decides on margins.
export class View {
  constructor(root, spec, { ask, drag, link, unit, outlines = [], captions = [] }) {
    Object.assign(this, { ask, drag, unit, outlines, key: nextKey(), spec });
    this.longest = [...new Set(captions)].sort((a, b) => b.length - a.length).slice(0, 3);
    this.picture = root.querySelector(".vg-picture");
    this.caption = root.querySelector("figcaption");
    const name = spec.name.replaceAll("_", " ");
    root.querySelector("figure").setAttribute("aria-label", fill(WORDS.figure.name, { name }));
    this.picture.insertAdjacentHTML("beforeend", LAYERS);
    const [svg, tip, error, live] = [...this.picture.children].slice(-4);
    Object.assign(this, { svg, tip, error, say: voice(live), keys: ` ${WORDS.figure.keys}` });
    for (const kind of ["pointermove", "pointerdown", "focus"]) {
      this.svg.addEventListener(kind, (event) => this.wake(event), { once: true });
    }
    this.controls = new Controls(root.querySelector(".vg-controls"), spec.controls, {
      key: this.key,
      link,
      go: (state) => this.go(state),
      isBusy: () => this.busy,
      say: this.say,
    });
    new ResizeObserver(() => {
      if (this.scene && this.picture.clientWidth !== this.width) this.fit();
    }).observe(this.picture);
  }

  read(event) {
    if (this.readout) this.readout.point(event);
    else this.wake(event);
  }

  // A reader turns to the picture: from now on it can be read.
  async wake(event) {
    const touch = await touching();
    if (!touch || this.readout) return;
    this.readout = new touch.Readout(this, this.svg, this.tip);
    if (event.type !== "focus") this.readout.point(event);
  }

  async addHandles(specs) {
    const touch = await touching();
    if (!touch || this.handles) return;
    this.handles = new touch.Handles(this, specs, this.drag);
    if (this.rects) this.handles.show(this.places);
  }

  get state() {
    return this.controls.state;
  }

  go(state) {
    this.controls.show(state);
    this.ask(state);
  }

  fail(message) {
    this.error.hidden = !message;
    this.error.textContent = message;
    this.picture.classList.toggle("vg-failed", Boolean(message));
    if (message) this.say(message);
  }

  // Shows a state: its scene, its caption, and the places of its handles.
  paint(scene, unit, caption, handles, places) {
    const isOpening = !this.scene;
    Object.assign(this, { scene, unit, places });
    if (!this.error.hidden) this.fail("");
    if (handles && !this.handles) this.addHandles(handles);
    if (this.width) this.draw();
    else this.fit();
    if (this.reread) this.read(this.reread);
    this.reread = null;
    this.caption.innerHTML = sentence(caption);
    clearTimeout(this.later);
    if (!isOpening) this.later = setTimeout(() => this.say(caption), 700);
    this.picture.querySelector(".vg-print")?.remove();
  }

  // Makes room for every state: no margin and no caption will be larger.
  measure() {
    this.memory = [];
    // beside the controls, and what a page has stuck to its top, the whole picture is in view
    this.most = innerHeight - this.controls.box.offsetHeight - HEAD;
    useFont(getComputedStyle(this.svg).fontFamily);
    this.outlines.forEach((scene) => prepare(scene, this.width, this.memory, this.unit));
    const { style } = this.caption,
      words = this.caption.innerHTML;
    style.minHeight = "";
    const heights = this.longest.map((caption) => {
      this.caption.innerHTML = sentence(caption);
      return this.caption.getBoundingClientRect().height;
    });
    this.caption.innerHTML = words;
    style.minHeight = `${Math.max(0, ...heights)}px`;
  }

  // Draws the picture as wide as its place is now: asked for once, for the answer takes a layout.
  fit() {
    this.width = this.picture.clientWidth;
    if (!this.width) return;
    this.measure();
    this.draw();
  }

  draw() {
    const { width } = this,
      { rects, height } = layout(this.scene, width, this.memory, this.unit, this.most);
    this.rects = rects;
    this.readout?.clear();
    const panels = this.scene.map((panel, i) =>
      drawPanel(panel, rects[i], this.unit, `${this.key}-clip${i}`),
    );
    const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
    if (size !== this.size) this.svg.innerHTML = `<svg aria-hidden="true" ${size}></svg>`;
    this.size = size; // where it stays the same, a browser lays out what is inside alone
    this.svg.firstChild.innerHTML = panels.join("");
    this.handles?.show(this.places);
    const axes = this.scene.map(({ frame: { title, x, y } }) =>
      [plain(title), overs(plain(y.label), plain(x.label))].filter(Boolean).join(": "),
    );
    const said = { axes: axes.filter(Boolean).join("; ") || WORDS.figure.below };
    this.svg.setAttribute("aria-label", fill(WORDS.figure.picture, said) + this.keys);
  }
}
