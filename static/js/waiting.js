// Somebody waits for an interpreter: says what happens, and leads into the room when somebody said yes.
const box = document.querySelector("[data-waits]");
const EVERY_MS = 2000;

async function look() {
  const head = { Accept: "application/json" };
  const answer = await fetch(box.dataset.waits, { headers: head, redirect: "error" }).catch(() => null);
  if (!answer?.ok) return;
  const told = await answer.json();
  if (told.room) location.assign(told.room);
  else if (told.over) location.reload();
  else {
    const line = box.querySelector("[data-says]");
    if (line.textContent !== told.says) line.textContent = told.says;
    box.querySelector("[data-choices]").hidden = !told.choices;
  }
}
if (box) setInterval(look, EVERY_MS);
