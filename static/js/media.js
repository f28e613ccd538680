/* Sound and picture of one browser in one room: WebRTC without any page around it.

   import { MediaConnection } from "./media.js";

   const connection = new MediaConnection({
     joined,          // what the engine's join returned: {offers_on, slots, generation, epoch}
     iceServers,      // [{urls, username, credential}, ...]
     negotiate,       // async (step) => step or null; step = {pc, kind, body}: carries a step to the engine
     tracks,          // {audio, video}: MediaStreamTracks to send, each may be missing or null
     onStream,        // (participant, MediaStream or null): who is to be heard and seen, and again with the same
                      // stream when its picture begins (an element that waits for a picture lets nothing be heard
                      // before it: so there is no video track until there are pictures); null: no more
     onState,         // (state): "connecting", "connected", "lost" (2.5 s without a packet), "closed"
   });
   await connection.open();
   connection.streams(facts.streams);      // at every STREAMS event of the engine for this participant
   await connection.negotiated(facts);     // at every NEGOTIATE event: {pc, kind, body}
   connection.mute("audio", true);         // sends silence or black; never negotiates
   await connection.replace("video", track or null);
   await connection.restart();             // another network: ICE anew, where the engine takes it ("main" only)
   const numbers = await connection.stats();  // see `stats` below
   connection.close();

   After "lost" whoever holds the connection decides: `restart()`, or join again and open a new connection, closing this
   one once the other is "connected". With slots (`offers_on` "main") one offer is made and nothing is ever negotiated
   again; otherwise this side offers what it sends on "publish" and answers what comes on "subscribe". */

const LOST_MS = 2500, LOOK_MS = 500, LOOK_CLOSELY_MS = 100, AWAITED_MS = 5000;
const START_BITRATE = 1_200_000;
/** @type {Kind[]} */
const KINDS = ["audio", "video"];

export class MediaConnection {
  #options;
  /** @type {Map<Pc, RTCPeerConnection>} */
  #pcs = new Map();          // "main" | "publish" | "subscribe" -> RTCPeerConnection
  /** @type {Partial<Record<Kind, RTCRtpSender>>} */
  #senders = {};
  /** @type {Place[]} */
  #wanted = [];              // the last STREAMS
  /** @type {Map<string, MediaStream>} */
  #shown = new Map();        // by participant
  #muted = { audio: false, video: false };
  #state = "new";
  #timer = 0;
  /** @type {Map<MediaStreamTrack, {from: string, given: number, before: number | null, moving: boolean}>} */
  #pictures = new Map();     // by video track; `given`: when, `before`: pictures decoded by then
  #received = -1;
  #receivedAt = 0;
  /** @type {Promise<unknown>} */
  #steps = Promise.resolve(); // negotiations, one after the other

  /** @param {MediaOptions} options */
  constructor(options) {
    this.#options = options;
  }

  get state() {
    return this.#state;
  }

  async open() {
    this.#become("connecting");
    const { joined, tracks = {} } = this.#options;
    const pc = this.#pc(joined.offers_on);
    for (const kind of KINDS) {
      const track = tracks[kind];
      const transceiver = pc.addTransceiver(track || kind, {
        direction: "sendonly",
        sendEncodings: kind === "video" ? [{ maxBitrate: START_BITRATE }] : undefined,
      });
      this.#senders[kind] = transceiver.sender;
      if (track) track.enabled = !this.#muted[kind];
    }
    for (let slot = 0; slot < joined.slots; slot += 1) {
      pc.addTransceiver("audio", { direction: "recvonly" });
      pc.addTransceiver("video", { direction: "recvonly" });
    }
    this.#receivedAt = performance.now();
    this.#look();
    await this.#inTurn(() => this.#offer(joined.offers_on));
  }

  /** Take what the engine says of whose streams are where. @param {Place[]} list */
  streams(list) {
    this.#wanted = list;
    this.#show();
  }

