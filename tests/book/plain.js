// The page as axe is shown it, of the same size. A formula is one image with a name; of the code's tokens, three of each
// kind stay and the others are text of their block; a drawing that is hidden from screen readers is empty. What goes
// is a third to two thirds of a chapter's elements, all of them hidden, or plain spans that look as others do.
() => {
  const bases = [...document.querySelectorAll(".katex .base")];
  const sizes = bases.map((base) => base.getBoundingClientRect());
  for (const [k, base] of bases.entries()) {
    const image = document.createElement("span");
    image.setAttribute("role", "img");
    image.setAttribute("aria-label", base.closest(".katex").querySelector(".katex-mathml").textContent);
    image.style.cssText = `display: inline-block; width: ${sizes[k].width}px; height: ${sizes[k].height}px`;
    base.replaceWith(image);
  }
  for (const html of document.querySelectorAll(".katex-html")) html.removeAttribute("aria-hidden");
  for (const math of document.querySelectorAll(".katex-mathml")) math.remove();
  const seen = {};
  for (const token of document.querySelectorAll(".highlight pre span")) {
    const classes = [token, token.parentElement, token.closest(".cell")].map((element) => element?.className);
    const kind = [...classes, token.textContent.length > 1].join();
    seen[kind] = (seen[kind] || 0) + 1;
    if (seen[kind] > 3) token.replaceWith(...token.childNodes);
  }
  for (const drawing of document.querySelectorAll('svg[aria-hidden="true"]:not(:has([tabindex], a))'))
    drawing.replaceChildren();
}
