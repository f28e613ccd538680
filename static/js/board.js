// Keeps the board live. A change comes as a whole row; rows move only when nobody points at them or works in the list,
// and what waits for that is counted. After a gap the page is fetched anew.
const table = document.querySelector("table[data-board]");
const body = table.tBodies[0];
const live = document.querySelector("[data-live]");
const announce = document.querySelector("[data-announce]");
const empty = document.querySelector("[data-empty]");
const waits = document.querySelector("[data-waiting]");
const frame = document.querySelector(".board");
const bulk = document.querySelector("#bulk");
const action = bulk.querySelector("select[name=action]");
const chosen = new URLSearchParams(table.dataset.query);
const socket = io("/board", { transports: ["websocket"] });
/** @type {Map<number, Row | null>} */
const held = new Map(); // id -> row to place, or null: it has to go
let connectedBefore = false;
/** @type {Row | null} */
let pointedAt = null;

/** @param {string} html */
const rowFrom = (html) => document.adoptNode(desk.parsed(`<table><tbody>${html}</tbody></table>`).querySelector("tr"));
const rows = () => /** @type {Row[]} */ ([...body.rows]);
/** @param {Row} row */
const linkOf = (row) => row.querySelector("a[data-open]");
const inUse = () => body.matches(":hover") || body.contains(document.activeElement);

/** Does this choice of the board show the row? @param {Row} row */
function wanted(row) {
  const has = { lane: row.dataset.lane, urgency: row.dataset.urgency, service: row.dataset.service, language: row.dataset.language };
  const fits = Object.entries(has).every(([name, value]) => !chosen.get(name) || chosen.get(name) === value);
  return fits && (!chosen.get("mine") || row.dataset.owner === table.dataset.me);
}

/** @param {Row} row */
function place(row) {
  const after = rows().find((it) => it !== row && it.dataset.order > row.dataset.order);
  body.insertBefore(row, after ?? null);
}

/** @param {Row} row */
function mark(row) {
  row.classList.add("fresh");
  setTimeout(() => row.classList.remove("fresh"), 3000);
}

/** @param {number} id */
const shownOf = (id) => /** @type {Row | null} */ (document.getElementById("request-" + id));

function settle() {
  for (const [id, row] of held) {
    const old = shownOf(id);
    if (row === null) old?.remove();
    else if (old) place(old);
    else {
      place(row);
      mark(row);
    }
  }
  held.clear();
  tell();
}

function tell() {
  waits.hidden = held.size === 0;
  waits.querySelector("button").textContent = `${held.size} ${table.dataset.waits} ( r )`;
  empty.hidden = body.rows.length > 0;
}

/** What stands on a row is true at once; where the row stands waits until nobody is busy with the list.
    @param {Change} change */
function take({ id, html }) {
  const old = shownOf(id);
  const row = html ? rowFrom(html) : null;
  const shown = row && wanted(row);
  if (shown && !old && row.dataset.urgency === "now") announce.textContent = `${table.dataset.new} ${row.innerText}`;
  if (shown && old) {
    const moves = old.dataset.order !== row.dataset.order || held.has(id);
    replace(old, row);
    if (moves) held.set(id, row);
  } else if (shown) {
    held.set(id, row);
  } else if (old) {
    if (inUse()) {
      old.classList.add("gone");
      old.cells[5].textContent = table.dataset.gone;
    }
    held.set(id, null);
  }
  if (inUse()) tell();
  else settle();
  if (side && side.dataset.address?.endsWith("/" + id)) refreshPane();
}

/** @param {Row} old @param {Row} row */
function replace(old, row) {
  const picked = old.querySelector("input").checked;
  const focused = old.contains(document.activeElement) ? [...old.querySelectorAll("a, input")].findIndex((it) => it === document.activeElement) : -1;
  const current = old.getAttribute("aria-current");
  old.replaceChildren(...row.children);
  Object.assign(old.dataset, row.dataset);
  old.querySelector("input").checked = picked;
  if (current) old.setAttribute("aria-current", current);
  if (focused >= 0) old.querySelectorAll("a, input")[focused]?.focus();
  mark(old);
}

let later = 0;
function refreshPane() {
  clearTimeout(later);
  later = setTimeout(async () => {
    const done = !desk.busy() && (await desk.again(side.dataset.address, { yields: true }));
    if (!done) refreshPane();
  }, 400);
}

