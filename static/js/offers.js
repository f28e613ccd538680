// Answers offers with one thumb: waits for the server's word, and without a network keeps the answer, says that it
// waits and until when that makes sense, sends it when it can, and tells honestly what came of it.
const token = document.querySelector("meta[name=csrf-token]").content;
const words = document.querySelector("[data-words]").dataset;
const who = Number(words.who);
const notice = document.querySelector("[data-offline]");
const status = document.querySelector("main [role=status]");
const cards = [...document.querySelectorAll(".offer")];
let telling = false, answering = 0, leaving = false;

function seen() {
  if (document.visibilityState !== "visible" || !cards.length) return;
  fetch("/offers/seen", { method: "POST", headers: { "X-CSRFToken": token } }).catch(() => {});
}

/** @param {number} offer */
const cardOf = (offer) => cards.find((it) => Number(it.dataset.offer) === offer);

/** @param {string} kind @param {string} text @param {{href: string, text: string}} [link] */
function say(kind, text, link) {
  const line = document.createElement("p");
  line.className = "notice " + kind;
  line.textContent = text + " ";
  if (link) {
    const to = document.createElement("a");
    to.href = link.href;
    to.textContent = link.text;
    line.append(to);
  }
  status.append(line);
  telling = true;
}

/** @param {Element} card @param {string} text */
function lock(card, text) {
  for (const it of card.querySelectorAll("button, summary")) it.toggleAttribute("disabled", Boolean(text));
  const line = card.querySelector("[data-answer]");
  line.hidden = !text;
  line.textContent = text ?? "";
}

/** What the server said about one answer, where the person reads it. What is true now is said too.
    @param {number} offer @param {Said} said */
async function tell(offer, said) {
  const card = cardOf(offer);
  // Somebody waits for her now: the way in stands with the assignment.
  if (said.status === "yes" && card?.hasAttribute("data-at-once")) return location.assign(`/assignments/${said.assignment}`);
  card?.remove();
  if (said.status === "yes") say("done", words.yes, { href: `/assignments/${said.assignment}`, text: words.look });
  else if (said.status === "declined") say("done", words.declined);
  else say("soon", `${said.text ?? ""} ${words.truth}`, { href: "/offers", text: words.fresh });
}

/** @param {Ours<Element>} card @param {Answer["action"]} action @param {string} [reason] */
async function answer(card, action, reason) {
  const offer = Number(card.dataset.offer);
  /** @type {Answer} */
  const mine = { offer, action, reason, who, token, key: crypto.randomUUID?.() ?? String(Math.random()).slice(2) + Date.now(), until: card.dataset.until, about: card.querySelector("h2").textContent, words: { yes: words.yes, declined: words.declined } };
  lock(card, words.sending);
  const said = navigator.onLine ? await kept.sendAnswer(mine, token) : null;
  if (said?.status === "sign_in") return location.assign("/sign-in?next=/offers");
  if (said) {
    await kept.takeAnswer(offer).catch(() => {}); // an older answer that waited is not sent any more
    return tell(offer, said);
  }
  await kept.keepAnswer(mine);
  await navigator.serviceWorker?.ready.then((it) => it.sync?.register("answers")).catch(() => {});
  return waiting(mine);
}

/** @param {Answer} it */
function waiting(it) {
  const card = cardOf(it.offer);
  if (card) lock(card, kept.waits(it, words, document.documentElement.lang));
}

async function sendAll() {
  await kept.sendWaiting(who, token).catch(() => {});
  for (const it of await kept.answers()) {
    if (it.who !== who) continue;
    if (!it.said) waiting(it);
    else if (document.visibilityState === "visible" && (await kept.takeAnswer(it.offer))) await tell(it.offer, it.said);
  }
}

for (const card of cards) {
  for (const form of card.querySelectorAll("form")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (leaving) stop(); // the page was to be fetched anew: what comes of this answer is told here
      leaving = false;
      answering += 1;
      const decline = form.querySelector("select[name=reason]");
      await answer(card, decline ? "decline" : "accept", decline?.value).finally(() => (answering -= 1));
    });
  }
}

function network() {
  notice.hidden = navigator.onLine;
  if (navigator.onLine) sendAll();
}

addEventListener("online", network);
addEventListener("offline", network);
navigator.serviceWorker?.addEventListener("message", sendAll);
document.addEventListener("visibilitychange", () => {
  seen();
  if (document.visibilityState === "visible") sendAll();
});
network();
sendAll();
seen();
// A page that lies open asks again every 20 seconds, unless somebody is busy with it, waits for an answer or reads one.
setInterval(async () => {
  const waits = (await kept.answers()).some((it) => !it.said);
  if (waits) await sendAll();
  const quiet = navigator.onLine && document.visibilityState === "visible" && !document.querySelector("details[open]");
  if (!quiet || telling || answering || waits) return;
  leaving = true;
  location.reload();
}, 20000);
