// What a device keeps for an interpreter: answers that could not leave yet, and the agenda of the next days. Used by
// pages and by the service worker; one database, nothing in it that is not needed, all of it gone at signing out.
const KEEP = "tolkdienst";

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(work: IDBTransaction) => IDBRequest<T> | void} use
 * @returns {Promise<T>}
 */
function store(mode, use) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(KEEP, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("answers", { keyPath: "offer" });
      opening.result.createObjectStore("agenda", { keyPath: "id" });
    };
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const work = opening.result.transaction(["answers", "agenda"], mode);
      const asked = /** @type {IDBRequest<T>} */ (use(work));
      work.oncomplete = () => {
        opening.result.close();
        resolve(asked?.result);
      };
      work.onerror = work.onabort = () => reject(work.error);
    };
  });
}

/**
 * Does something to a kept answer if it is there and fits.
 * @param {number} offer
 * @param {(was: Answer) => boolean} fits
 * @param {(answers: IDBObjectStore) => void} act
 */
async function change(offer, fits, act) {
  let done = false;
  await store("readwrite", (work) => {
    const answers = work.objectStore("answers");
    const found = answers.get(offer);
    found.onsuccess = () => {
      done = Boolean(found.result) && fits(found.result);
      if (done) act(answers);
    };
  });
  return done;
}

/** @type {Kept} */
const kept = {
  answers: () => store("readonly", (it) => it.objectStore("answers").getAll()),
  keepAnswer: (answer) => store("readwrite", (it) => it.objectStore("answers").put(answer)),
  // A page and the service worker may both send and both tell: what was said is kept only while this very answer still
  // waits for it, and whoever takes it away is the one who tells it. Both resolve with whether it was so.
  keepSaid: (answer) => change(answer.offer, (was) => was.key === answer.key && !was.said, (all) => all.put(answer)),
  takeAnswer: (offer) => change(offer, () => true, (all) => all.delete(offer)),
  // Only what is still ahead is read; what is over goes.
  async agenda() {
    const now = new Date().toISOString();
    const all = await store("readonly", (it) => it.objectStore("agenda").getAll());
    const over = all.filter((it) => new Date(it.keep_until) < new Date(now));
    if (over.length) await store("readwrite", (it) => over.forEach((old) => it.objectStore("agenda").delete(old.id)));
    return all.filter((it) => !over.includes(it)).sort((a, b) => (a.held_at < b.held_at ? -1 : 1));
  },
  keepAgenda: (items) =>
    store("readwrite", (it) => {
      it.objectStore("agenda").clear();
      for (const item of items) it.objectStore("agenda").put(item);
    }),
  forgetAgenda: () => store("readwrite", (it) => it.objectStore("agenda").clear()),
  forget: () =>
    store("readwrite", (it) => {
      it.objectStore("agenda").clear();
      it.objectStore("answers").clear();
    }),
  sendAnswer,
  sendWaiting,
  waits,
};

/** Says that an answer waits, and until when that makes sense: the hour, and the day where it is not today.
    @type {Kept["waits"]} */
function waits(answer, words, lang) {
  const until = new Date(answer.until), zone = { timeZone: "Europe/Brussels" };
  const [its, ours] = [until, new Date()].map((it) => it.toLocaleDateString("en", zone));
  const text = until < new Date() ? words.late : answer.action === "accept" ? words.waitsYes : words.waitsNo;
  /** @type {Intl.DateTimeFormatOptions} */
  const shown = { ...zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(its !== ours && { weekday: "short", day: "numeric", month: "short" }) };
  return (text ?? "").replace("{until}", until.toLocaleString(lang === "en" ? "en-GB" : lang, shown));
}

/** Sends one answer under its own key: sent twice, it counts once. Returns what the server said; null: no network.
    @type {Kept["sendAnswer"]} */
async function sendAnswer(answer, token) {
  const head = { "Content-Type": "application/json", "Idempotency-Key": answer.key, "X-CSRFToken": token ?? answer.token ?? "" };
  const body = JSON.stringify(answer.action === "decline" ? { reason: answer.reason } : {});
  const address = `/api/v1/offers/${answer.offer}/${answer.action}`;
  const said = await fetch(address, { method: "POST", headers: head, body }).catch(() => null);
  if (!said || said.status >= 500 || said.status === 429) return null;
  const told = await said.json().catch(() => ({}));
  if (said.status === 401 || told.code === "csrf") return { status: "sign_in", text: told.title };
  if (!said.ok) return { status: "no", code: told.code, text: told.title };
  return { status: answer.action === "accept" ? "yes" : "declined", assignment: told.assignment?.id };
}

/** Sends everything that waits for this person; what was said is kept until somebody read it.
    @type {Kept["sendWaiting"]} */
async function sendWaiting(who, token) {
  const told = [];
  for (const answer of await kept.answers()) {
    if (answer.said || (who && answer.who !== who)) continue;
    const said = await sendAnswer(answer, token);
    if (!said || said.status === "sign_in") continue;
    answer.said = said;
    delete answer.token;
    if (await kept.keepSaid(answer)) told.push(answer);
  }
  return told;
}
