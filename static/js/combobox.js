// A field that finds while somebody types: a list below it, by arrows or by touch. Without this script: a datalist.
"use strict";

/** @typedef {{code: string, name: string, own: string, tag: string}} Found */

/** @param {HTMLElement} box */
function makeCombobox(box) {
  const input = box.querySelector("input");
  const address = /** @type {HTMLElement} */ (input.form).dataset.languagesUrl;
  const list = document.createElement("ul");
  let at = -1;
  let asked = 0;
  let waiting = 0;

  list.id = input.id + "-found";
  list.className = "found";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels?.[0]?.textContent ?? "");
  input.removeAttribute("list");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  input.autocomplete = "off";
  input.after(list);

  function close() {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  /** @param {Element} option */
  function choose(option) {
    input.value = /** @type {HTMLElement} */ (option).dataset.name ?? "";
    close();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
    asked++;
    clearTimeout(waiting);
  }

  /** @param {Found} it @param {number} n */
  function line(it, n) {
    const option = document.createElement("li");
    const name = document.createElement("span");
    const own = document.createElement("bdi");
    option.id = list.id + n;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.name = it.name;
    name.textContent = it.name;
    own.textContent = it.own;
    own.lang = it.tag;
    own.className = "own";
    option.append(name, own);
    option.addEventListener("pointerdown", (event) => event.preventDefault());
    option.addEventListener("click", () => choose(option));
    return option;
  }

  async function look() {
    const words = input.value.trim();
    const mine = ++asked;
    if (words.length < 2) return close();
    const answer = await fetch(address + "?q=" + encodeURIComponent(words)).catch(() => null);
    if (mine !== asked || !answer?.ok) return;
    const found = /** @type {Found[]} */ (await answer.json());
    if (mine !== asked || document.activeElement !== input) return;
    list.replaceChildren(...found.map(line));
    list.hidden = found.length === 0;
    at = -1;
    input.setAttribute("aria-expanded", String(found.length > 0));
  }

  /** @param {number} step */
  function move(step) {
    const options = [...list.children];
    options[at]?.setAttribute("aria-selected", "false");
    at = (at + step + options.length) % options.length;
    options[at].setAttribute("aria-selected", "true");
    options[at].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[at].id);
  }

  input.addEventListener("input", (event) => {
    if (!event.isTrusted) return;
    clearTimeout(waiting);
    waiting = setTimeout(look, 120);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(at < 0 ? 0 : -1);
    else if (event.key === "Enter") choose(list.children[Math.max(at, 0)]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}

for (const box of document.querySelectorAll("[data-combobox]")) makeCombobox(box);
