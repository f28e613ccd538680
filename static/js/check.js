// Tries microphone, camera, loudspeaker and network before a conversation. Nothing leaves this browser.
const root = document.querySelector("[data-check]");
const words = Object.fromEntries([...root.querySelectorAll("[data-word]")].map((it) => [it.dataset.word, it.textContent]));
const GATHER_MS = 6000;
/** @type {MediaStream} */
let stream;
/** @type {AudioContext} */
let sound;

/** @param {string} what @param {string} word @param {boolean | null} good */
function say(what, word, good = null) {
  const line = root.querySelector(`[data-said=${what}]`);
  line.textContent = words[word];
  line.className = good === null ? "" : good ? "good" : "bad";
}

/** @param {string} kind */
async function choices(kind) {
  const box = root.querySelector(`[data-choose=${kind}]`), list = box.querySelector("select");
  const found = (await navigator.mediaDevices.enumerateDevices()).filter((it) => it.kind === kind);
  list.replaceChildren(...found.map((it) => new Option(it.label, it.deviceId)));
  box.hidden = found.length < 2;
}

async function devices() {
  stream?.getTracks().forEach((it) => it.stop());
  const chosen = (/** @type {string} */ kind) => root.querySelector(`[data-choose=${kind}] select`).value;
  const wish = (/** @type {string} */ kind) => (chosen(kind) ? { deviceId: { exact: chosen(kind) } } : true);
  const ask = (/** @type {MediaStreamConstraints} */ kinds) => navigator.mediaDevices.getUserMedia(kinds).catch(() => null);
  const audio = await ask({ audio: wish("audioinput") });
  const video = await ask({ video: wish("videoinput") });
  stream = new MediaStream([...(audio?.getTracks() ?? []), ...(video?.getTracks() ?? [])]);
  root.querySelector("video[data-preview]").srcObject = stream;
  say("camera", video ? "camera_ok" : "camera_no", Boolean(video));
  if (audio) listen();
  else say("microphone", "microphone_no", false);
}

/** Shows how loud the microphone hears, and says after a while that it hears nothing. */
function listen() {
  sound ??= new AudioContext();
  const ear = sound.createAnalyser(), meter = root.querySelector("meter[data-level]");
  sound.createMediaStreamSource(stream).connect(ear);
  const bits = new Float32Array(ear.fftSize), mine = stream;
  let heard = false, since = performance.now();
  say("microphone", "testing");
  (function look() {
    if (mine !== stream) return;
    ear.getFloatTimeDomainData(bits);
    const loud = Math.min(1, 4 * Math.sqrt(bits.reduce((sum, it) => sum + it * it, 0) / bits.length));
    meter.value = loud;
    if (!heard && loud > 0.02) { heard = true; say("microphone", "microphone_ok", true); }
    if (!heard && performance.now() - since > 5000) { since = Infinity; say("microphone", "microphone_silent", false); }
    requestAnimationFrame(look);
  })();
}

function tone() {
  sound ??= new AudioContext();
  const wave = sound.createOscillator(), volume = sound.createGain();
  wave.frequency.value = 660;
  volume.gain.setValueAtTime(0.2, sound.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + 1.2);
  wave.connect(volume).connect(sound.destination);
  wave.start();
  wave.stop(sound.currentTime + 1.2);
  root.querySelector("[data-heard]").hidden = false;
}

/** Whether a way of this kind is found. @param {"host" | "relay"} kind @param {RTCIceServer[]} iceServers @returns {Promise<boolean>} */
function finds(kind, iceServers) {
  const pc = new RTCPeerConnection({ iceServers, iceTransportPolicy: kind === "relay" ? "relay" : "all" });
  pc.createDataChannel("way");
  return new Promise((resolve) => {
    const end = (/** @type {boolean} */ found) => { pc.close(); resolve(found); };
    setTimeout(() => end(false), GATHER_MS);
    pc.onicecandidate = ({ candidate }) => {
      if (candidate?.type === kind || (kind === "host" && candidate?.protocol === "udp")) end(true);
    };
    pc.setLocalDescription().catch(() => end(false));
  });
}

async function network() {
  /** @type {RTCIceServer[]} */
  const servers = JSON.parse(root.dataset.ice);
  say("network", "testing");
  const way = await finds("host", servers);
  say("network", way ? "network_ok" : "network_no", way);
  if (!servers.some((it) => String(it.urls).includes("turn"))) return say("relay", "relay_none");
  say("relay", "testing");
  const relayed = await finds("relay", servers);
  return say("relay", relayed ? "relay_ok" : "relay_no", relayed);
}

const begin = root.querySelector("[data-begin]");
begin.addEventListener("click", async () => {
  begin.hidden = true;
  root.querySelector("[data-tests]").hidden = false;
  say("speaker", "speaker");
  network();
  await devices();
  await Promise.all(["audioinput", "videoinput"].map(choices));
});
for (const list of root.querySelectorAll("[data-choose] select")) list.addEventListener("change", devices);
root.querySelector("[data-tone]").addEventListener("click", tone);
root.querySelector("[data-heard]").addEventListener("click", () => say("speaker", "speaker_ok", true));
addEventListener("pagehide", () => stream?.getTracks().forEach((it) => it.stop()));
