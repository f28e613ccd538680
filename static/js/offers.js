// Tells the server that the offers were seen, keeps the page fresh, and says so when there is no network.
const token = document.querySelector("meta[name=csrf-token]").content;
const notice = document.querySelector("[data-offline]");
const shown = document.querySelectorAll(".offer").length;

function seen() {
  if (document.visibilityState !== "visible" || !shown) return;
  fetch("/offers/seen", { method: "POST", headers: { "X-CSRFToken": token } }).catch(() => {});
}

function network() {
  notice.hidden = navigator.onLine;
  for (const button of document.querySelectorAll(".offer button")) button.disabled = !navigator.onLine;
}

addEventListener("online", network);
addEventListener("offline", network);
document.addEventListener("visibilitychange", seen);
network();
seen();
// A page that lies open asks again every 20 seconds, unless a form is being filled in.
setInterval(() => {
  if (navigator.onLine && document.visibilityState === "visible" && !document.querySelector("details[open]")) location.reload();
}, 20000);
