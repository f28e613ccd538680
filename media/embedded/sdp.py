"""Session descriptions: what a browser offers, read with suspicion; and our answer to it.

Source: RFC 8866, RFC 9429 section 5, RFC 8839 (ICE), RFC 8829. Nothing here knows a socket.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from media.embedded import twcc
from media.engine import RoomRefused

AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
_MOST_BYTES, _MOST_SECTIONS = 200_000, 64
_FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb", "transport-cc")
_EXTENSIONS = {"audio": (AUDIO_LEVEL, twcc.URI), "video": (twcc.URI, ABS_SEND_TIME)}
_TOKEN = re.compile(r"[A-Za-z0-9+/=_.:{}-]{1,256}\Z")
_ANSWERED = {"sendonly": "recvonly", "sendrecv": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}


@dataclass(frozen=True, slots=True)
class Codec:
    """One way to carry a stream. `rtx` is the payload type of its retransmissions, if they have one."""

    payload_type: int
    name: str
    rate: int
    parameters: str = ""
    feedback: tuple[str, ...] = ()
    rtx: int | None = None


@dataclass(slots=True)
class Section:
    """One m-line: `mid` and what it can do; `direction` is the browser's."""

    kind: str
    mid: str
    direction: str
    codecs: list[Codec] = field(default_factory=list)
    extensions: dict[str, int] = field(default_factory=dict)

    def codec(self, name: str) -> Codec | None:
        """Return the first codec of this name (lower case)."""
        return next((it for it in self.codecs if it.name == name), None)


@dataclass(slots=True)
class Offer:
    """What a browser offers. `fingerprints` are (algorithm, value)."""

    sections: list[Section]
    fingerprints: list[tuple[str, str]]
    fragment: str


@dataclass(frozen=True, slots=True)
class Stream:
    """What we send in a section: our SSRCs, and the name that groups sound with picture."""

    group: str
    ssrc: int
    rtx: int | None = None


@dataclass(frozen=True, slots=True)
class Ourselves:
    """Our side of the transport, the same in every section."""

    fragment: str
    password: str
    fingerprint: str
    candidates: Sequence[str]
    cname: str


def read_offer(text: str) -> Offer:
    """Return what an offer says.

    Raises: RoomRefused: "bad_sdp".
    """
    if len(text) > _MOST_BYTES:
        raise RoomRefused("bad_sdp")
    chunks = re.split(r"(?m)^(?=m=)", text.replace("\r\n", "\n"))
    if not 2 <= len(chunks) <= _MOST_SECTIONS + 1:
        raise RoomRefused("bad_sdp")
    session = _attributes(chunks[0])
    try:
        parsed = [(_section(chunk), _attributes(chunk)) for chunk in chunks[1:]]
    except (ValueError, IndexError) as error:
        raise RoomRefused("bad_sdp") from error
    first = parsed[0][1]
    said = first.get("fingerprint") or session.get("fingerprint") or []
    fingerprints = [(words[0].lower(), words[1]) for line in said if len(words := line.split()) == 2]
    fragment = (first.get("ice-ufrag") or session.get("ice-ufrag") or [""])[0]
    sections = [section for section, _ in parsed]
    mids = {it.mid for it in sections}
    lite = "ice-lite" in session
    if not fingerprints or not _TOKEN.match(fragment) or len(mids) != len(sections) or lite:
        raise RoomRefused("bad_sdp")
    if not all("rtcp-mux" in has for section, has in parsed if section.kind in _EXTENSIONS):
        raise RoomRefused("bad_sdp")
    return Offer(sections, fingerprints, fragment)


