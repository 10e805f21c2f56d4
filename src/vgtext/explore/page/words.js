// Words on a page: σ_w and a[l] as the text's formulas have them, words in HTML, and words said.
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const escapeText = (text) => text.replace(/[&<>"]/g, (char) => ENTITIES[char]);

const SUBSCRIPT = /(?<![\p{L}\d_])(\p{L})_(\p{L}{1,4}|\d+)(?![\p{L}\d_])/gu;
const LAYER = /(?<![\p{L}\d_])([\p{L}∂])\[([lL\d][^\]\s]{0,3})\]/gu;

// Returns words as HTML.
export const typeset = (text) =>
  escapeText(text).replace(SUBSCRIPT, "$1<sub>$2</sub>").replace(LAYER, "$1<sup>[$2]</sup>");

// Where no HTML may stand, in the options of a menu: the subscript alone.
export const plainly = (text) => text.replace(SUBSCRIPT, "$1$2");

const raise = (char) => "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻"["0123456789−-".indexOf(char)] ?? char;
export const raised = (text) => [...text].map(raise).join("");

// Typeset runs as a string; what stands above or below the line, as in 10⁻⁷, is written so.
const letters = ([, y, size, , chars]) =>
  size > 90 ? chars : y > 0 ? raised(chars) : `_${chars}`;
export const plain = (words) =>
  typeof words === "string" ? words : words.runs.map(letters).join("");

// The one place of a figure that speaks: what stands there is said, and taken away again.
export function voice(place) {
  let silence;
  return (words) => {
    place.textContent = words;
    clearTimeout(silence);
    silence = setTimeout(() => (place.textContent = ""), 5000);
  };
}
