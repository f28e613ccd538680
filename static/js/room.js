// The room: who is there, what is shown, and how one comes back. WebRTC itself is in media.js, what is drawn in stage.js.
import { MediaConnection } from "./media.js";
import { Stage, words } from "./stage.js";

const root = document.querySelector("[data-room]");
/** @template {string} S @param {S} what */
const find = (what) => root.querySelector(what);
const csrf = document.querySelector("meta[name=csrf-token]").content;
const isVideo = root.dataset.kind === "video";
const ANSWER_MS = 8000, AGAIN_MS = 1000;

const conversation = Number(root.dataset.conversation) || null;
const socket = io("/room", {
  transports: ["websocket"], autoConnect: false, auth: conversation ? { conversation } : {},
  reconnectionDelay: 300, reconnectionDelayMax: 2000,
});
const stage = new Stage(root, { act: say, files: root.dataset.files });
/** @type {MediaConnection | null} */
let connection = null;
let joining = 0, over = false, soundOnly = false;
/** @type {Tracks} */
const tracks = { audio: null, video: null };
const on = { microphone: true, camera: isVideo, hand: false };

/** Ask something of the room; a refusal comes back as `error` with `says`. @type {Say} */
async function say(name, body = {}) {
  try {
    return await socket.timeout(ANSWER_MS).emitWithAck(name, body);
  } catch {
    return /** @type {RoomAnswer} */ ({ error: "unavailable" });
  }
}

// --- devices -----------------------------------------------------------------------------------------------------------

const quality = { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true }, video: { width: 1280, height: 720, frameRate: 30 } };

/** @param {Kind} kind */
async function device(kind) {
  try {
    const got = await navigator.mediaDevices.getUserMedia({ [kind]: quality[kind] });
    return got.getTracks()[0];
  } catch (refused) {
    if (kind === "audio") stage.trouble(/** @type {Error} */ (refused).name === "NotAllowedError" ? words.devices_denied : words.no_devices);
    return null;
  }
}

async function devices() {
  if (!tracks.audio) tracks.audio = await device("audio");
  if (isVideo && on.camera && !tracks.video) tracks.video = await device("video");
  on.camera = Boolean(tracks.video);
  on.microphone = on.microphone && Boolean(tracks.audio);
  stage.mine(tracks.video);
}

/** @param {Kind} kind */
function drop(kind) {
  tracks[kind]?.stop();
  tracks[kind] = null;
}

// --- coming in, and coming back ----------------------------------------------------------------------------------------

async function join() {
  const turn = ++joining;
  const current = () => turn === joining && !over;
  stage.line(words.connecting);
  const answer = await say("join");
  if (!current()) return;
  if (answer.error) return refused(answer, turn);
  stage.show(answer.room, answer.me);
  if (answer.me.status === "waiting") return stage.part("waiting");
  stage.part("stage");
  await open(answer.media, current);
}

/** @param {RoomAnswer} answer @param {number} turn */
function refused({ error = "", says }, turn) {
  if (["unavailable", "busy", "unexpected"].includes(error)) {
    stage.line(navigator.onLine ? (words[error] ?? words.lost) : words.offline);
    return setTimeout(() => turn === joining && socket.connected && join(), AGAIN_MS);
  }
  if (error === "room_closed") return finish();
  stop();
  stage.part("door");
  return stage.trouble(says ?? words.failed);
}

/** @param {RoomAnswer["media"]} media @param {() => boolean} current */
async function open({ joined, ice_servers: iceServers }, current) {
  connection?.close();
  /** @type {MediaConnection} */
  const mine = new MediaConnection({
    joined, iceServers, tracks: { audio: tracks.audio, video: soundOnly ? null : tracks.video },
    onStream: (who, stream) => mine === connection && stage.stream(who, stream),
    onState: (state) => mine === connection && changed(state),
    negotiate: async (step) => {
      const answer = await say("step", { generation: joined.generation, ...step });
      if (answer.error) throw new Error(answer.error);
      return answer.step ?? null;
    },
  });
  connection = mine;
  mine.mute("audio", !on.microphone);
  try {
    await mine.open();
    await tellState();
    await receive();
  } catch {
    if (current()) setTimeout(() => current() && join(), AGAIN_MS);
  }
}

/** @param {string} state */
function changed(state) {
  if (state === "connected") {
    stage.line("");
    say("connected");
  } else if (state === "lost") {
    stage.line(navigator.onLine ? words.lost : words.offline);
    if (socket.connected) join();
  }
}

const tellState = () => say("state", { muted: !on.microphone, camera_off: !on.camera || soundOnly });
const receive = () => say("receive", { video: !soundOnly, pinned: stage.large });

function stop() {
  over = true;
  joining += 1;
  connection?.close();
  connection = null;
  drop("audio");
  drop("video");
  socket.disconnect();
}

function finish() {
  stop();
  stage.part("ended");
}

