// All that a page has of it before a click: one button. The rest comes with the click (page.js).
(() => {
  const here = document.currentScript.src;
  const own = document.querySelector("[data-live]"),
    title = document.querySelector("h1");
  if (!own && !(title && document.querySelector("div.cell .cell_input pre"))) return;
  const row = document.createElement("p"),
    button = document.createElement("button"),
    words = document.createElement("span");
  row.className = "vg-live";
  button.type = "button";
  button.textContent = own?.dataset.button || WORDS.live.run_page;
  button.style.cssText =
    "font:inherit;font-weight:600;padding:.25em .8em;margin-right:.7em;border:1px solid;"
    + "border-radius:4px;background:none;color:inherit;cursor:pointer";
  words.setAttribute("role", "status");
  words.textContent = WORDS.live.starts;
  row.append(button, words);
  if (own) own.before(row);
  else title.after(row);
  if (own)
    addEventListener("hashchange", () => {
      if (button.disabled || !row.isConnected) return;
      words.textContent = own.dataset.link;
      button.focus();
    });
  button.addEventListener("click", () => {
    if (location.protocol === "file:") {
      words.textContent = WORDS.live.as_file;
      return;
    }
    button.disabled = true;
    const fail = () => {
      words.textContent = WORDS.live.not_loaded;
      button.disabled = false;
    };
    const script = document.createElement("script");
    script.src = new URL("page.js?v=VERSION", here).href;
    script.onerror = fail;
    script.onload = () => vgLive.start({ row, button, words, own, base: new URL("./", here).href });
    document.head.append(script);
  });
})();
