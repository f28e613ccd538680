// Paints the usual week: with a finger, a mouse or the keyboard. Exact hours that stand there already stay exact until
// they are painted over. Without this script the form with hours does the same.
const paint = document.querySelector("[data-paint]");
const form = /** @type {HTMLFormElement} */ (paint.closest("form"));
/** @type {string[]} */
const days = JSON.parse(paint.dataset.days);
const [FIRST, LAST] = [6, 23];
/** @type {number[][][]} per day: [from, until] in minutes */
const week = JSON.parse(paint.dataset.week);
const lang = document.documentElement.lang;
// Two letters say nothing in Arabic, where every day begins with the article: its calendars use one letter of their own.
const short = new Intl.DateTimeFormat(lang, { weekday: lang === "ar" ? "narrow" : "short", timeZone: "UTC" });
const nameOf = (/** @type {number} */ day) => short.format(new Date(Date.UTC(2024, 0, 1 + day))); // the first of January 2024 was a Monday
/** @type {Map<string, HTMLButtonElement>} */
const cells = new Map();
/** @type {boolean | null} */
let brush = null;

/** Adds or takes [start, end) from a day's stretches, joined where they touch.
    @param {number} day @param {number} start @param {number} end @param {boolean} on */
function put(day, start, end, on) {
  const outside = week[day].flatMap(([from, to]) => [[from, Math.min(to, start)], [Math.max(from, end), to]].filter(([a, b]) => a < b));
  if (on) outside.push([start, end]);
  outside.sort((a, b) => a[0] - b[0]);
  week[day] = outside.reduce((all, [from, to]) => {
    const last = all.at(-1);
    if (last && last[1] >= from) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
    return all;
  }, /** @type {number[][]} */ ([]));
}

/** @param {number} day @param {number} hour */
function share(day, hour) {
  const [start, end] = [hour * 60, hour * 60 + 60];
  return week[day].reduce((sum, [from, to]) => sum + Math.max(0, Math.min(to, end) - Math.max(from, start)), 0) / 60;
}

const clock = (/** @type {number} */ minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
const untilClock = (/** @type {number} */ minutes) => (minutes >= 1440 ? "23:59" : clock(minutes));

/** @param {number} day @param {number} hour */
function draw(day, hour) {
  const part = share(day, hour);
  const cell = cells.get(`${day} ${hour}`);
  cell?.setAttribute("aria-pressed", part === 1 ? "true" : part === 0 ? "false" : "mixed");
}

function keep() {
  form.querySelector("input[name=painted]").value = week.flatMap((stretches, day) => stretches.map(([from, to]) => `${day} ${clock(from)} ${untilClock(to)}`)).join(",");
  const minutes = week.flat().reduce((sum, [from, to]) => sum + to - from, 0);
  form.querySelector("[data-total]").textContent = paint.dataset.sum.replace("{hours}", String(Math.round(minutes / 6) / 10));
}

/** @param {HTMLElement} cell @param {boolean} on */
function colour(cell, on) {
  const [day, hour] = placeOf(cell);
  put(day, hour * 60, hour * 60 + 60, on);
  draw(day, hour);
  keep();
}

/** @param {HTMLElement} cell @returns {number[]} day and hour */
const placeOf = (cell) => (cell.dataset.at ?? "").split(" ").map(Number);

function build() {
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  head.append(document.createElement("td"), ...days.map((name, day) => Object.assign(document.createElement("th"), { textContent: nameOf(day), abbr: name, scope: "col" })));
  const body = table.createTBody();
  for (let hour = FIRST; hour < LAST; hour += 1) {
    const row = body.insertRow();
    row.append(Object.assign(document.createElement("th"), { textContent: `${hour}`, scope: "row" }));
    for (let day = 0; day < 7; day += 1) {
      const cell = document.createElement("button");
      cell.type = "button";
      cell.dataset.at = `${day} ${hour}`;
      cell.tabIndex = day === 0 && hour === 8 ? 0 : -1;
      cell.setAttribute("aria-label", `${days[day]} ${clock(hour * 60)}–${clock(hour * 60 + 60)}`);
      cells.set(cell.dataset.at, cell);
      row.insertCell().append(cell);
    }
  }
  paint.append(table);
  for (const cell of cells.values()) draw(placeOf(cell)[0], placeOf(cell)[1]);
  keep();
}

/** @param {PointerEvent} event @returns {HTMLElement | null} */
function under(event) {
  const it = document.elementFromPoint(event.clientX, event.clientY);
  return it instanceof HTMLElement && it.matches("[data-at]") ? it : null;
}

paint.addEventListener("pointerdown", (event) => {
  const cell = under(event);
  if (!cell || event.button > 0) return;
  event.preventDefault();
  brush = cell.getAttribute("aria-pressed") !== "true";
  colour(cell, brush);
  focus(cell);
});
addEventListener("pointermove", (event) => {
  if (brush === null) return;
  const cell = under(event);
  if (cell && (cell.getAttribute("aria-pressed") === "true") !== brush) colour(cell, brush);
});
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => (brush = null));

/** @param {HTMLElement} cell */
function focus(cell) {
  paint.querySelector("[tabindex='0']").tabIndex = -1;
  cell.tabIndex = 0;
  cell.focus({ preventScroll: true });
}

/** @type {Record<string, number[]>} */
const steps = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
paint.addEventListener("keydown", (event) => {
  const cell = /** @type {Element} */ (event.target).closest("[data-at]");
  if (!cell) return;
  if (event.key === " " || event.key === "Enter") {
    colour(cell, cell.getAttribute("aria-pressed") !== "true");
    event.preventDefault();
    return;
  }
  let [right, down] = steps[event.key] ?? [0, 0];
  if (!right && !down) return;
  if (document.documentElement.dir === "rtl") right = -right;
  const [day, hour] = placeOf(cell);
  const next = cells.get(`${day + right} ${hour + down}`);
  if (!next) return;
  event.preventDefault();
  if (event.shiftKey) colour(next, cell.getAttribute("aria-pressed") === "true");
  focus(next);
});

build();
form.hidden = false;
for (const it of document.querySelectorAll("details[data-exact]")) it.open = false;
