// While this page lies open and the switch is on, says "still there" three times a minute, and shows when that fails.
const token = document.querySelector("meta[name=csrf-token]").content;
const state = document.querySelector("[data-present]");

/** @param {boolean} there */
function show(there) {
  state.textContent = there ? state.dataset.there : state.dataset.lost;
  state.classList.toggle("done", there);
  state.classList.toggle("now", !there);
}

async function beat() {
  try {
    const answer = await fetch("/availability/beat", { method: "POST", headers: { "X-CSRFToken": token } });
    if (answer.status === 410) location.reload();
    else show(answer.ok);
  } catch {
    show(false);
  }
}

if (state) {
  beat();
  setInterval(beat, 20000);
  addEventListener("online", beat);
  addEventListener("offline", () => show(false));
}