  /** Take a step of the engine's own: an offer on a connection of its own, an answer, or a candidate. @param {Step} step */
  negotiated(step) {
    return this.#inTurn(async () => {
      const pc = this.#pc(step.pc);
      if (step.kind === "candidate") {
        await pc.addIceCandidate(step.body ? JSON.parse(step.body) : null);
      } else {
        await pc.setRemoteDescription({ type: step.kind, sdp: step.body });
        if (step.kind === "offer") {
          await this.#options.negotiate({ pc: step.pc, kind: "answer", body: await described(pc) });
        }
      }
      this.#show();
    });
  }

  /** @param {Kind} kind @param {boolean} muted */
  mute(kind, muted) {
    this.#muted[kind] = muted;
    const track = this.#senders[kind] && this.#senders[kind].track;
    if (track) track.enabled = !muted;
  }

  /** @param {Kind} kind @param {MediaStreamTrack | null} track */
  async replace(kind, track) {
    if (track) track.enabled = !this.#muted[kind];
    await this.#senders[kind]?.replaceTrack(track);
  }

  restart() {
    const name = this.#options.joined.offers_on;
    return this.#inTurn(async () => {
      this.#pc(name).restartIce();
      await this.#offer(name);
    });
  }

  /** Return {rttMs, lossPercent, out: {kbps-free counters}, from: {participant: counters}}.

     Counters grow from the beginning: bytes, packets, lost, framesDecoded, freezes, freezeSeconds, audioEnergy; fps,
     width and height are of now. Two readings make a rate. */
  async stats() {
    const whose = new Map();
    for (const entry of this.#wanted) {
      if (!entry.from) continue;
      whose.set(`${entry.pc} ${entry.audio_mid}`, entry.from);
      whose.set(`${entry.pc} ${entry.video_mid}`, entry.from);
    }
    /** @type {Numbers} */
    const numbers = { rttMs: null, lossPercent: 0, out: {}, from: {} };
    let packets = 0, lost = 0;
    for (const [name, pc] of this.#pcs) {
      for (const report of (await pc.getStats()).values()) {
        if (report.type === "candidate-pair" && report.nominated && report.currentRoundTripTime !== undefined) {
          numbers.rttMs = Math.max(numbers.rttMs || 0, report.currentRoundTripTime * 1000);
        } else if (report.type === "outbound-rtp") {
          numbers.out[report.kind] = outgoing(report);
        } else if (report.type === "inbound-rtp") {
          packets += report.packetsReceived;
          lost += report.packetsLost;
          const from = whose.get(`${name} ${report.mid}`);
          if (from) (numbers.from[from] ||= {})[report.kind] = incoming(report);
        }
      }
    }
    numbers.lossPercent = packets + lost > 0 ? (100 * lost) / (packets + lost) : 0;
    return numbers;
  }

  close() {
    if (this.#state === "closed") return;
    clearTimeout(this.#timer);
    for (const pc of this.#pcs.values()) {
      pc.onconnectionstatechange = pc.ontrack = pc.onicecandidate = null;
      pc.close();
    }
    for (const participant of [...this.#shown.keys()]) this.#hide(participant);
    this.#become("closed");
  }

  /** @param {Pc} name */
  #pc(name) {
    const known = this.#pcs.get(name);
    if (known) return known;
    const pc = new RTCPeerConnection({
      iceServers: this.#options.iceServers || [],
      iceTransportPolicy: this.#options.iceTransportPolicy || "all",
      bundlePolicy: "max-bundle",
      rtcpMuxPolicy: "require",
    });
    this.#pcs.set(name, pc);
    pc.onconnectionstatechange = () => this.#connected(pc);
    pc.ontrack = () => this.#show();
    if (name !== "main") { // with slots the engine learns where we are from our checks
      pc.onicecandidate = ({ candidate }) => {
        const body = candidate ? JSON.stringify(candidate) : "";
        this.#options.negotiate({ pc: name, kind: "candidate", body }).catch(() => {});
      };
    }
    return pc;
  }

  /** @param {Pc} name */
  async #offer(name) {
    const pc = this.#pc(name);
    const answer = await this.#options.negotiate({ pc: name, kind: "offer", body: await described(pc) });
    if (answer && this.#state !== "closed") {
      await pc.setRemoteDescription({ type: "answer", sdp: answer.body });
      this.#show();
    }
  }

  /** @param {() => Promise<void>} work */
  #inTurn(work) {
    const done = this.#steps.then(() => (this.#state === "closed" ? undefined : work()));
    this.#steps = done.catch(() => {});
    return done;
  }

  /** @param {RTCPeerConnection} pc */
  #connected(pc) {
    if (pc.connectionState === "failed") this.#lose();
    else if (pc.connectionState === "connected") this.#receivedAt = performance.now();
    if (this.#state === "connecting" && this.#pcs.get(this.#options.joined.offers_on)?.connectionState === "connected") {
      this.#become("connected");
    }
  }

  /* Give every participant one stream that stays the same object; its tracks are those of its place. */
  #show() {
    const there = new Set();
    for (const entry of this.#wanted) {
      if (!entry.from) continue;
      const audio = this.#track(entry.pc, entry.audio_mid), video = this.#track(entry.pc, entry.video_mid);
      if (!audio && !video) continue;
      there.add(entry.from);
      if (video && this.#pictures.get(video)?.from !== entry.from) {
        this.#pictures.set(video, { from: entry.from, given: performance.now(), before: null, moving: false });
      }
      const tracks = [audio, video && this.#pictures.get(video)?.moving ? video : null].filter((it) => it !== null);
      const known = this.#shown.get(entry.from), stream = known || new MediaStream();
      const gone = stream.getTracks().filter((it) => !tracks.includes(it));
      const come = tracks.filter((it) => !stream.getTracks().includes(it));
      gone.forEach((it) => stream.removeTrack(it));
      come.forEach((it) => stream.addTrack(it));
      this.#shown.set(entry.from, stream);
      if (!known || gone.length || come.length) this.#options.onStream?.(entry.from, stream);
    }
    for (const participant of [...this.#shown.keys()]) if (!there.has(participant)) this.#hide(participant);
  }

  /** @param {Pc} name @param {string | null} mid */
  #track(name, mid) {
    const transceiver = mid && this.#pcs.get(name)?.getTransceivers().find((it) => it.mid === mid);
    return transceiver ? transceiver.receiver.track : null;
  }

  /** @param {string} participant */
  #hide(participant) {
    this.#shown.delete(participant);
    for (const [track, picture] of this.#pictures) if (picture.from === participant) this.#pictures.delete(track);
    this.#options.onStream?.(participant, null);
  }

  /* See what comes in: whether anything does, and whose pictures have begun. Again soon while a picture is waited for. */
  async #look() {
    let received = 0;
    const decoded = new Map();
    for (const pc of this.#pcs.values()) {
      for (const report of (await pc.getStats()).values()) {
        if (report.type === "transport") received += report.packetsReceived || 0;
        if (report.type === "inbound-rtp" && report.kind === "video") {
          decoded.set(report.trackIdentifier, report.framesDecoded || 0);
        }
      }
    }
    if (this.#state === "closed") return;
    this.#timer = setTimeout(() => this.#look(), this.#begin(decoded) ? LOOK_CLOSELY_MS : LOOK_MS);
    const now = performance.now();
    if (received !== this.#received) {
      this.#received = received;
      this.#receivedAt = now;
      if (this.#state === "lost") this.#become("connected");
    } else if (this.#state === "connected" && now - this.#receivedAt > LOST_MS) {
      this.#lose();
    }
  }

  /** Show the pictures that have begun; return whether some have not. @param {Map<string, number>} decoded */
  #begin(decoded) {
    let waiting = false;
    let begun = false;
    for (const [track, picture] of this.#pictures) {
      const count = decoded.get(track.id) || 0;
      picture.before ??= count;
      if (picture.moving) continue;
      picture.moving = count > picture.before;
      begun ||= picture.moving;
      waiting ||= !picture.moving && performance.now() - picture.given < AWAITED_MS;
    }
    if (begun) this.#show();
    return waiting || this.#state === "connecting";
  }

  #lose() {
    if (this.#state === "connected" || this.#state === "connecting") this.#become("lost");
  }

  /** @param {string} state */
  #become(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onState?.(state);
  }
}

