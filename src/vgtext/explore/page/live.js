// The other life of a figure: a widget in a kernel, or in a page that runs Python, vgExplore.live.
// Each wish has a number, its turn, and its answer the same. This is a script of its own, after
// that of the figures: a page has no use for it before a reader starts Python.

const FIGURE =
  '<div class="vg-explore"><figure><div class="vg-picture"></div><div class="vg-controls"></div>'
  + "<figcaption></figcaption></figure></div>";

// What a figure says that waits for its answer, [after milliseconds, words]: the picture is old.
const LATE = [
  [1000, WORDS.figure.late],
  [10000, WORDS.figure.gone],
];

// A page that runs Python wakes a figure so, too; link(view) is then the address of a state.
export function live({ model, el, link }) {
  const { View, unpack } = globalThis.vgExplore;
  el.innerHTML = FIGURE;
  // the picture beside it, for where no kernel is
  const twin = model.get("twin");
  if (twin) el.insertAdjacentHTML("beforeend", `<style>.${twin} { display: none; }</style>`);
  let turn = model.get("scene").turn,
    shown = turn,
    isDrag = false, // the last wish: the kernel knows the state, and no control does
    late = [],
    wish = null;
  const send = (wanted) => {
    view.busy = true;
    late = LATE.map(([after, words]) => setTimeout(() => view.fail(words), after));
    model.set("want", { ...wanted, turn: ++turn });
    model.save_changes();
  };
  const wait = (wanted) => {
    isDrag = "drag" in wanted;
    if (view.busy) wish = wanted;
    else send(wanted);
  };
  const view = new View(el.firstChild, model.get("spec"), {
    ask: (state) => wait({ state }),
    drag: (number, place) => wait({ state: view.state, drag: [number, place] }),
    link: link && (() => link(view)),
  });
  const answer = () => {
    const scene = model.get("scene");
    if (scene.turn < shown) return; // it comes after a newer one
    shown = scene.turn;
    turn = Math.max(turn, shown);
    if (shown === turn) {
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
  // Makes the room that some states need; the margins grow if others need more.
  const widen = () => {
    const room = model.get("room");
    if (!room?.states) return;
    Object.assign(view, { outlines: unpack(room).outlines(), longest: room.captions });
    if (view.scene) view.fit();
  };
  // A kernel draws those states once the figure is seen: while cells run, nobody waits for them.
  const eye = new IntersectionObserver((found) => {
    if (!found.some(({ isIntersecting }) => isIntersecting)) return;
    eye.disconnect();
    if (model.get("seen") !== false) return; // a page that runs Python has no need
    model.set("seen", true);
    model.save_changes();
  });
  widen();
  eye.observe(el);
  model.on("change:room", widen);
  model.on("change:scene", answer);
  view.controls.show([...model.get("want").state]);
  requestAnimationFrame(answer);
  const end = () => {
    view.controls.stop();
    late.forEach(clearTimeout);
    eye.disconnect();
    model.off("change:room", widen);
    model.off("change:scene", answer);
  };
  return Object.assign(end, { view });
}

(globalThis.vgExplore ||= {}).live = live;
