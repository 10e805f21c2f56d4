// The search page: MiniSearch ranks the sections of the book; the pages follow in the order of
// their best section.
(() => {
  const STOP = new Set(
    (
      "a after an and are at be best by can do does for from help how i in is it its me my not of on "
      + "or right should that the this to too use very was we what when which why with you"
    ).split(" "),
  );
  const WEIGHT = {
    "book/index": 0.2,
    "book/glossary": 0.5,
    "book/claims": 0.3,
    "book/instructors": 0.2,
    "book/notation": 0.3,
    "book/references": 0.2,
  };
  // Sections that repeat what others explain.
  const SIDE = /^(sources|exercises|predict first|summary|check yourself)/i;
  // What may be said of a thing that is searched: "learning rate too high".
  const SIZES = / (high|low|large|small|big)$/;
  const SHOWN = 3; // sections of one page
  const LENGTH = 180; // characters of an excerpt

  // Lower case, no plural s; words that say nothing are dropped.
  const stem = (word) => {
    const low = word.toLowerCase();
    if (STOP.has(low)) return null;
    return low.length > 3 && low.endsWith("s") && !/(ss|us|is)$/.test(low) ? low.slice(0, -1) : low;
  };
  const split = (text) =>
    text
      .replace(/['’]s\b/g, "")
      .split(/[^\p{L}\p{N}_]+/u)
      .filter(Boolean);
  const plain = (text) =>
    split(text)
      .map((word) => stem(word) || "")
      .filter(Boolean)
      .join(" ");

  // The entries of the glossary that the query names, whole words only.
  const named = (query, terms) => {
    const spaced = ` ${plain(query)} `;
    return terms.filter((term) =>
      term.names.some((name) => plain(name) && spaced.includes(` ${plain(name)} `)),
    );
  };

  // The query with a term that it names under each of the term's names.
  const renamed = (query, term) => {
    const spaced = ` ${plain(query)} `;
    const said = term.names.map(plain).filter((name) => name && spaced.includes(` ${name} `));
    return said.flatMap((name) =>
      term.names.map((other) => spaced.replace(` ${name} `, ` ${other} `).trim()),
    );
  };

  // The pages that answer a query, best first. Names that mean the same are searched together; the
  // chapter that explains
  // a term of the glossary counts more, and comes first if the query is that term.
  const search = (engine, index, query) => {
    const known = named(query, index.terms);
    const bare = plain(query).replace(SIZES, "").trim();
    const meant = known.filter((term) => term.names.some((name) => plain(name) === bare));
    const asked = new Set([query, ...known.flatMap((term) => renamed(query, term))]);
    const all = {
      combineWith: "OR",
      queries: [...asked].map((words) => ({ combineWith: "AND", queries: [words] })),
    };
    let hits = engine.search(all);
    // no page that explains things may have every word of a question
    const isExplained = hits.some((hit) => !(hit.page in WEIGHT));
    if (!hits.length || (!isExplained && plain(query).includes(" ")))
      hits = engine.search({ combineWith: "OR", queries: [...asked] }, { fuzzy: 0.2 });
    const homes = new Set(known.map((term) => term.home));
    const pages = new Map();
    for (const hit of hits) {
      const whole = plain(hit.topic) === plain(query) ? 4 : 1;
      const score =
        hit.score
        * (WEIGHT[hit.page] || 1)
        * (homes.has(hit.page) ? 3 : 1)
        * (SIDE.test(hit.heading) ? 0.3 : 1)
        * whole;
      hit.score = score;
      const page = pages.get(hit.page) || { page: hit.page, topic: hit.topic, score: 0, hits: [] };
      page.score = Math.max(page.score, score);
      page.hits.push(hit);
      pages.set(hit.page, page);
    }
    const first = 1 + Math.max(0, ...[...pages.values()].map((page) => page.score));
    for (const { home } of meant) {
      const top = index.entries.find((entry) => entry.page === home);
      if (!pages.has(home) && top)
        pages.set(home, {
          page: home,
          topic: top.topic,
          score: 0,
          hits: [{ ...top, terms: [], score: 0 }],
        });
      if (pages.has(home)) pages.get(home).score += first;
    }
    for (const page of pages.values()) page.hits.sort((a, b) => b.score - a.score);
    return [...pages.values()].sort((a, b) => b.score - a.score);
  };

  // A stretch of the text around the first word that was found.
  const excerpt = (hit) => {
    const low = hit.text.toLowerCase();
    const places = hit.terms.map((term) => low.indexOf(term)).filter((place) => place >= 0);
    const at = places.length ? Math.min(...places) : 0;
    const start = Math.max(0, hit.text.lastIndexOf(" ", Math.max(0, at - LENGTH / 3)) + 1);
    const end =
      start + LENGTH < hit.text.length
        ? hit.text.lastIndexOf(" ", start + LENGTH)
        : hit.text.length;
    return `${start ? "… " : ""}${hit.text.slice(start, end)}${end < hit.text.length ? " …" : ""}`;
  };

  const element = (tag, text, className) =>
    Object.assign(document.createElement(tag), { textContent: text, className: className || "" });

  // Text with the words that were found marked.
  const marked = (text, terms) => {
    const line = element("p", "");
    if (!terms.length) return Object.assign(line, { textContent: text });
    const pattern = new RegExp(
      `(${terms.map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`,
      "giu",
    );
    text
      .split(pattern)
      .forEach((part, i) => part && line.append(i % 2 ? element("mark", part) : part));
    return line;
  };

  const link = (hit, text) =>
    Object.assign(element("a", text), {
      href: `${hit.page}.html${hit.anchor ? `#${hit.anchor}` : ""}`,
    });

  const item = (page) => {
    const found = element("li", "");
    const best = page.hits[0];
    found.append(
      link(
        page.hits.find((hit) => !hit.anchor)
          ? { page: page.page, anchor: "" }
          : { page: page.page, anchor: best.anchor },
        page.topic,
      ),
    );
    const inside = element("ul", "");
    for (const hit of page.hits.slice(0, SHOWN)) {
      const one = element("li", "");
      if (hit.anchor) one.append(link(hit, hit.heading));
      if (hit.text) one.append(marked(excerpt(hit), hit.terms));
      inside.append(one);
    }
    found.append(inside);
    return found;
  };

  const run = () => {
    const query = new URLSearchParams(location.search).get("q") || "";
    for (const field of document.querySelectorAll("input[name=q]")) field.value = query;
    const place = document.querySelector("#search-results");
    if (!plain(query)) return;
    const engine = new MiniSearch({
      fields: ["topic", "heading", "keywords", "text"],
      storeFields: ["page", "topic", "anchor", "heading", "text"],
      processTerm: stem,
      tokenize: split,
      searchOptions: {
        boost: { topic: 4, heading: 6, keywords: 5 },
        prefix: (term) => term.length > 3,
      },
    });
    engine.addAll(globalThis.bookIndex.entries);
    const pages = search(engine, globalThis.bookIndex, query);
    const { none, one, many } = globalThis.bookIndex.words;
    const said = { 0: none, 1: one }[pages.length] ?? many;
    const given = { n: pages.length, query };
    const summary = place.querySelector("p"); // it alone is said: all results would be many words
    summary.textContent = said.replace(/\{(\w+)\}/g, (_, name) => given[name]);
    const list = element("ul", "", "found");
    list.append(...pages.map(item));
    place.append(list);
  };
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", run) : run();
})();
