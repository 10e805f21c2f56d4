// A figure, and its two lives: an element of a page, <vg-explore>, and a widget in a kernel,
// globalThis.vgExplore.live. A notebook runs this script once for each figure.
import { unpack, unzip } from "./format.js";
import { layout, useFont } from "./layout.js";
import { drawPanel } from "./frame.js";
import { Controls } from "./controls.js";
import { Readout } from "./readout.js";

const nextKey = () => `vg${(globalThis.vgCount = (globalThis.vgCount || 0) + 1)}`;
const LAYERS =
  '<div class="vg-svg" tabindex="0" role="application" data-lm-suppress-shortcuts="true"></div>'
  + '<div class="vg-tip" hidden></div><div class="vg-error" role="alert" hidden></div>'
  + '<div class="vg-hidden" aria-live="polite"></div>';
const HOW_TO_READ =
  "Picture. Arrow keys read its points: left and right along a line, up and down between lines.";

// A picture with its controls and its caption. ask(state) is called when another state is wanted,
// and answered by paint or fail.
class View {
  constructor(root, spec, { ask, link }) {
    Object.assign(this, { ask, key: nextKey(), memory: [], spec });
    this.picture = root.querySelector(".vg-picture");
    this.caption = root.querySelector("figcaption");
    this.picture.insertAdjacentHTML("beforeend", LAYERS);
    let tip;
    [this.svg, tip, this.error, this.live] = [...this.picture.children].slice(-4);
    this.readout = new Readout(this, this.svg, tip);
    this.controls = new Controls(root.querySelector(".vg-controls"), spec.controls, {
      key: this.key,
      link,
      go: (state) => this.go(state),
      isBusy: () => this.busy,
      say: (words) => this.say(words),
    });
    new ResizeObserver(() => {
      if (!this.scene || this.picture.clientWidth === this.width) return;
      this.memory = [];
      this.draw();
    }).observe(this.picture);
  }

  get state() {
    return this.controls.state;
  }
  say(words) {
    this.live.textContent = words;
  }

  go(state) {
    this.controls.show(state);
    this.ask(state);
  }

  fail(message) {
    this.error.hidden = !message;
    this.error.textContent = message;
    this.picture.classList.toggle("vg-failed", Boolean(message));
  }

  paint(scene, unit, caption) {
    const isOpening = !this.scene;
    Object.assign(this, { scene, unit, words: caption });
    this.fail("");
    this.draw();
    // no line ends inside 3 × 10⁻⁴⁰
    this.caption.textContent = caption.replace(/ ([×=<]) (?=[\d√])/g, "\u00a0$1\u00a0");
    clearTimeout(this.later);
    if (!isOpening) this.later = setTimeout(() => this.say(caption), 700);
    this.picture.querySelector(".vg-print")?.remove();
  }

  draw() {
    this.width = this.picture.clientWidth;
    if (!this.width) return;
    useFont(getComputedStyle(this.svg).fontFamily);
    const { rects, height } = layout(this.scene, this.width, this.memory, this.unit);
    this.rects = rects;
    this.readout.hide();
    const panels = this.scene.map((panel, i) =>
      drawPanel(panel, rects[i], this.unit, `${this.key}-clip${i}`),
    );
    const size = [this.width, Math.ceil(height)];
    this.svg.innerHTML =
      `<svg role="img" width="${size[0]}" height="${size[1]}" viewBox="0 0 ${size.join(" ")}">`
      + `${panels.join("")}</svg>`;
    this.svg.firstChild.setAttribute("aria-label", this.words);
    this.svg.setAttribute("aria-label", HOW_TO_READ);
  }
}

// ---- a widget in a kernel: each wish has a number, its turn, and its answer the same ----

const FIGURE =
  '<div class="vg-explore"><figure><div class="vg-picture"></div><div class="vg-controls"></div>'
  + "<figcaption></figcaption></figure></div>";

