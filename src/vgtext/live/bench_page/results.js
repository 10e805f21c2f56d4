// What is said of a run: the diagnosis, the answer to the prediction, the numbers of every layer,
// and the table of runs.
import { fill } from "../../explore/page/fill.js";
import { capital, escape, milliseconds, percent, size } from "./words.js";

export const OUTCOMES = {
  learns: WORDS.bench.learns,
  vanishes: WORDS.bench.vanishes,
  explodes: WORDS.bench.explodes,
  neither: WORDS.bench.neither,
};

const root = () => new URL(document.documentElement.dataset.content_root || "../", location.href);

export function showVerdict(element, { cause, evidence, remedy, page }) {
  const more = new URL(page, root()).href;
  element.innerHTML =
    `<p><b>${escape(capital(cause))}.</b> ${escape(evidence.join(" "))}</p>`
    + `<p>${escape(remedy)} <a href="${escape(more)}">${WORDS.bench.why}</a></p>`;
}

// The answer to a prediction, and the count of those that were right.
export class Predictions {
  made = 0;
  right = 0;

  answer(predicted, outcome) {
    const found = fill(WORDS.bench.found, { outcome: OUTCOMES[outcome] });
    if (!predicted) return found;
    this.made += 1;
    this.right += predicted === outcome;
    const judged =
      predicted === outcome
        ? WORDS.bench.predicted_it
        : fill(WORDS.bench.predicted, { outcome: OUTCOMES[predicted] });
    return `${found} ${judged} ${fill(WORDS.bench.score, { right: this.right, made: this.made })}`;
  }
}

export function fillLayers(table, { layers, step, depth }) {
  const keys = ["activation", "error", "gradient", "ratio"];
  table.caption.textContent = fill(WORDS.bench.at_step, { step });
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
    : WORDS.bench.opening;
  row.innerHTML =
    `<th scope="row"><a href="#bench?${escape(query)}">${escape(recipe)}</a></th>`
    + `<td>${predicted ? escape(capital(OUTCOMES[predicted])) : "–"}</td>`
    + `<td>${escape(capital(OUTCOMES[outcome]))}</td>`
    + `<td>${escape(verdict.cause)}</td><td>${accuracy ? percent(accuracy.train) : "–"}</td>`
    + `<td>${step}</td><td>${ms ? milliseconds(ms) : "–"}</td>`;
  table.closest("[hidden]")?.removeAttribute("hidden");
}
