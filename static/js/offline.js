// Without a network: what waits, until when that makes sense, and the agenda of the next days as it was kept.
const words = document.querySelector("[data-words]").dataset;
const lang = document.documentElement.lang;
const written = lang === "en" ? "en-GB" : lang; // as the server writes moments
const day = new Intl.DateTimeFormat(written, { weekday: "long", day: "numeric", month: "long", timeZone: "Europe/Brussels" });
const hour = new Intl.DateTimeFormat(written, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Europe/Brussels" });

/** @param {Element} parent @param {string} tag @param {string} text */
function line(parent, tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  parent.append(made);
  return made;
}

async function show() {
  const waiting = document.querySelector("[data-waiting]");
  for (const it of (await kept.answers()).filter((it) => !it.said)) {
    line(waiting, "li", `${it.about}: ${kept.waits(it, words, lang)}`);
  }
  /** @type {HTMLElement} */ (waiting.closest("section")).hidden = waiting.children.length === 0;
  const list = document.querySelector("[data-agenda]");
  for (const it of await kept.agenda()) {
    const box = line(list, "article", "");
    box.className = "sheet";
    const held = new Date(it.held_at);
    const hours = `${hour.format(held)} – ${hour.format(new Date(it.ends_at))}`;
    line(box, "h2", `${day.format(held)}, ${it.service === "translation" ? `${words.ready} ${hour.format(held)}` : hours}`);
    line(box, "p", `${it.what} · ${it.reference}`);
    const where = [it.street, it.municipality].filter(Boolean).join(", ");
    if (where) line(box, "p", where);
    if (it.phone) /** @type {HTMLAnchorElement} */ (line(box, "a", it.phone)).href = "tel:" + it.phone;
  }
  document.querySelector("[data-none]").hidden = list.children.length > 0;
}

// The page stands in the place of the one that was asked for: that one comes, unless an answer waits to be told of.
async function back() {
  const waits = (await kept.answers()).length > 0;
  if (waits) location.assign("/offers");
  else location.reload();
}

// The device says "online" before anything can be reached (and says nothing when only the server was away): only an
// answer of the server counts.
async function look() {
  if (navigator.onLine && (await fetch("/healthz", { cache: "no-store" }).catch(() => null))?.ok) await back();
}

show();
addEventListener("online", look);
setInterval(look, 3000);
document.querySelector("[data-again]").addEventListener("click", () => location.reload());
