// What the scripts of pages find there: elements, what other files define, what the server says, and what TypeScript's
// library does not know. Nothing of this is sent to a browser. `worker.d.ts` is the same for the service worker.

/** The element a selector finds, by the tag it ends in: "form", "input[name=day]:checked", "details > summary". */
type Found<S extends string> =
  S extends `${infer One}, ${infer Other}` ? Found<One> | Found<Other>
  : S extends `${string} ${infer Last}` ? Found<Last>
  : S extends `${infer Start}:${string}` ? Found<Start>
  : S extends `${infer Start}[${string}` ? Found<Start>
  : S extends keyof HTMLElementTagNameMap ? Ours<HTMLElementTagNameMap[S]>
  : Ours<HTMLElement>; // no script looks inside a drawing
/** An element of a page of ours: the template wrote what a script reads of it. */
type Ours<E> = E & { readonly dataset: Record<string, string> };

// A script looks for what its page has, and says `?.` or `if` where a page may be without: tests open every page.
interface ParentNode {
  querySelector<S extends string>(selector: S): Found<S>;
  querySelectorAll<S extends string>(selector: S): NodeListOf<Found<S>>;
}

interface Element {
  closest<S extends string>(selector: S): Found<S> | null;
}

interface Promise<T> {
  catch(instead: () => null): Promise<T | null>;
}

interface Window {
  trustedTypes?: { createPolicy<T extends Record<string, (text: string) => string>>(name: string, rules: T): T };
}

interface Navigator {
  connection?: EventTarget;
}

interface ServiceWorkerRegistration {
  sync?: { register(tag: string): Promise<void> };
}

// --- queue.js and pane.js, for the scripts that follow them on a page --------------------------------------------------

declare const kept: Kept;

declare const desk: Desk;
declare const side: Ours<HTMLElement>; // only the board has it
declare const acts: Set<string>;
declare function writing(target: EventTarget | null): Element | null;

interface Desk {
  /** The address of what was asked for last. */
  asked?: string;
  parsed(html: string): Document;
  wide(): boolean;
  pane(): HTMLElement | null;
  busy(): boolean;
  open(address: string, how?: { focus?: boolean }): Promise<void>;
  show(answer: Response | null, address: string): Promise<void>;
  again(address: string, how?: { yields?: boolean }): Promise<boolean>;
}

type Row = Ours<HTMLTableRowElement>;

// --- vendor/socket.io.min.js, and what this server says there ------------------------------------------------------------

declare function io(namespace: "/board", options: object): Socket<{ changed: Change }>;
declare function io(namespace: "/room", options: object): Socket<RoomNews>;

interface Socket<News> {
  connected: boolean;
  active: boolean;
  on(name: "connect" | "disconnect" | "connect_error", take: () => void): void;
  on<N extends keyof News>(name: N, take: (told: News[N]) => void): void;
  connect(): void;
  disconnect(): void;
  timeout(ms: number): { emitWithAck(name: string, body: object): Promise<RoomAnswer> };
}

/** A request of the board changed (dispatch/desk/sockets.py); without a row it is gone. */
interface Change {
  id: number;
  html: string | null;
}

// dispatch/conversations/sockets.py
interface RoomNews {
  room: Room;
  admitted: object;
  rejoin: object;
  streams: Place[];
  negotiate: Step;
  talking: { who: string; talking: boolean };
  quality: { state: string };
  chat: { who: string; text: string };
  mute_asked: object;
  closed: { status: string };
  removed: object;
  taken_over: object;
}

/** `error` and `says`: it was refused; the others as what was asked has them. */
interface RoomAnswer {
  error?: string;
  says?: string;
  me: { key: string; status: string };
  room: Room;
  media: { joined: Joined; ice_servers: RTCIceServer[] };
  step?: Step | null;
}

interface Room {
  people: Person[];
  invited: { key: string; role: string; name: string | null }[];
  shown: { file: number; page: number; pages: number; by: string } | null;
  began_at: string | null;
}

interface Person {
  key: string;
  role: string;
  name: string | null;
  inside: boolean;
  muted: boolean;
  camera_off: boolean;
  hand: boolean;
}

type Say = (name: string, body?: object) => Promise<RoomAnswer>;

// media/engine.py
type Kind = "audio" | "video";
type Pc = "main" | "publish" | "subscribe";

interface Joined {
  offers_on: Pc;
  slots: number;
  generation: number;
  epoch: string;
}

interface Step {
  pc: Pc;
  kind: "offer" | "answer" | "candidate";
  body: string;
}

/** Whose sound and picture come where; `from` null: nobody's. */
interface Place {
  pc: Pc;
  audio_mid: string | null;
  video_mid: string | null;
  from: string | null;
}

/** What media.js is made with; told there. */
interface MediaOptions {
  joined: Joined;
  iceServers?: RTCIceServer[];
  iceTransportPolicy?: RTCIceTransportPolicy;
  tracks?: Partial<Tracks>;
  negotiate(step: Step): Promise<Step | null>;
  onStream?(who: string, stream: MediaStream | null): void;
  onState?(state: string): void;
}

/** What media.js counts; `out` by kind, `from` by participant and kind. */
interface Numbers {
  rttMs: number | null;
  lossPercent: number;
  out: Record<string, object>;
  from: Record<string, Record<string, object>>;
}

type Tracks = Record<Kind, MediaStreamTrack | null>;