socket.on("connect", join);
socket.on("disconnect", () => over || stage.line(navigator.onLine ? words.lost : words.offline));
socket.on("connect_error", () => over || socket.active || (stop(), stage.away(words.removed, false)));
socket.on("room", (room) => stage.show(room));
socket.on("admitted", join);
socket.on("rejoin", join);
socket.on("streams", (streams) => connection?.streams(streams));
socket.on("negotiate", (step) => connection?.negotiated(step).catch(() => {}));
socket.on("talking", ({ who, talking }) => stage.talking(who, talking));
socket.on("quality", ({ state }) => stage.line(words[state] ?? ""));
socket.on("chat", ({ who, text }) => stage.chat(who, text));
socket.on("mute_asked", () => stage.ask(words.mute_asked, [[words.mute_now, () => on.microphone && toggle.microphone()], [words.keep_on, () => {}]]));
socket.on("closed", ({ status }) => {
  if (status === "ended") return finish();
  stop();
  // Whoever asked goes on waiting where the search is told of.
  if (root.dataset.role === "requester") return location.assign(root.dataset.back);
  return stage.away(words.called_off, false);
});
socket.on("removed", () => { stop(); stage.away(words.removed, false); });
socket.on("taken_over", () => { stop(); stage.away(words.taken, true); });
addEventListener("online", () => !over && socket.connected && connection && join());
navigator.connection?.addEventListener("change", () => !over && socket.connected && connection && navigator.onLine && join());
addEventListener("pagehide", () => { if (!over && socket.connected) socket.disconnect(); });

// --- what one can do ---------------------------------------------------------------------------------------------------

/** @type {Record<string, () => Promise<void>>} */
const toggle = {
  async microphone() {
    if (!tracks.audio) {
      tracks.audio = await device("audio");
      if (!tracks.audio) return;
      await connection?.replace("audio", tracks.audio);
      on.microphone = true;
    } else on.microphone = !on.microphone;
    connection?.mute("audio", !on.microphone);
    tellState();
  },
  async camera() {
    if (on.camera) drop("video");
    else tracks.video = await device("video");
    on.camera = Boolean(tracks.video);
    stage.mine(tracks.video);
    if (on.camera && soundOnly) await toggle["sound-only"]();
    await connection?.replace("video", tracks.video);
    tellState();
  },
  async hand() {
    on.hand = !on.hand;
    await say("state", { hand: on.hand });
  },
  async "sound-only"() {
    soundOnly = !soundOnly;
    if (soundOnly && on.camera) {
      drop("video");
      on.camera = false;
      stage.mine(null);
      await connection?.replace("video", null);
    }
    stage.soundOnly(soundOnly);
    receive();
    tellState();
    stage.buttons({ ...on, "sound-only": soundOnly });
  },
};
for (const button of root.querySelectorAll("[data-toggle]")) {
  button.addEventListener("click", async () => {
    await toggle[button.dataset.toggle]();
    stage.buttons({ ...on, "sound-only": soundOnly });
  });
}

const door = find("button[data-enter]");
async function enter() {
  over = false;
  soundOnly = Boolean(find("input[data-sound-only]")?.checked);
  on.camera = isVideo && !soundOnly;
  door.disabled = true;
  await devices();
  stage.buttons({ ...on, "sound-only": soundOnly });
  stage.soundOnly(soundOnly);
  door.disabled = false;
  if (socket.connected) join();
  else socket.connect();
}

door.addEventListener("click", enter);
door.disabled = false; // until now a tap would have done nothing
find("[data-again]").addEventListener("click", enter);
find("[data-end]")?.addEventListener("click", async () => {
  const answer = await say("end");
  if (answer.error) stage.trouble(answer.says ?? words.failed);
});
for (const button of root.querySelectorAll("[data-leave]")) {
  button.addEventListener("click", async () => {
    await say("leave");
    stop();
    stage.away(words.left, true);
  });
}
stage.onLarge = () => connection && receive();

// --- a document, and guests --------------------------------------------------------------------------------------------

/** @param {string} address @param {FormData} body */
async function post(address, body) {
  const head = { "X-CSRFToken": csrf, Accept: "application/json" };
  const answer = await fetch(address, { method: "POST", headers: head, body }).catch(() => null);
  if (answer?.ok) return answer.json();
  const problem = answer ? await answer.json().catch(() => ({})) : {};
  return { error: problem.code ?? "unavailable", says: problem.title ?? words.failed };
}

/** @param {FormData} body */
async function share(body) {
  const trouble = find("[data-leaf-trouble]");
  trouble.textContent = "";
  const answer = await post(root.dataset.files, body);
  if (answer.error) trouble.textContent = answer.says;
  else stage.panel(null);
}
for (const button of root.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => {
    const body = new FormData();
    body.set("document_id", button.dataset.show);
    share(body);
  });
}
const leaf = find("input[data-leaf]");
leaf?.addEventListener("change", () => {
  const [file] = leaf.files ?? [];
  if (!file) return;
  const body = new FormData();
  body.set("file", file);
  share(body);
  leaf.value = "";
});
const invite = find("form[data-invite]");
invite?.addEventListener("change", () => {
  find("[data-to]").hidden = invite.querySelector("select[name=channel]").value === "show";
});
invite?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const trouble = find("[data-invite-trouble]"), body = new FormData(invite);
  body.delete("_once");
  const answer = await post(root.dataset.guests, body);
  trouble.textContent = answer.says ?? "";
  find("[data-link]").hidden = Boolean(answer.error);
  if (!answer.error) {
    find("[data-link-text]").textContent = answer.link;
    if (answer.sent) stage.note(words.sent);
    invite.reset();
    find("[data-to]").hidden = true;
  }
});
find("[data-copy]")?.addEventListener("click", async () => {
  await navigator.clipboard.writeText(find("[data-link-text]").textContent);
  stage.note(words.copied);
});
