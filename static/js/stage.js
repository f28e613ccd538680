// What is drawn of a room. Everything that is shown is put in as text: nothing here reads markup.
const root = document.querySelector("[data-room]");
export const words = Object.fromEntries([...root.querySelectorAll("[data-word]")].map((it) => [it.dataset.word, it.textContent]));
/** @param {string} text @param {Record<string, string | number>} values */
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

export class Stage {
  /** Whose picture is large because somebody tapped it; null: the interpreter's. @type {string | null} */
  pinned = null;
  /** Whose picture is large now: the engine gives it up last. @type {string | null} */
  large = null;
  onLarge = () => {};
  #root; #act; #files; #me; #rights;
  /** @type {Room} */
  #room = { people: [], invited: [], shown: null, began_at: null };
  /** @type {Map<string, HTMLElement>} */
  #tiles = new Map();
  /** @type {Map<string, MediaStream>} */
  #streams = new Map();
  /** @type {MediaStream | null} */
  #own = null;
  #ownHidden = false;
  #withoutPicture = false;
  #unread = 0;
  #note = 0;

  /** @param {Ours<HTMLElement>} root @param {{act: Say, files: string}} how */
  constructor(root, { act, files }) {
    this.#root = root;
    this.#act = act;
    this.#files = files;
    this.#me = root.dataset.me;
    this.#rights = new Set(root.dataset.rights.split(" "));
    setInterval(() => this.#tick(), 1000);
    for (const button of root.querySelectorAll("[data-opens]")) {
      button.addEventListener("click", () => this.panel(button.dataset.opens));
    }
    for (const button of root.querySelectorAll("[data-close-panel]")) button.addEventListener("click", () => this.panel(null));
    for (const button of root.querySelectorAll("[data-turn]")) {
      button.addEventListener("click", () => {
        const { shown } = this.#room;
        if (shown) act("page", { page: Math.max(1, shown.page + Number(button.dataset.turn)) });
      });
    }
    const page = this.#find("img[data-page]");
    page.addEventListener("load", () => page.classList.remove("loading"));
    this.#find("[data-unshare]").addEventListener("click", () => act("unshare"));
    this.#find("[data-chat]")?.addEventListener("submit", (event) => this.#send(event));
    root.addEventListener("keydown", (event) => event.key === "Escape" && this.panel(null));
  }

  /** @template {string} S @param {S} what */
  #find(what) {
    return this.#root.querySelector(what);
  }

