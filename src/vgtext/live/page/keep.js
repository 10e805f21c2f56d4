// Keeps the page and what runs it, so that both are there without a network (offline.js).

// needed: addresses of what Python took. Returns whether all is kept now: not in a browser that
// keeps nothing, nor what another host has.
export async function keepForLater(base, { version, elsewhere }, needed = []) {
  if (!navigator.serviceWorker || elsewhere) return false;
  try {
    const { scope } = await navigator.serviceWorker.register(new URL("../../offline.js", base));
    await navigator.serviceWorker.ready;
    const store = await caches.open(`vgtext ${scope} ${version}`),
      get = (url) => new Request(url, { cache: "force-cache" }); // it was loaded a moment ago
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
    const beside = new Set(loaded.filter((url) => url.startsWith(scope)));
    await Promise.all([...beside].map((url) => store.add(get(url)).catch(() => {})));
    const own = [location.href.split("#")[0], `${base}worker.js?v=${version}`];
    await store.addAll([...new Set([...own, ...needed])].map(get));
    return true;
  } catch {
    return false;
  }
}
