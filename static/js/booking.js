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

form.addEventListener("change", show);
for (const input of form.querySelectorAll("input[list=languages]")) input.addEventListener("input", suggest);
show();
