// Looks again at a part of a page that lies open, and shows what is true now. Somebody who is filling in a form there is
// not disturbed: it is said that something changed, and one tap shows it.
"use strict";

const EVERY_MS = 8000;
const policy = window.trustedTypes?.createPolicy("live", { createHTML: (html) => html });

/** @param {HTMLElement} region with data-url, data-version, data-changed, data-offline and data-show (words) */
function keepLive(region) {
  const notice = document.createElement("p");
  notice.className = "notice soon stale";
  notice.setAttribute("role", "status");
  notice.hidden = true;
  region.before(notice);
  let next = "";

  /** @param {string} words @param {boolean} canShow */
  function say(words, canShow) {
    notice.hidden = !words;
    notice.textContent = words + " ";
    if (!canShow) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.textContent = region.dataset.show ?? "";
    button.addEventListener("click", put);
    notice.append(button);
  }

  function put() {
    // This server's own words, parsed without running anything.
    const page = new DOMParser().parseFromString(policy ? policy.createHTML(next) : next, "text/html");
    region.replaceChildren(...page.body.childNodes);
    say("", false);
    region.dispatchEvent(new Event("live", { bubbles: true }));
  }

  function busy() {
    const at = document.activeElement;
    const typing = at && region.contains(at) && at.matches("input, select, textarea");
    return typing || region.querySelector("details[open]") !== null;
  }

  async function look() {
    if (document.visibilityState !== "visible") return;
    const head = { "If-None-Match": region.dataset.version ?? "", "X-Live": "1" };
    const answer = await fetch(region.dataset.url ?? "", { headers: head, redirect: "error" }).catch(() => null);
    if (!answer || answer.status >= 500) return say(region.dataset.offline ?? "", false);
    if (answer.status === 304) return notice.querySelector("button") ? undefined : say("", false);
    if (!answer.ok) return say(region.dataset.offline ?? "", false);
    next = await answer.text();
    region.dataset.version = answer.headers.get("ETag") ?? "";
    if (busy()) say(region.dataset.changed ?? "", true);
    else put();
  }

  setInterval(look, EVERY_MS);
  document.addEventListener("visibilitychange", look);
}

for (const region of document.querySelectorAll("[data-live-region]")) keepLive(region);
