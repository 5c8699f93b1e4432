{% autoescape off %}// Shows the kept card where there is no network, and says so on every other page. It stores the site's own files, and of anybody's
// nothing: the card's copy is put beside it by card.js, when its holder asks.
"use strict";
const FILES = {{ files }};
const STATIC = "static-{{ version }}";
const CARD = "card";
const OFFLINE = "{% url 'offline' %}";
const PAGE = "{% url 'card' %}";
const PATIENCE = 4000; // milliseconds that a till waits for a network before the kept card is shown

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const cache = await caches.open(STATIC);
  await cache.addAll([...FILES, OFFLINE].map((address) => new Request(address, { cache: "reload" })));
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== STATIC && name !== CARD) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (pathname === "{% url 'sign-out' %}") event.waitUntil(caches.delete(CARD));
  if (request.method !== "GET" || pathname.startsWith("{% url 'sign-in' %}")) return;
  if (request.mode === "navigate") event.respondWith(pathname === PAGE ? card(request) : page(request));
  else if (FILES.some((file) => plain(file) === plain(pathname))) event.respondWith(file(request, pathname));
});

async function page(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const offline = await caches.match(OFFLINE);
    if (!offline) throw error;
    return offline;
  }
}

// The present card; or the kept one, where there is no network, no session any more, or nobody answers in time.
async function card(request) {
  const kept = await (await caches.open(CARD)).match(PAGE);
  if (!kept) return page(request);
  try {
    const answer = await Promise.race([fetch(request), new Promise((_, fail) => setTimeout(fail, PATIENCE))]);
    return answer.ok ? answer : kept;
  } catch {
    return kept;
  }
}

// A kept card may ask for a file of the version that it was kept under.
async function file(request, pathname) {
  const found = await caches.match(request);
  if (found) return found;
  try {
    return await fetch(request);
  } catch (error) {
    const other = FILES.find((each) => plain(each) === plain(pathname));
    const present = await caches.match(other);
    if (!present) throw error;
    return present;
  }
}

function plain(address) {
  return address.replace(/\.[0-9a-f]{12}\./, ".");
}
{% endautoescape %}
