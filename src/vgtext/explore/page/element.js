// The two lives of a figure: an element of a page, <vg-explore>, whose states are all computed,
// and a widget in a kernel, globalThis.vgExplore.live.
import { unpack, unzip } from "./format.js";
import { nearestState } from "./handles.js";
import { Controls } from "./controls.js";
import { View } from "./view.js";
import { typeset, voice } from "./words.js";

// ---- a widget in a kernel: each wish has a number, its turn, and its answer the same ----

const FIGURE =
  '<div class="vg-explore"><figure><div class="vg-picture"></div><div class="vg-controls"></div>'
  + "<figcaption></figcaption></figure></div>";

// What a figure says that waits for its answer, [after milliseconds, words]: the picture is old.
const LATE = [
  [1000, WORDS.figure.late],
  [10000, WORDS.figure.gone],
];

// A page that runs Python wakes a figure so, too; link(view) is then the address of a state.
function live({ model, el, link }) {
  el.innerHTML = FIGURE;
  // the picture beside it, for where no kernel is
  const twin = model.get("twin");
  if (twin) el.insertAdjacentHTML("beforeend", `<style>.${twin} { display: none; }</style>`);
  let turn = model.get("scene").turn,
    isDrag = false, // the last wish: the kernel knows the state, and no control does
    late = [],
    wish = null;
  const send = (wanted) => {
    view.busy = true;
    late.forEach(clearTimeout);
    late = LATE.map(([after, words]) => setTimeout(() => view.fail(words), after));
    model.set("want", { ...wanted, turn: ++turn });
    model.save_changes();
  };
  const wait = (wanted) => {
    isDrag = "drag" in wanted;
    if (view.busy) wish = wanted;
    else send(wanted);
  };
  const room = model.get("room"); // what some states need; the margins grow if others need more
  const view = new View(el.firstChild, model.get("spec"), {
    ...(room && { unit: room.unit, captions: room.captions, outlines: unpack(room).outlines() }),
    ask: (state) => wait({ state }),
    drag: (number, place) => wait({ state: view.state, drag: [number, place] }),
    link: link && (() => link(view)),
  });
  const answer = () => {
    const scene = model.get("scene");
    turn = Math.max(turn, scene.turn);
    if (scene.turn >= turn) {
      view.busy = false;
      late.forEach(clearTimeout);
      if (wish) {
        send(wish);
        wish = null;
      }
    }
    if (scene.error) view.fail(scene.error);
    else {
      const { unit, captions, handles, places } = scene.payload;
      if (!view.busy || isDrag) view.controls.show(scene.state, scene.texts);
      view.paint(unpack(scene.payload).scene(0), unit, captions[0], handles, places?.[0]);
    }
  };
  model.on("change:scene", answer);
  view.controls.show([...model.get("want").state]);
  requestAnimationFrame(answer);
  const end = () => {
    view.controls.stop();
    late.forEach(clearTimeout);
    model.off("change:scene", answer);
  };
  return Object.assign(end, { view });
}

// ---- an element of a page: every state is in its payload, which is in the page or in a script
// beside it, that a page from file:// may load too ----

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
    goal = wanted?.trim() ? Number(wanted) : NaN;
  if (Number.isNaN(goal) || values.some(Number.isNaN)) return now;
  const within = Math.min(Math.max(goal, Math.min(...values)), Math.max(...values));
  const gaps = values.map((value) => Math.abs(value - within));
  return gaps.indexOf(Math.min(...gaps));
}

// The figure and the state that the address asks for, as [id, query]; some send "?" as "%3F".
function target() {
  let hash = location.hash.slice(1);
  try {
    if (!hash.includes("?")) hash = decodeURIComponent(hash);
  } catch {} // a malformed %: nothing of ours
  const [id, ...query] = hash.split("?");
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
    const [picture, controls] = [".vg-picture", ".vg-controls"].map((part) =>
      this.querySelector(part),
    );
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
      drag: (k, at, far) => view.go(nearestState(payload, view.state, k, at, far)),
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
    const wanted = new URLSearchParams(query.replaceAll("+", "%2B")); // a plus is no space
    view.go(
      view.spec.controls.map(({ name, texts }, i) =>
        findText(texts, wanted.get(name), view.state[i]),
      ),
    );
    this.scrollIntoView({ block: "center" });
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
// a figure that computes has use for all of them
globalThis.vgExplore = { live, Controls, typeset, voice };
