// What is said of a run: the diagnosis, the answer to the prediction, the numbers of every layer,
// and the table of runs.
import { capital, escape, milliseconds, percent, size } from "./words.js";

export const OUTCOMES = {
  learns: "it learns",
  vanishes: "its gradients vanish",
  explodes: "its gradients explode",
  neither: "it fails for another reason",
};

const root = () => new URL(document.documentElement.dataset.content_root || "../", location.href);

export function showVerdict(element, { cause, evidence, remedy, page }) {
  const more = new URL(page, root()).href;
  element.innerHTML =
    `<p><b>${escape(capital(cause))}.</b> ${escape(evidence.join(" "))}</p>`
    + `<p>${escape(remedy)} <a href="${escape(more)}">Why, in the book</a></p>`;
}

// The answer to a prediction, and the count of those that were right.
export class Predictions {
  made = 0;
  right = 0;

  answer(predicted, outcome) {
    const found = `The run says: ${OUTCOMES[outcome]}.`;
    if (!predicted) return found;
    this.made += 1;
    this.right += predicted === outcome;
    const judged =
      predicted === outcome ? "You predicted it." : `You predicted: ${OUTCOMES[predicted]}.`;
    return `${found} ${judged} Right so far: ${this.right} of ${this.made}.`;
  }
}

export function fillLayers(table, { layers, step, depth }) {
  const keys = ["activation", "error", "gradient", "ratio"];
  table.caption.textContent = `Step ${step}`;
  const row = (_, l) => {
    const sizes = keys.map((key) => `<td>${size(layers[key][l])}</td>`);
    return `<tr><th scope="row">${l + 1}</th>${sizes.join("")}</tr>`;
  };
  table.tBodies[0].innerHTML = Array.from({ length: depth }, row).join("");
}

// One row for each run that came to its end, the newest first; its link brings its recipe back.
export function addRun(table, query, report, predicted) {
  const row = table.tBodies[0].insertRow(0),
    { accuracy, outcome, ms, step, verdict } = report;
  const recipe = query
    ? decodeURIComponent(query).replaceAll("&", ", ").replaceAll("=", " ")
    : "the opening recipe";
  row.innerHTML =
    `<th scope="row"><a href="#bench?${escape(query)}">${escape(recipe)}</a></th>`
    + `<td>${predicted ? escape(capital(OUTCOMES[predicted])) : "–"}</td>`
    + `<td>${escape(capital(OUTCOMES[outcome]))}</td>`
    + `<td>${escape(verdict.cause)}</td><td>${accuracy ? percent(accuracy.train) : "–"}</td>`
    + `<td>${step}</td><td>${ms ? milliseconds(ms) : "–"}</td>`;
  table.closest("[hidden]")?.removeAttribute("hidden");
}