  /** Show one part of the page: door, waiting, stage, ended, away. @param {string} name */
  part(name) {
    for (const it of this.#root.querySelectorAll("[data-part]")) it.hidden = it.dataset.part !== name;
    this.#root.classList.toggle("live", name === "stage");
    const invitation = this.#find("[data-invite-box]"); // one form, at the door and inside
    if (invitation) this.#find(`[data-invite-slot=${name}]`)?.append(invitation);
    this.#find(`[data-part=${name}] h1`)?.focus();
  }

  /** @param {string} text @param {boolean} mayReturn */
  away(text, mayReturn) {
    this.#find("[data-away]").textContent = text;
    this.#find("[data-again]").hidden = !mayReturn;
    this.part("away");
  }

  /** @param {string} text */
  trouble(text) {
    const line = this.#find("[data-trouble]");
    line.textContent = text;
    line.hidden = !text;
    if (this.#root.classList.contains("live")) this.note(text);
  }

  /** @param {string} text */
  line(text) {
    for (const it of this.#root.querySelectorAll("[data-line]")) it.textContent = text;
  }

  /** Say something for a few seconds. @param {string} text */
  note(text) {
    clearTimeout(this.#note);
    this.line(text);
    this.#note = setTimeout(() => this.line(""), 6000);
  }

  /** Ask something, with a button per answer: [words, what to do]. @param {string} text @param {[string, () => void][]} answers */
  ask(text, answers) {
    const box = document.createElement("div");
    box.className = "notice soon ask";
    const said = document.createElement("p");
    said.textContent = text;
    box.append(said, ...answers.map(([label, act]) => this.#button(label, () => { box.remove(); act(); })));
    this.#find("[data-asks]").append(box);
  }

  /** Open a panel, or close the one that is open. @param {string | null} name */
  panel(name) {
    for (const it of this.#root.querySelectorAll("[data-panel]")) {
      const wasOpen = !it.hidden;
      it.hidden = it.dataset.panel !== name || wasOpen;
      const opener = this.#find(`[data-opens=${it.dataset.panel}]`);
      opener?.setAttribute("aria-expanded", String(!it.hidden));
      if (!it.hidden) (it.querySelector("input:not([type=hidden]), button, select") ?? it).focus();
      else if (wasOpen && name === null) opener?.focus();
    }
    if (name === "chat") this.#count(0);
  }

  /** @param {Record<string, boolean>} on */
  buttons(on) {
    for (const button of this.#root.querySelectorAll("[data-toggle]")) {
      button.setAttribute("aria-pressed", String(Boolean(on[button.dataset.toggle])));
    }
  }

  /** @param {boolean} yes */
  soundOnly(yes) {
    this.#withoutPicture = yes;
    this.#draw();
  }

  // --- what the room tells ---------------------------------------------------------------------------------------------

  /** @param {Room} room @param {{key: string}} [me] */
  show(room, me) {
    if (me) this.#me = me.key;
    const before = this.#room;
    this.#room = room;
    for (const person of room.people) {
      const was = before.people.find((it) => it.key === person.key);
      if (person.hand && was && !was.hand && person.key !== this.#me) this.note(fill(words.raised, { who: this.#called(person) }));
    }
    this.#draw();
    this.#drawDocument();
    this.#drawDoor();
    this.#drawPeople();
  }

  /** @param {string} who @param {MediaStream | null} stream */
  stream(who, stream) {
    if (stream) this.#streams.set(who, stream);
    else this.#streams.delete(who);
    this.#draw();
  }

  /** @param {MediaStreamTrack | null} track */
  mine(track) {
    this.#own = track ? new MediaStream([track]) : null;
    const preview = this.#find("video[data-preview]");
    if (preview) preview.srcObject = this.#own;
    const box = this.#find("[data-preview-box]");
    if (box) box.hidden = !this.#own;
    this.#draw();
  }

  /** @param {string} who @param {boolean} talking */
  talking(who, talking) {
    this.#tiles.get(who)?.classList.toggle("talking", talking);
  }

  /** @param {string} who @param {string} text */
  chat(who, text) {
    const list = this.#find("[data-messages]");
    if (!list) return;
    const line = document.createElement("li"), name = document.createElement("b"), said = document.createElement("span");
    const person = this.#room.people.find((it) => it.key === who);
    name.textContent = who === this.#me ? words.you : person ? this.#called(person) : "";
    said.textContent = text;
    said.dir = "auto";
    line.append(name, " ", said);
    list.append(line);
    line.scrollIntoView({ block: "nearest" });
    if (this.#find("[data-panel=chat]").hidden) this.#count(this.#unread + 1);
  }

  // --- drawing ---------------------------------------------------------------------------------------------------------

  /** @param {Person} person */
  #called(person) {
    return person.key === this.#me ? words.you : person.name || words[person.role];
  }

  /** @param {Person} person */
  #signs(person) {
    const signs = [];
    if (person.name && person.key !== this.#me) signs.push(words[person.role]);
    if (person.hand) signs.push("✋ " + words.hand);
    if (person.muted) signs.push(words.muted);
    return signs.join(" · ");
  }

  /** Who is large: whom one tapped, else the interpreter; for her, the one she came for. @param {Person[]} inside */
  #largest(inside) {
    const others = inside.filter((it) => it.key !== this.#me);
    const order = ["interpreter", "client", "requester", "third_party", "coordinator"];
    return others.find((it) => it.key === this.pinned) ?? order.map((role) => others.find((it) => it.role === role)).find(Boolean) ?? null;
  }

  #draw() {
    const inside = this.#room.people.filter((it) => it.inside);
    const large = this.#largest(inside), strip = this.#find("[data-strip]"), space = this.#find("[data-large]");
    for (const [key, tile] of this.#tiles) {
      if (!inside.some((it) => it.key === key)) {
        tile.remove();
        this.#tiles.delete(key);
      }
    }
    for (const person of inside) {
      const tile = this.#tiles.get(person.key) ?? this.#tile(person);
      const place = person === large ? space : strip;
      if (tile.parentElement !== place) place.append(tile);
      this.#fill(tile, person);
    }
    space.dataset.alone = large ? "" : words.alone;
    if (large && large.key !== this.large) {
      this.large = large.key;
      this.onLarge();
    }
    this.#find("[data-views]").classList.toggle("with-paper", Boolean(this.#room.shown));
  }

  /** @param {Person} person */
  #tile(person) {
    const tile = /** @type {HTMLElement} */ (this.#find("template[data-tile]").content.querySelector("figure").cloneNode(true));
    tile.dataset.who = person.key;
    tile.dataset.role = person.role;
    const own = person.key === this.#me;
    tile.classList.toggle("own", own);
    if (own) {
      const hide = this.#button(words.hide_me, () => {
        this.#ownHidden = !this.#ownHidden;
        hide.textContent = this.#ownHidden ? words.show_me : words.hide_me;
        tile.classList.toggle("folded", this.#ownHidden);
      });
      tile.querySelector("figcaption").append(hide);
    } else {
      tile.querySelector("figcaption").append(this.#button(words.pin, () => {
        this.pinned = this.pinned === person.key ? null : person.key;
        this.#draw();
      }));
    }
    this.#tiles.set(person.key, tile);
    return tile;
  }

  /** @param {HTMLElement} tile @param {Person} person */
  #fill(tile, person) {
    const own = person.key === this.#me;
    const stream = own ? this.#own : this.#streams.get(person.key) ?? null;
    // Sound has an element of its own: one element would wait for the first picture before it lets anything be heard.
    for (const element of tile.querySelectorAll(own ? "video" : "video, audio")) {
      if (element.srcObject === stream) continue;
      element.srcObject = stream;
      if (stream) element.play().catch(() => {});
    }
    tile.classList.toggle("pinned", this.pinned === person.key);
    const picture = Boolean(stream?.getVideoTracks().length) && !person.camera_off && !(this.#withoutPicture && !own);
    tile.classList.toggle("blind", !picture);
    tile.dataset.initial = this.#called(person).slice(0, 1).toUpperCase();
    tile.querySelector("[data-name]").textContent = this.#called(person);
    tile.querySelector("[data-signs]").textContent = this.#signs(person);
  }

  #drawDocument() {
    const shown = this.#room.shown, figure = this.#find("[data-document]"), page = this.#find("img[data-page]");
    figure.hidden = !shown;
    if (!shown) {
      page.removeAttribute("src");
      return;
    }
    const address = `${this.#files}/${shown.file}?page=${shown.page}`;
    if (page.getAttribute("src") !== address) {
      page.src = address;
      page.classList.add("loading"); // until the new page is there, the old one is only a shadow of itself
    }
    const number = fill(words.page_of, shown);
    page.alt = number;
    this.#find("[data-page-number]").textContent = number;
    const turns = shown.by === this.#me;
    for (const button of figure.querySelectorAll("button[data-turn]")) {
      const to = shown.page + Number(button.dataset.turn);
      button.hidden = !turns || shown.pages === 1;
      button.disabled = to < 1 || to > shown.pages;
    }
    this.#find("[data-unshare]").hidden = !turns && !this.#rights.has("end");
  }

  /** Who waits at the door, with what one may do about it. */
  #drawDoor() {
    const box = this.#find("[data-asks]");
    const waiting = this.#rights.has("admit") ? this.#room.people.filter((it) => !it.inside) : [];
    for (const old of box.querySelectorAll("[data-waits]")) {
      if (!waiting.some((it) => it.key === old.dataset.waits)) old.remove();
    }
    for (const person of waiting) {
      if (box.querySelector(`[data-waits="${CSS.escape(person.key)}"]`)) continue;
      const line = document.createElement("div"), said = document.createElement("p");
      line.className = "notice soon ask";
      line.dataset.waits = person.key;
      said.textContent = fill(words.waits, { who: this.#called(person) });
      line.append(said, this.#button(words.admit, () => this.#act("admit", { who: person.key }), "primary"),
        this.#button(words.refuse, () => this.#act("remove", { who: person.key })));
      box.append(line);
    }
  }

  #drawPeople() {
    const list = this.#find("[data-people]");
    if (!list) return;
    const lines = this.#room.people.filter((it) => it.inside).map((person) => {
      const line = this.#line(this.#called(person), this.#signs(person));
      if (person.key === this.#me) return line;
      if (!person.muted) line.append(this.#button(words.ask_mute, () => this.#act("ask_mute", { who: person.key })));
      if (["client", "third_party"].includes(person.role)) line.append(this.#button(words.remove, () => this.#act("remove", { who: person.key })));
      return line;
    });
    const asked = this.#room.invited.map((it) => {
      const line = this.#line(it.name || words[it.role], words.invited);
      line.append(this.#button(words.take_back, () => this.#act("remove", { who: it.key })));
      return line;
    });
    list.replaceChildren(...lines, ...asked);
  }

  /** @param {string} name @param {string} signs */
  #line(name, signs) {
    const line = document.createElement("li"), called = document.createElement("b");
    called.textContent = name;
    line.append(called, ` ${signs} `);
    return line;
  }

  /** @param {string} label @param {() => void} act */
  #button(label, act, kind = "secondary") {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `button small ${kind}`;
    button.textContent = label;
    button.addEventListener("click", act);
    return button;
  }

  /** @param {number} unread */
  #count(unread) {
    this.#unread = unread;
    const badge = this.#find("[data-unread]");
    badge.textContent = String(unread);
    badge.hidden = !unread;
  }

  /** @param {SubmitEvent} event */
  async #send(event) {
    event.preventDefault();
    const field = this.#find("[data-chat] input[name=text]");
    const text = field.value.trim();
    if (!text) return;
    const answer = await this.#act("chat", { text });
    if (answer.error) this.note(answer.says ?? words.failed);
    else field.value = "";
  }

  #tick() {
    const timer = this.#find("time[data-timer]");
    timer.hidden = !this.#room.began_at;
    if (!this.#room.began_at) return;
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(this.#room.began_at)) / 1000));
    const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
    timer.textContent = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    timer.dateTime = `PT${seconds}S`;
  }
}