def _attributes(chunk: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in chunk.split("\n"):
        if line.startswith("a="):
            name, _, value = line[2:].partition(":")
            found.setdefault(name, []).append(value.strip())
    return found


def _section(chunk: str) -> Section:
    """Raises: ValueError, IndexError."""
    words = chunk.split("\n", 1)[0][2:].split()
    has = _attributes(chunk)
    kind, mid = words[0], has.get("mid", [""])[0]
    if not _TOKEN.match(mid) or not _TOKEN.match(kind):
        raise ValueError
    direction = next((it for it in _ANSWERED if it in has), "sendrecv")
    if words[1] == "0" and "bundle-only" not in has:
        direction = "inactive"
    section = Section(kind, mid, direction)
    if kind in _EXTENSIONS:
        section.codecs = _codecs([int(it) for it in words[3:]], has)
        for line in has.get("extmap", []):
            told, uri = line.split()[:2]
            if 0 < (at := int(told.partition("/")[0])) < 15 and uri in _EXTENSIONS[kind]:
                section.extensions.setdefault(uri, at)
    return section


def _codecs(payload_types: list[int], has: dict[str, list[str]]) -> list[Codec]:
    """Raises: ValueError, IndexError."""
    names = dict(line.split(None, 1) for line in has.get("rtpmap", []))
    names = {"0": "PCMU/8000", **names}
    parameters = dict(line.split(None, 1) for line in has.get("fmtp", []) if " " in line)
    feedback: dict[str, list[str]] = {}
    for line in has.get("rtcp-fb", []):
        number, _, what = line.partition(" ")
        feedback.setdefault(number, []).append(what.strip())
    repaired: dict[int, int] = {}
    found = []
    for payload_type in payload_types:
        if not 0 <= payload_type <= 127:
            raise ValueError
        key = str(payload_type)
        name, _, rate = names.get(key, "").partition("/")
        said = parameters.get(key, "")
        if name.lower() == "rtx" and said.startswith("apt="):
            repaired.setdefault(int(said[4:].split(";")[0]), payload_type)
        elif name and rate:
            wishes = tuple(it for it in _FEEDBACK if it in [*feedback.get(key, []), *feedback.get("*", [])])
            found.append(Codec(payload_type, name.lower(), int(rate.split("/")[0]), said, wishes))
    return [
        Codec(it.payload_type, it.name, it.rate, it.parameters, it.feedback, repaired.get(it.payload_type))
        for it in found
    ]


def chosen(section: Section) -> list[Codec]:
    """Return the codecs we carry of those offered: Opus and mu-law for sound, VP8 for pictures."""
    wanted = ("opus", "pcmu") if section.kind == "audio" else ("vp8",)
    return [codec for name in wanted if (codec := section.codec(name)) is not None]


def write_answer(offer: Offer, ours: Ourselves, streams: dict[str, Stream], taken: set[str]) -> str:
    """Return our answer: we send `streams` (by mid), take the sections `taken`, and refuse the rest."""
    used = [it.mid for it in offer.sections if it.mid in streams or it.mid in taken]
    lines = ["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=ice-lite", f"a=group:BUNDLE {' '.join(used)}"]
    lines += ["a=msid-semantic: WMS *"]
    for section in offer.sections:
        lines += _answered(section, ours, streams.get(section.mid), section.mid in taken)
    return "\r\n".join(lines) + "\r\n"


def _answered(section: Section, ours: Ourselves, stream: Stream | None, taken: bool) -> list[str]:
    codecs = chosen(section)
    if not codecs or not (stream or taken):
        protocol = "UDP/DTLS/SCTP" if section.kind == "application" else "UDP/TLS/RTP/SAVPF"
        formats = "webrtc-datachannel" if section.kind == "application" else "0"
        return [f"m={section.kind} 0 {protocol} {formats}", "c=IN IP4 0.0.0.0", f"a=mid:{section.mid}", "a=inactive"]
    numbers = [str(it) for codec in codecs for it in (codec.payload_type, codec.rtx) if it is not None]
    lines = [f"m={section.kind} 9 UDP/TLS/RTP/SAVPF {' '.join(numbers)}", "c=IN IP4 0.0.0.0"]
    lines += [f"a=mid:{section.mid}", "a=" + ("sendonly" if stream else "recvonly"), "a=rtcp-mux", "a=rtcp-rsize"]
    lines += [f"a=ice-ufrag:{ours.fragment}", f"a=ice-pwd:{ours.password}"]
    lines += [f"a=fingerprint:sha-256 {ours.fingerprint}", "a=setup:passive"]
    lines += [f"a={it}" for it in ours.candidates] + ["a=end-of-candidates"]
    lines += [f"a=extmap:{at} {uri}" for uri, at in spoken_extensions(section).items()]
    for codec in codecs:
        lines += _described(codec)
    if stream:
        lines += _sources(section.kind, stream, ours.cname)
    return lines


def spoken_extensions(section: Section) -> dict[str, int]:
    """Return the header extensions we use there (URI -> id): the send time only where there is nothing better."""
    offered = section.extensions
    return {uri: at for uri, at in offered.items() if uri != ABS_SEND_TIME or twcc.URI not in offered}


def _described(codec: Codec) -> list[str]:
    number = codec.payload_type
    channels = "/2" if codec.name == "opus" else ""
    spelled = {"opus": "opus", "pcmu": "PCMU", "vp8": "VP8"}[codec.name]
    lines = [f"a=rtpmap:{number} {spelled}/{codec.rate}{channels}"]
    lines += [f"a=rtcp-fb:{number} {it}" for it in codec.feedback]
    if codec.name == "opus":
        lines.append(f"a=fmtp:{number} minptime=10;useinbandfec=1")
    if codec.rtx is not None:
        lines += [f"a=rtpmap:{codec.rtx} rtx/{codec.rate}", f"a=fmtp:{codec.rtx} apt={number}"]
    return lines


def _sources(kind: str, stream: Stream, cname: str) -> list[str]:
    lines = [f"a=msid:{stream.group} {stream.group}-{kind}"]
    ssrcs = [stream.ssrc]
    if stream.rtx is not None:
        ssrcs.append(stream.rtx)
        lines.append(f"a=ssrc-group:FID {stream.ssrc} {stream.rtx}")
    return lines + [f"a=ssrc:{it} cname:{cname}" for it in ssrcs]
