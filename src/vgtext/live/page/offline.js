// The book's service worker, from a reader's first start of Python on. With a network everything
// comes from there, as before, and is kept; what was kept answers where the network does not. The
// files of Python are the same as long as VERSION is, and large: what is kept of them answers at
// once.
"use strict";
const stores = `vgtext ${registration.scope} `;
const store = `${stores}VERSION`;

async function tidy() {
  const old = (await caches.keys()).filter((name) => name.startsWith(stores) && name !== store);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

async function keep(request, answer) {
  await (await caches.open(store)).put(request, answer).catch(() => {}); // no room is no fault
}

async function answer(event) {
  const ours = await caches.open(store);
  if (event.request.url.startsWith(`${registration.scope}_static/live/`)) {
    const kept = await ours.match(event.request);
    if (kept) return kept;
  }
  try {
    const fresh = await fetch(event.request);
    if (fresh.status === 200) event.waitUntil(keep(event.request, fresh.clone()));
    return fresh;
  } catch (error) {
    const kept = await ours.match(event.request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(tidy()));
addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && url.startsWith(registration.scope)) event.respondWith(answer(event));
});