socket.on("connect", () => {
  live.hidden = false;
  live.textContent = table.dataset.on;
  if (connectedBefore) location.reload();
  connectedBefore = true;
});
socket.on("disconnect", () => {
  live.textContent = table.dataset.off;
});
socket.on("changed", take);
body.addEventListener("pointerleave", () => setTimeout(() => inUse() || settle(), 50));
body.addEventListener("focusout", () => setTimeout(() => inUse() || settle(), 50));
waits.querySelector("button").addEventListener("click", settle);

/** Going through the list: the row somebody is at is marked, its request is shown beside the list where there is room.
    @param {Row | null} row */
function go(row, { open = true } = {}) {
  if (!row) return;
  pointedAt?.removeAttribute("aria-current");
  pointedAt = row;
  row.setAttribute("aria-current", "true");
  linkOf(row).focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  if (open && desk.wide()) soon(row);
}

let opening = 0;
/** @param {Row} row */
function soon(row) {
  clearTimeout(opening);
  opening = setTimeout(() => desk.open(linkOf(row).href), 250);
}

body.addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest("a[data-open]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !desk.wide()) return;
  event.preventDefault();
  clearTimeout(opening);
  go(link.closest("tr"), { open: false });
  desk.open(link.href, { focus: event.detail === 0 });
});

addEventListener("desk:back", () => go(pointedAt ?? rows()[0], { open: false }));
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
  if (side?.contains(/** @type {Element} */ (event.target)) && event.key !== "j" && event.key !== "k") return;
  const at = pointedAt?.isConnected ? rows().indexOf(pointedAt) : -1;
  if (event.key === "j") go(rows()[Math.min(at + 1, body.rows.length - 1)]);
  else if (event.key === "k") go(rows()[Math.max(at - 1, 0)]);
  else if (event.key === "r" && held.size) settle();
  else if (event.key === "x" && pointedAt) {
    const box = pointedAt.querySelector("input");
    box.checked = !box.checked;
    count();
  } else if (acts.has(event.key) && pointedAt && !desk.wide()) {
    location.assign(linkOf(pointedAt).href);
  } else return;
  event.preventDefault();
});

// Many at once: the bar is there when something is chosen, and asks only what the action needs.
function count() {
  const number = body.querySelectorAll("input:checked").length;
  bulk.querySelector("[data-count]").textContent = String(number);
  bulk.classList.toggle("idle", number === 0);
  for (const part of bulk.querySelectorAll("[data-for]")) {
    part.hidden = part.dataset.for !== action.value;
    for (const it of part.querySelectorAll("input, select, textarea")) it.disabled = part.hidden;
  }
}
bulk.addEventListener("change", count);
body.addEventListener("change", count);
count();

// Warns once for each row when the last thing that can be done is nearly over, the way this person asked for.
/** @type {Set<string>} */
const warned = new Set();
function warn() {
  const minutes = Number(frame.dataset.alert);
  if (!minutes) return;
  for (const row of rows()) {
    if (row.dataset.lane !== "act" || !row.dataset.act || warned.has(row.id)) continue;
    const left = (Date.parse(row.dataset.act) - Date.now()) / 60000;
    if (left > minutes || left < 0) continue;
    warned.add(row.id);
    const words = `${table.dataset.late} ${linkOf(row).textContent}`;
    announce.textContent = words;
    if (frame.dataset.sound) beep();
    if (frame.dataset.desktop && window.Notification?.permission === "granted") new Notification(words, { tag: row.id });
  }
}

function beep() {
  const sound = new AudioContext();
  const tone = sound.createOscillator();
  const loud = sound.createGain();
  loud.gain.setValueAtTime(0.15, sound.currentTime);
  loud.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + 0.6);
  tone.frequency.value = 660;
  tone.connect(loud).connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + 0.6);
  tone.onended = () => sound.close();
}

document.querySelector("[data-alert-form] [name=desktop]")?.addEventListener("change", (event) => {
  if (/** @type {HTMLInputElement} */ (event.target).checked) window.Notification?.requestPermission();
});
warn();
setInterval(warn, 15000);

// What is left of the time is said anew every half minute, in the reader's language.
const said = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
/** @param {string} moment */
function left(moment) {
  const minutes = Math.round((Date.parse(moment) - Date.now()) / 60000);
  const size = Math.abs(minutes);
  if (size < 90) return said.format(minutes, "minute");
  return size < 2160 ? said.format(Math.round(minutes / 60), "hour") : said.format(Math.round(minutes / 1440), "day");
}
setInterval(() => {
  for (const it of body.querySelectorAll("time[data-left]")) it.textContent = left(it.dateTime);
}, 30000);
