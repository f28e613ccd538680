// Switches push messages on this device on and off, and says what it is when that cannot be done.
const box = document.querySelector("[data-push]");
const csrf = document.querySelector("meta[name=csrf-token]").content;
const state = box.querySelector("[data-state]");
const on = box.querySelector("[data-on]");
const off = box.querySelector("[data-off]");

/** @param {string} word */
function show(word, { mayStart = false, mayStop = false } = {}) {
  state.textContent = box.dataset[word];
  on.hidden = !mayStart;
  off.hidden = !mayStop;
}

/** @param {string} path @param {object} body */
async function send(path, body) {
  const head = { "X-CSRFToken": csrf, "Content-Type": "application/json" };
  const answer = await fetch(path, { method: "POST", headers: head, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(String(answer.status));
}

/** @param {string} key */
function bytes(key) {
  const text = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (it) => it.charCodeAt(0));
}

// The only script address this page makes: our own service worker.
const ours = window.trustedTypes?.createPolicy("push", { createScriptURL: (url) => url });

async function worker() {
  const program = box.dataset.worker;
  await navigator.serviceWorker.register(ours ? ours.createScriptURL(program) : program, { scope: "/" });
  return navigator.serviceWorker.ready;
}

async function look() {
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) return show("impossible");
  if (!box.dataset.key) return show("unset");
  if (Notification.permission === "denied") return show("denied");
  const known = await (await worker()).pushManager.getSubscription();
  if (!known) return show("no", { mayStart: true });
  await send(box.dataset.subscribe, known.toJSON()); // the server may have forgotten this device
  return show("yes", { mayStop: true });
}

async function start() {
  if ((await Notification.requestPermission()) !== "granted") return show("denied");
  const options = { userVisibleOnly: true, applicationServerKey: bytes(box.dataset.key) };
  const made = await (await worker()).pushManager.subscribe(options);
  await send(box.dataset.subscribe, made.toJSON());
  return show("yes", { mayStop: true });
}

async function stop() {
  const known = await (await worker()).pushManager.getSubscription();
  if (known) {
    await send(box.dataset.end, { endpoint: known.endpoint });
    await known.unsubscribe();
  }
  return show("no", { mayStart: true });
}

/** @param {() => Promise<void>} act */
function attempt(act) {
  act().catch(() => show("failed", { mayStart: true }));
}

on.addEventListener("click", () => attempt(start));
off.addEventListener("click", () => attempt(stop));
attempt(look);
