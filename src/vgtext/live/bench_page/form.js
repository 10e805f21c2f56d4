// The form of a recipe, and the link that carries one: "#bench?depth=100&activation=relu". What a
// part may be stands in the form's own fields (min, max, step, options); what a link leaves out is
// as in the opening recipe.

import { fill } from "../../explore/page/fill.js";

const PREFIX = "#bench?";

export const parts = (form) =>
  [...form.elements].filter((control) => control.matches("[data-part]"));

const opening = (control) =>
  control.options
    ? [...control.options].find((option) => option.defaultSelected).value
    : control.defaultValue;

// The recipe as a query: what differs from the opening one.
export function query(form) {
  const given = parts(form).filter((control) => control.value !== opening(control));
  return given.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join("&");
}

// What is wrong with a text in a control, a sentence.
function wrongValue(control, given) {
  const options = control.options && [...control.options].map((option) => option.value).join(", ");
  const { min: low, max: high } = control;
  const allowed = options
    ? fill(WORDS.bench.one_of, { options })
    : fill(control.step === "any" ? WORDS.bench.number : WORDS.bench.whole, { low, high });
  const told = { name: control.name, allowed, given: JSON.stringify(given) };
  return fill(WORDS.bench.must_be, told);
}

// Is a text what a control takes? Sliders would move what they do not take to their nearest end.
export function fits(control, text) {
  if (control.options) return [...control.options].some((option) => option.value === text);
  const number = Number(text);
  return (
    text.trim() !== ""
    && number >= Number(control.min)
    && number <= Number(control.max)
    && (control.step === "any" || Number.isInteger(number))
  );
}

// Return what is wrong with the form, a sentence; "" if nothing is. Some shortcuts need a norm.
export function fault(form, needNorm) {
  const wrong = parts(form).find((control) => !fits(control, control.value));
  if (wrong) return wrongValue(wrong, wrong.value);
  const { norm, shortcut } = form.elements;
  if (norm.value !== "none" || !needNorm.includes(shortcut.value)) return "";
  return fill(WORDS.bench.needs_norm, { shortcut: shortcut.selectedOptions[0].label });
}

export function reset(form) {
  for (const control of parts(form)) set(control, opening(control));
}

export function set(control, value) {
  control.value = value;
  const output = control.form.querySelector(`output[for="${control.id}"]`);
  if (output) output.textContent = value;
}

// Put the recipe of an address into the form. Return what was wrong with it, in sentences: then the
// form shows the opening recipe in these parts.
export function take(form, hash) {
  const known = new Map(parts(form).map((control) => [control.name, control]));
  const wrong = [];
  reset(form);
  if (!hash.startsWith(PREFIX)) return wrong;
  for (const pair of hash.slice(PREFIX.length).split("&").filter(Boolean)) {
    const at = pair.includes("=") ? pair.indexOf("=") : pair.length;
    let name, value;
    try {
      [name, value] = [pair.slice(0, at), pair.slice(at + 1)].map(decodeURIComponent);
    } catch {
      wrong.push(fill(WORDS.bench.odd_percent, { pair }));
      continue;
    }
    const control = known.get(name);
    const all = { name: JSON.stringify(name), parts: [...known.keys()].join(", ") };
    if (!control) wrong.push(fill(WORDS.bench.no_part, all));
    else if (!fits(control, value)) wrong.push(wrongValue(control, value));
    else set(control, control.options ? value : String(Number(value)));
  }
  return wrong;
}

// Let the address carry the recipe of the form.
export function carry(form) {
  const recipe = query(form);
  history.replaceState(history.state, "", recipe ? PREFIX + recipe : "#bench");
}
