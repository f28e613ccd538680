// Shows only what the chosen service needs; tells the chance while somebody fills in; on a telephone one question at a
// time. Without this script the form works too.
"use strict";

const form = document.querySelector("form[data-booking]");
const preview = form.querySelector("[data-preview]");
const moments = form.querySelector("[data-moments]");
const questions = [...form.querySelectorAll("[data-question]")];
const ours = window.trustedTypes?.createPolicy("booking", { createHTML: (html) => html });
const told = ["language", "service", "talk", "immediate", "day", "hour", "minutes", "postcode", "municipality", "phone",
  "interpreter_gender", "deadline_day"];

/** @param {string} name */
const chosen = (name) => form.querySelector(`input[name=${name}]:checked`);
/** @param {string} name @returns {HTMLInputElement} */
const named = (name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
const service = () => chosen("service")?.value ?? "";

function show() {
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = service() !== "" && !part.dataset.for.split(" ").includes(service());
  }
  const now = Boolean(chosen("immediate")) && service() === "telephone";
  const planned = form.querySelector("[data-planned]");
  if (planned) planned.hidden = now;
  // What a service cannot do without is asked for at its own question, not at the end.
  const talk = service() !== "" && service() !== "translation";
  const needed = { day: talk && !now, hour: talk && !now, deadline_day: service() === "translation", municipality: service() === "on_site", phone: service() === "telephone" };
  for (const [name, needs] of Object.entries(needed)) named(name).required = needs;
  for (const it of form.querySelectorAll("input[name=service]")) it.required = true;
}

/** What suits a talk is chosen for whoever says what talk it is, and said why. */
function advise() {
  for (const advice of form.querySelectorAll("[data-advice]")) {
    advice.hidden = advice.dataset.advice !== chosen("talk")?.value;
    if (!advice.hidden) form.querySelector(`input[name=service][value=${advice.dataset.service}]`).checked = true;
  }
}

/** What is filled in; files are left out. */
const typed = () => /** @type {[string, string][]} */ ([...new FormData(form)].filter(([, value]) => typeof value === "string"));

/** @param {HTMLElement} target @param {string} address @param {Record<string, string>} more */
async function fetchInto(target, address, more = {}) {
  const filled = typed().filter(([name]) => told.includes(name));
  const query = new URLSearchParams([...filled, ...new URLSearchParams(location.search), ...Object.entries(more)]);
  const mine = String(Number(target.dataset.asked ?? 0) + 1);
  target.dataset.asked = mine;
  const answer = await fetch(address + "?" + query).catch(() => null);
  if (target.dataset.asked !== mine) return;
  const html = answer?.ok ? await answer.text() : "";
  // This server's own words, parsed without running anything.
  const page = new DOMParser().parseFromString(ours ? ours.createHTML(html) : html, "text/html");
  target.replaceChildren(...page.body.childNodes);
}

let momentsFor = "";
/** @param {string} first the day shown first, or "" */
async function lookAtMoments(first = "") {
  const wanted = ["language", "minutes", "municipality", "postcode", "interpreter_gender"].map((it) => named(it).value);
  const key = [service(), ...wanted, first].join("|");
  if (key === momentsFor || !service() || !named("language").value) return;
  momentsFor = key;
  await fetchInto(moments, form.dataset.momentsUrl, first ? { first } : {});
  for (const button of moments.querySelectorAll("[data-first]")) button.hidden = false;
  pickShown();
}

/** The moment in the fields is the one marked among those shown. */
function pickShown() {
  const value = `${named("day").value}T${named("hour").value.slice(0, 5)}`;
  for (const radio of moments.querySelectorAll("input[name=slot]")) radio.checked = radio.value === value;
}

/** @param {string} value 2026-12-01T09:00 */
function take(value) {
  [named("day").value, named("hour").value] = value.split("T");
  pickShown();
}

// What is typed is kept on the server too, so that a reload or a lost session loses nothing.
async function keep() {
  const body = new URLSearchParams(typed().filter(([name]) => !["_once", "slot"].includes(name)));
  const token = document.querySelector("meta[name=csrf-token]").content;
  const address = form.querySelector("[data-keep]").dataset.keep;
  await fetch(address, { method: "POST", headers: { "X-CSRFToken": token }, body, keepalive: true }).catch(() => {});
}

let looking = 0, keeping = 0;
function lookSoon() {
  clearTimeout(looking);
  clearTimeout(keeping);
  if (!preview) return;
  looking = setTimeout(() => {
    fetchInto(preview, preview.dataset.url);
    lookAtMoments();
  }, 300);
  keeping = setTimeout(keep, 1500);
}

form.addEventListener("change", (event) => {
  const target = /** @type {HTMLInputElement} */ (event.target);
  if (target.name === "talk") advise();
  if (target.name === "slot") take(target.value);
  if (target.name === "day" || target.name === "hour") pickShown();
  show();
});
form.addEventListener("input", lookSoon);
form.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest("button");
  if (button?.dataset.first) lookAtMoments(button.dataset.first);
  if (button?.name !== "take") return;
  event.preventDefault();
  const [better, at] = button.value.split("|");
  form.querySelector(`input[name=service][value=${better}]`).checked = true;
  take(at);
  show();
  lookSoon();
});
form.addEventListener("submit", () => {
  clearTimeout(keeping);
  history.replaceState(null, "", location.pathname + location.search); // the next page has no questions
});

// One question at a time, where the screen is small; the address says which, so that "back" goes one back.
const small = matchMedia("(max-width: 44rem)");

function current() {
  const asked = Number(location.hash.replace("#vraag-", "")) - 1;
  return small.matches && asked > 0 && asked < questions.length ? asked : 0;
}

/** @param {boolean} focus */
function walk(focus) {
  const at = current();
  form.classList.toggle("one-by-one", small.matches);
  form.classList.toggle("last", at === questions.length - 1);
  questions.forEach((it, n) => it.classList.toggle("current", n === at));
  form.querySelector("[data-back]").hidden = at === 0;
  if (preview) preview.hidden = small.matches && at < 2;
  if (focus && small.matches) {
    questions[at].querySelector("h2").focus();
    scrollTo(0, 0);
  }
}

form.querySelector("[data-onward]").addEventListener("click", () => {
  const fields = [...questions[current()].querySelectorAll("input, select, textarea")];
  if (fields.every((it) => it.offsetParent === null || it.reportValidity())) location.hash = `vraag-${current() + 2}`;
});
form.querySelector("[data-back]").addEventListener("click", () => history.back());
// What stops the form may stand at a question that is not shown: the first such question is shown, and says it.
form.addEventListener("invalid", (event) => {
  const target = /** @type {HTMLInputElement} */ (event.target);
  const first = /** @type {HTMLInputElement} */ (form.querySelector("input:invalid, select:invalid, textarea:invalid"));
  const at = questions.findIndex((it) => it.contains(first));
  if (!small.matches || at < 0 || questions[current()].contains(target)) return;
  event.preventDefault();
  if (target !== first) return;
  location.hash = `vraag-${at + 1}`;
  walk(true);
  setTimeout(() => first.reportValidity());
}, true);
addEventListener("hashchange", () => walk(true));
small.addEventListener("change", () => walk(false));

const wrong = questions.findIndex((it) => it.querySelector(".wrong"));
if (wrong >= 0) history.replaceState(null, "", `#vraag-${wrong + 1}`);
const lookButton = form.querySelector("[data-look]");
if (lookButton) lookButton.hidden = true;
show();
walk(false);
if (preview && named("language").value) lookSoon();
