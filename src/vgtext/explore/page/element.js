// The life of a figure in a page: an element, <vg-explore>, whose states are all computed. They
// are in its payload, which stands in the page or in a script beside it, that a page from file://
// may load too. The other life of a figure, as a widget in a kernel, is in live.js.
import { unpack, unzip } from "./format.js";
import { Controls } from "./controls.js";
import { View } from "./view.js";
import { typeset, voice } from "./words.js";

function load({ textContent, dataset }, attempt) {
  if (!dataset.src) return Promise.resolve(textContent);
  return new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = dataset.src + (attempt > 1 ? `&attempt=${attempt}` : "");
    script.onerror = fail;
    script.onload = () => done(globalThis.vgStates?.[dataset.name] ?? "cut");
    document.head.append(script);
  });
}

// The number of the text that is asked for: itself, or the number nearest to it; else `now`.
function findText(texts, wanted, now) {
  if (texts.includes(wanted)) return texts.indexOf(wanted);
  const values = texts.map(Number),
    goal = Number(wanted?.trim() || NaN);
  if ([goal, ...values].some(Number.isNaN)) return now;
  const within = Math.min(Math.max(goal, Math.min(...values)), Math.max(...values));
  const gaps = values.map((value) => Math.abs(value - within));
  return gaps.indexOf(Math.min(...gaps));
}

// The figure and the state that the address asks for, as [id, query]; some send "?" as "%3F".
function target() {
  let [id, ...query] = location.hash.slice(1).split("?");
  try {
    [id, ...query] = [...decodeURIComponent(id).split("?"), ...query];
  } catch {} // a malformed %: nothing of ours
  return [id, query.length ? query.join("?") : null];
}

const NOTICE =
  `<div class="vg-notice" role="alert">${WORDS.figure.not_loaded} `
  + `<button type="button">${WORDS.figure.again}</button></div>`;

class Figure extends HTMLElement {
  connectedCallback() {
    if (this.attempts !== undefined) return;
    if (document.readyState === "loading" && !this.querySelector("script")) {
      // the page is still being read, and this element as well
      addEventListener("DOMContentLoaded", () => this.connectedCallback(), { once: true });
      return;
    }
    this.attempts = 0;
    for (let k = 2; document.getElementById(this.id) !== this; k++) {
      this.id = `${this.id.replace(/-\d+$/, "")}-${k}`;
    }
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

  // Returns a promise of the view; of nothing where its states could not be loaded.
  open() {
    this.opened ||= load(this.querySelector("script"), ++this.attempts)
      .then(unzip)
      .then((payload) => this.start(payload))
      .catch((error) => this.fail(error));
    return this.opened;
  }

  fail(error) {
    console.warn(`figure ${this.id}:`, error);
    this.opened = null;
    const picture = this.querySelector(".vg-picture"),
      controls = this.querySelector(".vg-controls");
    picture.replaceChildren(...picture.querySelectorAll(".vg-print"));
    controls.innerHTML = NOTICE;
    controls.querySelector("button").addEventListener("click", () => this.open());
  }

  start(payload) {
    const { controls, unit, captions, handles, places } = payload,
      { scene, outlines } = unpack(payload);
    this.querySelector(".vg-notice")?.remove();
    let due = 0;
    const now = () => {
      due = 0;
      const add = (sum, at, i) => sum * controls[i].texts.length + at;
      const number = view.state.reduce(add, 0);
      view.paint(scene(number), unit, captions[number], handles, places?.[number]);
    };
    const query = () =>
      controls.map(({ name, texts }, i) => `${name}=${encodeURIComponent(texts[view.state[i]])}`);
    const view = new View(this, payload, {
      unit,
      captions,
      outlines: outlines(),
      ask: () => (due ||= requestAnimationFrame(now)),
      drag: (k, at, nearest) => view.go(nearest(payload)),
      link: () => `#${this.id}?${query().join("&")}`,
    });
    now();
    this.classList.add("vg-open");
    return view;
  }

  async follow() {
    const [id, query] = target();
    if (id !== this.id || query === null) return;
    const view = await this.open();
    if (!view) return;
    view.controls.stop();
    const wanted = new URLSearchParams(query.replaceAll("+", "%2B")); // a plus is no space
    view.go(
      view.spec.controls.map(({ name, texts }, i) =>
        findText(texts, wanted.get(name), view.state[i]),
      ),
    );
    this.scrollIntoView(); // to its top: on a phone a figure is taller than the screen
    view.svg.focus({ preventScroll: true });
  }
}

if (!customElements.get("vg-explore")) {
  customElements.define("vg-explore", Figure);
  // a link to the state that the address has already: a browser would not follow it again
  addEventListener("click", ({ target: clicked }) => {
    const link = clicked.closest?.("a[href]");
    if (link && link.hash && link.href === location.href) dispatchEvent(new Event("hashchange"));
  });
}
// for a figure in a kernel, and one that computes in the page
globalThis.vgExplore = { Controls, View, typeset, unpack, voice };
