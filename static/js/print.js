// The button that puts a page on paper, or in a PDF as the browser makes it; how it looks there is in the sheets.
for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