/** @param {RTCPeerConnection} pc */
async function described(pc) {
  await pc.setLocalDescription();
  return /** @type {RTCSessionDescription} */ (pc.localDescription).sdp;
}

/** @param {RTCOutboundRtpStreamStats} report */
function outgoing(report) {
  return {
    bytes: report.bytesSent,
    packets: report.packetsSent,
    repeated: report.retransmittedPacketsSent || 0,
    fps: report.framesPerSecond || 0,
    width: report.frameWidth || 0,
    height: report.frameHeight || 0,
    limitedBy: report.qualityLimitationReason || "none",
  };
}

/** @param {RTCInboundRtpStreamStats} report */
function incoming(report) {
  return {
    bytes: report.bytesReceived,
    packets: report.packetsReceived,
    lost: report.packetsLost,
    jitterMs: (report.jitter || 0) * 1000,
    concealed: report.concealedSamples || 0,
    samples: report.totalSamplesReceived || 0,
    audioEnergy: report.totalAudioEnergy || 0,
    fps: report.framesPerSecond || 0,
    framesDecoded: report.framesDecoded || 0,
    freezes: report.freezeCount || 0,
    freezeSeconds: report.totalFreezesDuration || 0,
    width: report.frameWidth || 0,
    height: report.frameHeight || 0,
  };
}
