// The desk's keyboard, and one request beside the list: its page is fetched, and the part that tells of it is shown here.
// Pages are made by this server's own templates; the parser below runs no script.
const ours = window.trustedTypes?.createPolicy("board", { createHTML: (html) => html });
/** @param {string} html */
const parsed = (html) => new DOMParser().parseFromString(ours ? ours.createHTML(html) : html, "text/html");
const side = document.querySelector("[data-side]");
const wide = matchMedia("(min-width: 75rem)");

/** @type {Desk} */
const desk = {
  parsed,
  wide: () => Boolean(side) && wide.matches,
  pane: () => document.querySelector("[data-pane]"),
  // Whoever is in a form here, at its button too, does not want it to change under her hands.
  busy: () => Boolean(side?.contains(document.activeElement) && document.activeElement?.closest("form")),
  async open(address, { focus = false } = {}) {
    const mine = (desk.asked = address);
    const answer = await fetch(address).catch(() => null);
    if (mine !== desk.asked) return;
    await desk.show(answer, address);
    if (focus) desk.pane()?.querySelector("h1")?.focus();
  },
  // Shows an answer of the server: the request as it is now, and what was said about it.
  async show(answer, address) {
    const page = answer ? parsed(await answer.text()) : null;
    const said = page ? [...page.querySelectorAll("main > [role=status] .notice, main > .notice, #errors, .error")] : [];
    const fresh = page?.querySelector("[data-pane]");
    if (fresh) side.replaceChildren(document.adoptNode(fresh));
    else if (address && answer) await desk.again(address);
    side.hidden = false;
    side.dataset.address = address;
    if (said.length) side.querySelector("[data-said]")?.replaceChildren(...said.map((it) => document.adoptNode(it)));
  },
  // Returns whether that is done; `yields`: not to somebody who came into a form meanwhile.
  async again(address, { yields = false } = {}) {
    const answer = await fetch(address).catch(() => null);
    const fresh = answer?.ok ? parsed(await answer.text()).querySelector("[data-pane]") : null;
    if (yields && desk.busy()) return false;
    if (fresh) keepPlace(() => side.replaceChildren(document.adoptNode(fresh)));
    return true;
  },
};

// What somebody opened stays open, where she was stays in sight, and the keyboard stays in the request.
/** @param {() => void} change */
function keepPlace(change) {
  const parts = () => [...side.querySelectorAll("details")].map((it) => ({ it, name: it.querySelector("summary").textContent }));
  const open = parts().filter(({ it }) => it.open).map(({ name }) => name);
  const [inside, top] = [side.contains(document.activeElement), side.scrollTop];
  change();
  for (const { it, name } of parts()) if (open.includes(name)) it.open = true;
  side.scrollTop = top;
  if (inside) side.querySelector("h1").focus({ preventScroll: true });
}

side?.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.method !== "post") return;
  event.preventDefault();
  const filled = /** @type {[string, string][]} */ ([...new FormData(form, event.submitter)]); // no form here takes files
  const body = new URLSearchParams(filled);
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  const answer = await fetch(form.getAttribute("action") ?? "", { method: "POST", body }).catch(() => null);
  if (!answer) {
    for (const button of form.querySelectorAll("button")) button.disabled = false;
    return;
  }
  await desk.show(answer, side.dataset.address);
  desk.pane()?.querySelector("h1")?.focus();
});

// What a link of this page leads to is shown, where it is folded away too.
document.addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest("a[href^='#']");
  const folded = link && document.getElementById(link.hash.slice(1))?.closest("details");
  if (folded) folded.open = true;
});

// Keys are ours only where nobody writes, and never with another key held down.
/** @param {EventTarget | null} target */
const writing = (target) => /** @type {Element} */ (target).closest?.("input:not([type=checkbox]), select, textarea, [contenteditable]");
const acts = new Set("aectn12345"); // the numbers: what helps most now

/** @param {string} key */
function act(key) {
  const place = desk.pane()?.querySelector(`[data-key="${key}"]`);
  if (!place) return false;
  if (place instanceof HTMLDetailsElement) place.open = true;
  const target = place.querySelector("select, textarea, button") ?? place.querySelector("a");
  target?.focus();
  target?.scrollIntoView({ block: "nearest" });
  return Boolean(target);
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape") {
    /** @type {HTMLElement | null} */ (document.activeElement)?.blur();
    window.dispatchEvent(new Event("desk:back"));
    return;
  }
  if (writing(event.target)) return;
  if (event.key === "/") {
    const box = document.querySelector("[role=search] input[type=search]");
    if (!box) location.assign("/desk/search");
    box?.focus();
    box?.select();
    event.preventDefault();
  } else if (event.key === "?") {
    const help = document.querySelector("details[data-keys]");
    if (help) {
      help.open = !help.open;
      if (help.open) help.querySelector("summary").focus();
      event.preventDefault();
    }
  } else if (acts.has(event.key) && act(event.key)) {
    event.preventDefault();
  }
});
