// Makes a telephone ready for when there is no network, on every page of an interpreter: the page that then says so, and
// the agenda of the next days, as little of it as gets her there.
const app = document.querySelector("[data-app]");
const departure = new AbortController();
const scripts = window.trustedTypes?.createPolicy("app", { createScriptURL: (url) => url });

async function ready() {
  if (!("serviceWorker" in navigator)) return;
  const program = app.dataset.worker;
  await navigator.serviceWorker.register(scripts ? scripts.createScriptURL(program) : program, { scope: "/" });
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage("keep");
}

async function keepAgenda() {
  const answer = await fetch(app.dataset.agenda, { headers: { Accept: "application/json" }, signal: departure.signal });
  if (answer.ok && !answer.redirected) await kept.keepAgenda((await answer.json()).items);
  else if (answer.redirected) await kept.forgetAgenda(); // signed out meanwhile
}

// Leaving means leaving nothing behind, nor anything that is still on its way; the service worker does the same for
// browsers whose page did not come so far.
document.querySelector("form[action$='/sign-out']")?.addEventListener("submit", () => {
  departure.abort();
  kept.forget().catch(() => {});
});

ready().catch(() => {});
keepAgenda().catch(() => {});
