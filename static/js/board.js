// Keeps the board live: every change comes as a whole row, in order of urgency; after a gap the page is fetched anew.
const table = document.querySelector("[data-board]");
const body = table.tBodies[0];
const live = document.querySelector("[data-live]");
const announce = document.querySelector("[data-announce]");
const empty = document.querySelector("[data-empty]");
const board = io("/board", { transports: ["websocket"] });
let connectedBefore = false;

// Rows are made by this server's own templates; the parser below runs no script.
const parser = new DOMParser();
const ours = window.trustedTypes?.createPolicy("board", { createHTML: (html) => html });
function rowFrom(html) {
  const page = "<table><tbody>" + html + "</tbody></table>";
  return parser.parseFromString(ours ? ours.createHTML(page) : page, "text/html").querySelector("tr");
}

function place(row) {
  const after = [...body.rows].find((it) => it.id !== row.id && it.dataset.stop > row.dataset.stop);
  body.insertBefore(row, after ?? null);
}

board.on("connect", async () => {
  live.hidden = false;
  live.textContent = table.dataset.on;
  if (connectedBefore) location.reload();
  connectedBefore = true;
});
board.on("disconnect", () => {
  live.textContent = table.dataset.off;
});
board.on("changed", ({ id, html }) => {
  const old = document.getElementById("request-" + id);
  if (!html) {
    old?.remove();
  } else {
    const row = document.adoptNode(rowFrom(html));
    row.classList.add("fresh");
    setTimeout(() => row.classList.remove("fresh"), 3000);
    if (!old && row.dataset.urgency === "now") announce.textContent = table.dataset.new + " " + row.innerText;
    old?.remove();
    place(row);
  }
  empty.hidden = body.rows.length > 0;
});
