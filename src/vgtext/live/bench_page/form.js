// The form of a recipe, and the link that carries one: "#bench?depth=100&activation=relu". What a
// part may be stands in the form's own fields (min, max, step, options); what a link leaves out is
// as in the opening recipe.

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

function allowed(control) {
  if (control.options)
    return `one of ${[...control.options].map((option) => option.value).join(", ")}`;
  const kind = control.step === "any" ? "a number" : "a whole number";
  return `${kind} from ${control.min} to ${control.max}`;
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

// Return what is wrong with the form, a sentence; "" if nothing is.
export function fault(form) {
  const wrong = parts(form).find((control) => !fits(control, control.value));
  return wrong
    ? `${wrong.name} must be ${allowed(wrong)}, got ${JSON.stringify(wrong.value)}.`
    : "";
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
      wrong.push(`The link has a % that stands for nothing, in ${pair}.`);
      continue;
    }
    const control = known.get(name);
    if (!control)
      wrong.push(
        `A recipe has no part ${JSON.stringify(name)}; it has ${[...known.keys()].join(", ")}.`,
      );
    else if (!fits(control, value))
      wrong.push(`${name} must be ${allowed(control)}, got ${JSON.stringify(value)}.`);
    else set(control, control.options ? value : String(Number(value)));
  }
  return wrong;
}

// Let the address carry the recipe of the form.
export function carry(form) {
  const recipe = query(form);
  history.replaceState(history.state, "", recipe ? PREFIX + recipe : "#bench");
}