function live({ model, el }) {
  el.innerHTML = FIGURE;
  let turn = model.get("scene").turn,
    wish = null;
  const send = (state) => {
    view.busy = true;
    model.set("want", { state, turn: ++turn });
    model.save_changes();
  };
  const ask = (state) => (view.busy ? (wish = state) : send(state));
  const view = new View(el.firstChild, model.get("spec"), { ask });
  const answer = () => {
    const scene = model.get("scene");
    turn = Math.max(turn, scene.turn);
    if (scene.turn >= turn) {
      view.busy = false;
      if (wish) {
        send(wish);
        wish = null;
      }
    }
    if (scene.error) view.fail(scene.error);
    else view.paint(unpack(scene.payload)(0), scene.payload.unit, scene.payload.captions[0]);
  };
  model.on("change:scene", answer);
  view.controls.show([...model.get("want").state]);
  requestAnimationFrame(answer);
  return () => {
    view.controls.stop();
    model.off("change:scene", answer);
  };
}

// ---- an element of a page: every state is in its payload, in the page or in a script beside it,
// which a page from file:// may load too ----

function load({ textContent, dataset }) {
  if (!dataset.src) return Promise.resolve(textContent);
  return new Promise((done, fail) => {
    const script = Object.assign(document.createElement("script"), {
      src: dataset.src,
      onerror: fail,
    });
    script.onload = () => done(globalThis.vgStates[dataset.name]);
    document.head.append(script);
  });
}

// The state that a query asks for, by texts of values or numbers near them; the rest stays.
function findState(controls, state, query) {
  const wanted = new URLSearchParams(query.replaceAll("+", "%2B"));
  return controls.map(({ name, texts }, i) => {
    const text = wanted.get(name),
      exact = texts.indexOf(text);
    if (text === null || exact >= 0) return text === null ? state[i] : exact;
    const gaps = texts.map((value) => Math.abs(Number(value) - Number(text)));
    return gaps.some(Number.isNaN) ? state[i] : gaps.indexOf(Math.min(...gaps));
  });
}

class Figure extends HTMLElement {
  connectedCallback() {
    if (this.started) return;
    this.started = true;
    for (let k = 2; document.getElementById(this.id) !== this; k++)
      this.id = `${this.id.replace(/-\d+$/, "")}-${k}`;
    const watch = new IntersectionObserver(
      (seen) => {
        if (!seen.some((entry) => entry.isIntersecting)) return;
        watch.disconnect();
        this.open();
      },
      { rootMargin: "700px" },
    );
    watch.observe(this);
    addEventListener("hashchange", () => this.follow());
    this.follow();
  }

  open() {
    this.opened ||= load(this.querySelector("script"))
      .then(unzip)
      .then((payload) => this.start(payload));
    return this.opened;
  }

  start(payload) {
    const { controls, unit, captions } = payload,
      scenes = unpack(payload);
    let due = 0;
    const now = () => {
      due = 0;
      const number = view.state.reduce((sum, at, i) => sum * controls[i].texts.length + at, 0);
      view.paint(scenes(number), unit, captions[number]);
    };
    const query = () =>
      controls.map(({ name, texts }, i) => `${name}=${encodeURIComponent(texts[view.state[i]])}`);
    const view = new View(this, payload, {
      ask: () => (due ||= requestAnimationFrame(now)),
      link: () => `#${this.id}?${query().join("&")}`,
    });
    now();
    this.classList.add("vg-open");
    return view;
  }

  async follow() {
    const [id, query] = decodeURIComponent(location.hash.slice(1)).split("?");
    if (id !== this.id || query === undefined) return;
    const view = await this.open();
    view.go(findState(view.spec.controls, view.state, query));
    this.scrollIntoView({ block: "center" });
  }
}

if (!customElements.get("vg-explore")) customElements.define("vg-explore", Figure);
globalThis.vgExplore = { live };
