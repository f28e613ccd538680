// Shows what is pushed to this device, and opens the platform where it is tapped. Keeps no page and no data.
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data?.json() ?? {};
  } catch {
    // an unreadable message is still a sign that something waits
  }
  const shown = { tag: said.tag, icon: "/static/icons/mark-192.png", badge: "/static/icons/mark-192.png" };
  event.waitUntil(registration.showNotification(said.title || "Tolkdienst", shown));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open());
});

async function open() {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((it) => new URL(it.url).origin === location.origin);
  if (!page) return clients.openWindow("/");
  await page.focus();
  return page.navigate("/");
}
