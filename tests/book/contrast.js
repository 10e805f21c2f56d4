// What axe finds of contrast among texts of kinds that were seen fewer than three times: what has the same color, size
// and grounds has the same contrast (what is placed over others, and a single character, of which axe says nothing, are
// kinds of their own). `seen` counts them, of all pages in this view; it is given back.
async (seen) => {
  const grounds = new Map([[null, ""]]);
  function ground(element) {
    if (!grounds.has(element)) {
      const { backgroundColor, backgroundImage, filter, opacity, position } = getComputedStyle(element);
      const own = [backgroundColor.replace("rgba(0, 0, 0, 0)", ""), backgroundImage, filter, opacity,
                   position === "static" || position === "relative" ? "" : element.className].join();
      grounds.set(element, ground(element.parentElement) + (own === ",none,none,1," ? "" : own + ";"));
    }
    return grounds.get(element);
  }
  const texts = [...document.body.querySelectorAll("*")].filter((element) => {
    const written = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!(written || element.matches("input, select")) || !element.checkVisibility({ visibilityProperty: true })) return;
    const { color, fontSize, fontWeight } = getComputedStyle(element);
    const kind = [color, fontSize, fontWeight, element.textContent.trim().length > 1, ground(element)].join();
    seen[kind] = (seen[kind] || 0) + 1;
    return seen[kind] <= 3;
  });
  const rules = { runOnly: ["color-contrast"], resultTypes: ["violations"], preload: false };
  return [texts.length ? (await axe.run({ include: texts }, rules)).violations : [], seen];
}
