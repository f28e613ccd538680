// Shows only what the chosen service needs, and suggests languages. Without this script the form works too.
const form = document.querySelector("[data-booking]");

function show() {
  const service = form.querySelector("input[name=service]:checked")?.value ?? "on_site";
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(service);
  }
  const now = form.querySelector("input[name=immediate]");
  const planned = form.querySelector("[data-planned]");
  if (planned) planned.hidden = Boolean(now?.checked) && service === "telephone";
}

async function suggest(event) {
  const words = event.target.value;
  if (words.length < 2) return;
  const answer = await fetch("/requests/languages?q=" + encodeURIComponent(words));
  if (!answer.ok || event.target.value !== words) return;
  const options = (await answer.json()).map((it) => {
    const option = document.createElement("option");
    option.value = it.name;
    option.label = it.own;
    return option;
  });
  document.getElementById("languages").replaceChildren(...options);
}

// The chance of what is filled in so far, told as it is typed; this server's own words, and no script in them.
const chance = form.querySelector("[data-chance]");
const ours = window.trustedTypes?.createPolicy("booking", { createHTML: (html) => html });
const told = ["language", "service", "immediate", "day", "hour", "minutes", "postcode", "municipality",
  "interpreter_gender", "deadline_day"];
let waiting, asked = 0;

async function look() {
  const filled = [...new FormData(form)].filter(([name]) => told.includes(name));
  const mine = ++asked;
  const query = new URLSearchParams([...filled, ...new URLSearchParams(location.search)]);
  const answer = await fetch(chance.dataset.url + "?" + query).catch(() => null);
  if (mine !== asked) return;
  const html = answer?.ok ? await answer.text() : "";
  const page = new DOMParser().parseFromString(ours ? ours.createHTML(html) : html, "text/html");
  chance.replaceChildren(...page.body.childNodes);
}

// What is typed is kept on the server too, so that a reload or a lost session loses nothing.
async function keep() {
  const typed = [...new FormData(form)].filter(([, value]) => typeof value === "string");
  const body = new URLSearchParams(typed.filter(([name]) => name !== "_once"));
  const token = document.querySelector("meta[name=csrf-token]").content;
  const address = form.querySelector("[data-keep]").dataset.keep;
  await fetch(address, { method: "POST", headers: { "X-CSRFToken": token }, body, keepalive: true }).catch(() => {});
}

if (chance) {
  let keeping;
  form.querySelector("[data-look]").hidden = true;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    clearTimeout(keeping);
    waiting = setTimeout(look, 400);
    keeping = setTimeout(keep, 1500);
  });
  form.addEventListener("submit", () => clearTimeout(keeping));
  look();
}

form.addEventListener("change", show);
for (const input of form.querySelectorAll("input[list=languages]")) input.addEventListener("input", suggest);
show();
