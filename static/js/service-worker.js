// Shows what is pushed to this device and opens it where it is tapped; sends answers that waited for a network; without
// one shows the page that says so. `queue.js` and SHELL (what that page is made of) stand before this file.
const CACHE = "shell-" + SHELL.version;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(begin()));

async function begin() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await clients.claim();
}

// An interpreter's page asks to be ready for when there is no network.
addEventListener("message", (event) => {
  if (event.data === "keep") event.waitUntil(caches.open(CACHE).then((it) => it.addAll(SHELL.files)));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.method === "POST" && pathname === "/sign-out") event.waitUntil(Promise.all([kept.forget(), caches.delete(CACHE)]));
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => instead()));
  else if (SHELL.files.includes(pathname + search)) event.respondWith(fetch(request).catch(() => caches.match(pathname + search).then((it) => it ?? Response.error())));
});

async function instead() {
  return (await caches.match("/offline")) ?? Response.error();
}

// The browser says that there is a network again, also when no page is open.
addEventListener("sync", (event) => {
  if (event.tag === "answers") event.waitUntil(sendAndTell());
});

async function sendAndTell() {
  const told = await kept.sendWaiting();
  const pages = await clients.matchAll({ type: "window" });
  for (const page of pages) page.postMessage({ answered: told.map((it) => it.offer) });
  const seen = pages.some((it) => it.visibilityState === "visible");
  if (seen || Notification.permission !== "granted") return;
  for (const it of told) {
    const text = it.said?.status === "yes" ? it.words.yes : (it.said?.text ?? it.words.declined);
    await registration.showNotification(text, { tag: "answer-" + it.offer, icon: "/static/icons/mark-192.png", data: "/offers" });
  }
}

addEventListener("push", (event) => {
  /** @type {{path?: unknown, tag?: string, title?: string}} */
  let said = {};
  try {
    said = event.data?.json() ?? {};
  } catch {
    // an unreadable message is still a sign that something waits
  }
  const path = typeof said.path === "string" && said.path.startsWith("/") && !said.path.startsWith("//") ? said.path : "/";
  const shown = { tag: said.tag, icon: "/static/icons/mark-192.png", badge: "/static/icons/mark-192.png", data: path };
  event.waitUntil(registration.showNotification(said.title || "Tolkdienst", shown));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data ?? "/"));
});

/** @param {string} path */
async function open(path) {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((it) => new URL(it.url).origin === location.origin);
  if (!page) return clients.openWindow(path);
  await page.focus();
  return page.navigate(path);
}
