"""The connection of one browser: its keys, the two streams it sends, the slots it receives on, and its RTCP."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from media.embedded import rtcp, rtp, sdp, twcc
from media.embedded.bandwidth import Downlink
from media.embedded.crypto import LARGEST_BYTES, Buffer, Dtls, Srtp
from media.embedded.ice import Connection, Network
from media.embedded.publication import Publication, SenderClock, packet_of, repaired_of
from media.embedded.sending import Sending
from media.embedded.slot import Outgoing, Slot
from media.engine import RoomRefused

logger = logging.getLogger(__name__)

_REPORT_S, _FEEDBACK_S = 1.0, 0.08
_LARGEST_RTCP = 1200


@dataclass(frozen=True, slots=True)
class Pair:
    """A slot for sound and one for pictures, for one participant at a time."""

    audio_mid: str
    video_mid: str
    audio: Slot
    video: Slot


@dataclass(frozen=True, slots=True)
class Heard:
    """What a peer tells its room. Each is called on the loop; `level` in -dBov (0 loudest, 127 silence)."""

    up: Callable[[], None]
    down: Callable[[str], None]
    level: Callable[[int, float], None]
    feedback: Callable[[float], None]


class Peer:
    """One browser's connection, from its offer to its end."""

    def __init__(self, network: Network, buffer: Buffer, offer: sdp.Offer, slots: int, heard: Heard) -> None:
        self._network, self._heard = network, heard
        self._loop = asyncio.get_running_loop()
        self.ice = Connection(self)
        self.sending = Sending(self.ice, buffer)
        self._srtp: Srtp | None = None
        self._ssrc = secrets.randbits(32)
        self._cname = secrets.token_hex(8)
        self._sections = [_fingerprint(it) for it in offer.sections]
        self._clock = SenderClock()
        self._publications: dict[str, Publication] = {}
        self._taken: set[str] = set()
        self._intakes: dict[int, Callable[[bytes, int, float], None]] = {}
        self._streams: dict[str, sdp.Stream] = {}
        self._by_ssrc: dict[int, Slot] = {}
        self._twcc_in = self._twcc_out = self._level_in = 0
        self._describe(offer, slots)
        self._number_head, self._level_head = self._twcc_in << 4 | 1, self._level_in << 4
        self._layouts: dict[int, tuple[int, int]] = {}
        self._arrivals = twcc.Arrivals()
        self.allowed = {"audio", "video"}
        self.remb_bps: int | None = None
        self._loss_up = 0.0
        self.refused = self.packets_in = 0
        self._closed = False
        self._dtls = Dtls(offer.fingerprints, buffer, self._send_dtls, self._keys, lambda: heard.down("closed"))
        self._timer = self._loop.call_later(_REPORT_S, self._tick)
        self._feedback: asyncio.TimerHandle | None = None

    # what the offer says

    def _describe(self, offer: sdp.Offer, slots: int) -> None:
        sending: dict[str, list[tuple[str, Slot]]] = {"audio": [], "video": []}
        for section in offer.sections:
            codecs = sdp.chosen(section)
            if not codecs or section.direction == "inactive":
                continue
            if section.direction == "recvonly":
                if len(sending[section.kind]) < slots:
                    slot = self._make_slot(section, codecs, len(sending[section.kind]))
                    sending[section.kind].append((section.mid, slot))
            elif section.kind not in self._publications:
                self._make_publication(section, codecs)
        if len(sending["audio"]) != len(sending["video"]):
            raise RoomRefused("bad_sdp")
        self.pairs = [
            Pair(audio[0], video[0], audio[1], video[1])
            for audio, video in zip(sending["audio"], sending["video"], strict=True)
        ]

    def _make_slot(self, section: sdp.Section, codecs: list[sdp.Codec], place: int) -> Slot:
        spoken = sdp.spoken_extensions(section)
        extension = spoken.get(twcc.URI, 0)
        self._twcc_out = self._twcc_out or extension
        if not extension and sdp.ABS_SEND_TIME in spoken:
            extension = -spoken[sdp.ABS_SEND_TIME]
        stream = Outgoing(secrets.randbits(32), extension)
        repair = Outgoing(secrets.randbits(32), extension) if any(it.rtx is not None for it in codecs) else None
        slot = Slot(self.sending, {it.name: it for it in codecs}, stream, repair)
        self._by_ssrc[stream.ssrc] = slot
        group = f"slot{place}"
        self._streams[section.mid] = sdp.Stream(group, stream.ssrc, repair.ssrc if repair else None)
        return slot

    def _make_publication(self, section: sdp.Section, codecs: list[sdp.Codec]) -> None:
        codec = codecs[0]
        publication = Publication(codec.name, codec.rate, self._clock, self._ask)
        self._publications[section.kind] = publication
        self._taken.add(section.mid)
        spoken = sdp.spoken_extensions(section)
        self._twcc_in = self._twcc_in or spoken.get(twcc.URI, 0)
        self._level_in = self._level_in or spoken.get(sdp.AUDIO_LEVEL, 0)
        self._intakes[codec.payload_type] = self._take_audio if section.kind == "audio" else self._take_video
        if codec.rtx is not None:
            self._intakes[codec.rtx] = self._take_repair

    def answer(self, offer: sdp.Offer) -> str:
        """Return our answer to the first offer, or to one that begins ICE again.

        Raises: RoomRefused: "bad_sdp": it is not of this connection.
        """
        if [_fingerprint(it) for it in offer.sections] != self._sections:
            raise RoomRefused("bad_sdp")
        fragment = self._network.admit(self.ice)
        candidates = self._network.candidates()
        ours = sdp.Ourselves(fragment, self.ice.password, self._dtls.fingerprint, candidates, self._cname)
        return sdp.write_answer(offer, ours, self._streams, self._taken)

    @property
    def ready(self) -> bool:
        """Whether its keys are there."""
        return self._srtp is not None

    @property
    def loss_up(self) -> float:
        """The share of what it sends that did not come, last time it was reckoned."""
        return self._loss_up

    @property
    def downlink(self) -> Downlink:
        """What its link takes."""
        return self.sending.downlink

    @property
    def packets_out(self) -> int:
        """How many packets were sent to it."""
        return self.sending.packets

    @property
    def audio(self) -> Publication | None:
        """The voice it sends."""
        return self._publications.get("audio")

    @property
    def video(self) -> Publication | None:
        """The picture it sends."""
        return self._publications.get("video")

    # what comes in

    def take_dtls(self, data: bytes) -> None:
        """Take a DTLS record."""
        self._dtls.receive(data)

    def take_media(self, data: bytes) -> None:
        """Take an SRTP or SRTCP packet; what is not genuine, too large or malformed is dropped."""
        srtp = self._srtp
        if srtp is None or not 12 <= len(data) <= LARGEST_BYTES:
            self.refused += 1
            return
        if 192 <= data[1] <= 223:
            self._take_rtcp(srtp.unprotect_rtcp(data))
            return
        plain = srtp.unprotect(data)
        if plain is None or (at := rtp.payload_at(plain)) < 0:
            self.refused += 1
            return
        if (intake := self._intakes.get(plain[1] & 0x7F)) is None:
            return
        now_s = time.monotonic()
        self.ice.heard_s = now_s
        self.packets_in += 1
        intake(plain, at, now_s)

    def _take_audio(self, plain: bytes, at: int, now_s: float) -> None:
        level = self._note_extensions(plain, at, now_s)
        if "audio" not in self.allowed:
            return
        ssrc, packet = packet_of(plain, at)
        self._publications["audio"].received(ssrc, packet, now_s)
        if level is not None:
            self._heard.level(level, now_s)

    def _take_video(self, plain: bytes, at: int, now_s: float) -> None:
        self._note_extensions(plain, at, now_s)
        if "video" not in self.allowed:
            return
        ssrc, packet = packet_of(plain, at)
        self._publications["video"].received(ssrc, packet, now_s)

    def _take_repair(self, plain: bytes, at: int, now_s: float) -> None:
        self._note_extensions(plain, at, now_s)
        if "video" not in self.allowed:
            return
        repaired = repaired_of(packet_of(plain, at)[1])
        if repaired is not None:
            self._publications["video"].repaired(repaired, now_s)

    def _note_extensions(self, plain: bytes, at: int, now_s: float) -> int | None:
        """Note the arrival for the sender's congestion control; return the audio level, if it is told."""
        number_at, level_at = self._layouts.get(at, (0, 0))
        if plain[number_at] != self._number_head or (level_at and plain[level_at] != self._level_head):
            number_at, level_at = self._layouts[at] = self._layout(plain)
        if number_at:
            self._arrivals.note(plain[number_at + 1] << 8 | plain[number_at + 2], now_s)
            if self._feedback is None:
                self._feedback = self._loop.call_later(_FEEDBACK_S, self._tell_arrivals)
        return plain[level_at + 1] & 0x7F if level_at else None

    def _layout(self, plain: bytes) -> tuple[int, int]:
        """Return where the heads of two extensions stand, packet number and level; 0: it has none.

        A browser keeps to its layout: it is read once per length of the header, and checked by these heads.
        """
        found = rtp.extensions(plain)
        number, level = found.get(self._twcc_in), found.get(self._level_in)
        return number[0] - 1 if number and number[1] == 2 else 0, level[0] - 1 if level and level[1] == 1 else 0

    def _take_rtcp(self, plain: bytes | None) -> None:
        if plain is None:
            self.refused += 1
            return
        now_s = time.monotonic()
        self.ice.heard_s = now_s
        for part in rtcp.parts(plain):
            if part.kind == rtcp.SR and (report := rtcp.sender_report(part)) is not None:
                for publication in self._publications.values():
                    publication.reported(report, now_s)
            elif part.kind in {rtcp.RTPFB, rtcp.PSFB} and len(part.body) >= 8:
                self._take_feedback(part, now_s)

    def _take_feedback(self, part: rtcp.Part, now_s: float) -> None:
        slot = self._by_ssrc.get(rtcp.media_ssrc(part))
        match part.kind, part.format:
            case rtcp.RTPFB, rtcp.NACK if slot is not None:
                slot.repeat(rtcp.nacked(part), now_s)
            case rtcp.RTPFB, rtcp.TWCC:
                self.downlink.told(twcc.read(part.body), now_s)
                self._heard.feedback(now_s)
            case rtcp.PSFB, rtcp.PLI if slot is not None and slot.publication is not None:
                slot.publication.keyframe()
            case rtcp.PSFB, rtcp.FIR:
                for wanted in (self._by_ssrc.get(it) for it in rtcp.fir_ssrcs(part)):
                    if wanted is not None and wanted.publication is not None:
                        wanted.publication.keyframe()
            case rtcp.PSFB, rtcp.APPLICATION if not self._twcc_out and (bps := rtcp.remb(part)):
                self.downlink.limit(bps)
                self._heard.feedback(now_s)

    # what goes out

    def ask_bitrate(self, bps: int) -> None:
        """Tell the browser how much it may send in total, now and with every report."""
        before, self.remb_bps = self.remb_bps, bps
        if before is None or bps < 0.95 * before or bps > 1.05 * before:
            self.sending.send_rtcp(self._remb())

    def _remb(self) -> bytes:
        ssrcs = [it.ssrc for it in self._publications.values() if it.ssrc is not None]
        if self.remb_bps is None or not ssrcs:
            return b""
        return rtcp.write_remb(self._ssrc, ssrcs, self.remb_bps)

    def _ask(self, ssrc: int, lost: list[int] | None) -> None:
        self.sending.send_rtcp(
            rtcp.write_pli(self._ssrc, ssrc) if lost is None else rtcp.write_nack(self._ssrc, ssrc, lost)
        )

    def _tell_arrivals(self) -> None:
        self._feedback = None
        about = next((it.ssrc for it in self._publications.values() if it.ssrc is not None), 0)
        while (feedback := self._arrivals.feedback(self._ssrc, about)) is not None:
            self.sending.send_rtcp(feedback)

    def _tick(self) -> None:
        self._timer = self._loop.call_later(_REPORT_S, self._tick)
        now_s = time.monotonic()
        told = [it for p in self._publications.values() if (it := p.reception(now_s)) is not None]
        self._loss_up = max((it.fraction for it in told), default=0) / 256
        message = rtcp.write_receiver_report(self._ssrc, told) + rtcp.write_names(self._ssrc, self._cname)
        message += self._remb()
        for slot in self._by_ssrc.values():
            if (report := slot.report(now_s)) is not None:
                if len(message) + len(report) > _LARGEST_RTCP:
                    self.sending.send_rtcp(message)
                    message = rtcp.write_receiver_report(self._ssrc, [])
                message += report
        self.sending.send_rtcp(message)

    def _send_dtls(self, data: bytes) -> None:
        self.ice.send(data)

    # its life

    def _keys(self, keys: Srtp | None) -> None:
        if self._closed:
            return
        if keys is None:
            self._heard.down("closed")
            return
        self._srtp = self.sending.keys = keys
        for slot in self._by_ssrc.values():
            slot.restart()
        self._heard.up()

    async def close(self) -> None:
        """End the connection, and everything of it."""
        self._closed = True
        for timer in (self._timer, self._feedback):
            if timer is not None:
                timer.cancel()
        for slot in self._by_ssrc.values():
            slot.bind(None)
        for publication in self._publications.values():
            publication.close()
        await self._dtls.close()
        self._srtp = self.sending.keys = None
        self._network.dismiss(self.ice)
        self._intakes.clear()  # the last that points from here to here: its memory is free as soon as nobody holds it


def _fingerprint(section: sdp.Section) -> tuple[str, str]:
    return section.kind, section.mid
