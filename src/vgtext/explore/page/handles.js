// Handles: points and lines of a picture that a reader drags, and cells that are clicked; controls
// follow. For readers with a keyboard or a screen reader the controls themselves do the same, so
// that handles are hidden from them; those of the control in use show their ring. Of cells, a ring
// marks the one that is chosen, so that a finger, too, sees that there is something to tap.

// In a list of places at which a handle is in different states, `null` is across a line.
const apart = (one, other) => (one === null || other === null ? 0 : one - other);

// Returns the state in which handle number k is nearest to a point; controls that it does not move
// stay. `places[number]` are those of all handles in one state; `far(x, y)` is a distance.
export function nearestState({ controls, handles, places }, state, k, at, far) {
  let [least, found] = [Infinity, state];
  const visit = (tried, [i, ...rest]) => {
    if (i !== undefined) {
      const all = [...controls[i].texts.keys()];
      [state[i], ...all].forEach((way) => visit(tried.with(i, way), rest)); // as it is wins a tie
      return;
    }
    const number = tried.reduce((sum, way, c) => sum * controls[c].texts.length + way, 0);
    const [x, y] = places[number][k];
    const now = far(apart(x, at[0]), apart(y, at[1]));
    if (now < least) [least, found] = [now, tried];
  };
  visit([...state], handles[k].moves);
  return found;
}

// Puts a grip on each handle of `view`; calls drag(number, place, nearest) when one is moved: of a
// payload with all states, nearest(payload) is the one to go to.
export class Handles {
  constructor(view, specs, drag) {
    Object.assign(this, { view, specs, drag, layer: document.createElement("div") });
    this.layer.className = "vg-handles";
    this.layer.setAttribute("aria-hidden", "true");
    this.isCell = specs.map(({ kind }) => kind === "cell");
    this.grips = specs.map((_, k) => this.addGrip(k));
    view.svg.after(this.layer);
    if (this.isCell.includes(true)) {
      view.svg.addEventListener("click", (event) => this.click(event));
      view.svg.addEventListener("pointermove", (event) => {
        view.svg.style.cursor = this.cellAt(event) < 0 ? "" : "pointer";
      });
    }
    view.controls.rows.forEach(({ input }, i) => {
      const tied = this.grips.filter((_, k) => specs[k].moves.includes(i));
      for (const [kind, isOn] of [["focus", true], ["blur", false]]) {
        const light = () => tied.forEach((grip) => grip.classList.toggle("vg-lit", isOn));
        input.addEventListener(kind, light);
      }
    });
  }

  addGrip(k) {
    const grip = document.createElement("div");
    grip.className = this.isCell[k] ? "vg-spot" : "vg-handle";
    this.layer.append(grip);
    if (this.isCell[k]) return grip;
    grip.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      grip.setPointerCapture(event.pointerId);
      grip.classList.add("vg-held");
      const [x, y] = this.at[k],
        [px, py] = this.pixels(event);
      this.grasp = [apart(px, x), apart(py, y)]; // what is held does not jump to the finger
      event.preventDefault(); // no words are selected
    });
    grip.addEventListener("pointermove", (event) => {
      const isHeld = grip.classList.contains("vg-held");
      if (isHeld) this.move(k, this.pixels(event).map((v, way) => v - this.grasp[way]));
      else this.view.read(event);
    });
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) {
      grip.addEventListener(kind, () => grip.classList.remove("vg-held"));
    }
    return grip;
  }

  pixels({ clientX, clientY }) {
    const { left, top } = this.view.svg.getBoundingClientRect();
    return [clientX - left, clientY - top];
  }

  rect(k) {
    return this.view.rects[this.specs[k].panel];
  }

  move(k, [px, py]) {
    const { x, y, w, h } = this.rect(k),
      { unit, controls } = this.view;
    controls.stop();
    const within = (u) => Math.min(unit, Math.max(0, u));
    const place = [((px - x) / w) * unit, ((y + h - py) / h) * unit].map(within);
    const far = (u, v) => Math.hypot(u * w, v * h);
    this.drag(k, place, (payload) => nearestState(payload, this.view.state, k, place, far));
  }

  // The number of the handle whose panel an event is in, if its cells are clicked; else -1.
  cellAt(event) {
    const [px, py] = this.pixels(event);
    return this.specs.findIndex((_, k) => {
      const { x, y, w, h } = this.rect(k);
      return this.isCell[k] && px >= x && px <= x + w && py >= y && py <= y + h;
    });
  }

  click(event) {
    const k = this.cellAt(event);
    if (k < 0) return;
    this.move(k, this.pixels(event));
    this.view.reread = event; // of the new picture
  }

  // Puts the grips where the state has them; one that is held stays at the edge of its panel.
  show(places) {
    const { unit } = this.view;
    const within = (u) => (u === null ? null : Math.min(unit, Math.max(0, u)));
    this.at = places.map((place, k) => {
      const { x, y, w, h } = this.rect(k),
        [u, v] = place.map(within);
      return [u === null ? null : x + (u / unit) * w, v === null ? null : y + h - (v / unit) * h];
    });
    this.grips.forEach((grip, k) => {
      const { x, y, w, h } = this.rect(k),
        [left, top] = this.at[k];
      const isOut = places[k].some((u, way) => u !== within(places[k][way]));
      grip.hidden = isOut && !grip.classList.contains("vg-held");
      grip.dataset.way = left === null ? "y" : top === null ? "x" : "xy";
      // a line is held at its middle; the ring of a row or column of cells is beyond its end
      const [across, up] = this.isCell[k] ? [x + w + 6, y - 6] : [x + w / 2, y + h / 2];
      if (!this.isCell[k]) {
        grip.style.width = left === null ? `${w}px` : "";
        grip.style.height = top === null ? `${h}px` : "";
      }
      grip.style.transform = `translate(${left ?? across}px, ${top ?? up}px)`;
    });
  }
}
