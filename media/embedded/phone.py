"""A telephone in a room: what it says goes out as it came, as mu-law in RTP; what it hears is mixed for it.

Browsers play mu-law (RFC 7874 demands it), so nothing is coded again towards them. Towards the telephone every voice is
decoded, evened out by a small buffer, and mixed every 20 ms: first the wide voices of browsers, which are then made
narrow together.
"""

import asyncio
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Callable

import av
import numpy as np
from numpy.typing import NDArray

from media import g711
from media.embedded import narrowing
from media.embedded.publication import Publication, SenderClock
from media.embedded.rtp import Packet, Unwrapped

FRAME_S, _FRAME = 0.02, g711.FRAME_BYTES
_PAUSED_S = 0.2  # longer than this between two frames is a pause, not jitter
_MOST_BYTES = g711.RATE  # taken at once
_BEGIN_FRAMES, _MOST_FRAMES, _KEEP_FRAMES = 3, 12, 4
_HELD_BACK = 4  # packets waited for while one before them is missing
_BEHIND_S = 0.5
_NOTHING = np.zeros(1, dtype=np.float32)


class Ear:
    """One voice for a telephone, decoded and evened out: frames of 20 ms at its own rate. A sink of a publication."""

    def __init__(self, codec: str) -> None:
        self.wide = codec == "opus"
        self._size = narrowing.WIDE_FRAME if self.wide else _FRAME
        self._waiting: dict[int, bytes] = {}
        self.restart()

    def restart(self) -> None:
        """Begin again: another stream comes."""
        self._unwrapped, self._next = Unwrapped(), -1
        self._waiting.clear()
        self._frames: deque[NDArray[np.int16]] = deque()
        self._rest = np.empty(0, dtype=np.int16)
        self._playing = False
        if self.wide:
            self._decoder = av.CodecContext.create("libopus", "r")
            self._decoder.format, self._decoder.layout, self._decoder.sample_rate = "s16", "mono", narrowing.WIDE_RATE

    def forward(self, packet: Packet, now_s: float) -> None:
        """Take a packet of the voice."""
        number = self._unwrapped.of(packet.sequence)
        if self._next < 0:
            self._next = number
        if number < self._next or packet.padded or not packet.payload:
            return
        self._waiting[number] = packet.payload
        if len(self._waiting) > _HELD_BACK and self._next not in self._waiting:
            self._next = min(self._waiting)  # what is missing will not come
            self._keep(np.zeros(self._size, dtype=np.int16))
        while (payload := self._waiting.pop(self._next, None)) is not None:
            self._next += 1
            for samples in self._decoded(payload):
                self._keep(samples)

    def take(self) -> NDArray[np.int16] | None:
        """Return the next 20 ms; None when there is nothing to hear."""
        if not self._playing and len(self._frames) < _BEGIN_FRAMES:
            return None
        self._playing = bool(self._frames)
        return self._frames.popleft() if self._playing else None

    def _keep(self, samples: NDArray[np.int16]) -> None:
        if len(samples) == self._size and not len(self._rest):
            self._frames.append(samples)
        else:
            whole = np.concatenate((self._rest, samples))
            count = len(whole) // self._size
            self._frames.extend(whole[: count * self._size].reshape(count, self._size))
            self._rest = whole[count * self._size :]
        if len(self._frames) > _MOST_FRAMES:  # our clock is slower, or it stood still
            while len(self._frames) > _KEEP_FRAMES:
                self._frames.popleft()

    def _decoded(self, payload: bytes) -> list[NDArray[np.int16]]:
        if not self.wide:
            return [g711.decode(payload)]
        try:
            frames = self._decoder.decode(av.Packet(payload))
        except av.error.FFmpegError:  # what cannot be decoded is silence
            return [np.zeros(self._size, dtype=np.int16)]
        return [np.frombuffer(bytes(it.planes[0]), np.int16, it.samples) for it in frames]


class Phone:
    """The side of a telephone in a room. `on_level(-dBov, now)` is told how loud it speaks."""

    def __init__(self, on_level: Callable[[int, float], None]) -> None:
        self.audio = Publication("pcmu", g711.RATE, SenderClock(), lambda ssrc, lost: None)
        self._on_level = on_level
        self._ssrc = secrets.randbits(32)
        self._sequence, self._timestamp = secrets.randbits(14), secrets.randbits(31)
        self._said = bytearray()
        self._said_s = float("-inf")
        self._ears: dict[str, tuple[Publication, Ear]] = {}
        self._narrowed = narrowing.Narrowing()
        self._closed = asyncio.Event()

    def hear(self, mulaw: bytes) -> None:
        """Let the room hear what the telephone says."""
        if self._closed.is_set():
            return
        now_s = time.monotonic()
        paused_s, self._said_s = now_s - self._said_s, now_s
        marker = 0
        if paused_s > _PAUSED_S:
            self._said.clear()
            self._timestamp += int(min(paused_s, 3600) * g711.RATE)
            marker = 0x80
        self._said += mulaw[:_MOST_BYTES]
        while len(self._said) >= _FRAME:
            frame = bytes(self._said[:_FRAME])
            del self._said[:_FRAME]
            self._sequence, self._timestamp = self._sequence + 1 & 0xFFFF, self._timestamp + _FRAME & 0xFFFFFFFF
            self.audio.received(self._ssrc, Packet(self._sequence, self._timestamp, marker, 0, frame), now_s)
            self._on_level(g711.level(frame), now_s)
            marker = 0

    async def sounds(self) -> AsyncIterator[bytes]:
        """Yield what the telephone hears: everybody else, mixed, 20 ms at a time. Ends when it left the room."""
        due_s = time.monotonic()
        while not self._closed.is_set():
            yield self._mixed()
            due_s += FRAME_S
            behind_s = time.monotonic() - due_s
            if behind_s > _BEHIND_S:  # the machine slept: what was missed is not said in a hurry
                due_s += behind_s
            await asyncio.sleep(max(0.0, -behind_s))

    def listen(self, voices: dict[str, Publication]) -> None:
        """Hear these from now on, and nobody else."""
        for name, (publication, ear) in list(self._ears.items()):
            if voices.get(name) is not publication:
                publication.remove(ear)
                del self._ears[name]
        for name, publication in voices.items():
            if name not in self._ears:
                ear = Ear(publication.codec)
                self._ears[name] = (publication, ear)
                publication.add(ear)

    def close(self) -> None:
        """Leave the room."""
        self._closed.set()
        self.listen({})
        self.audio.close()

    def _mixed(self) -> bytes:
        wide, narrow = _NOTHING, _NOTHING
        for _, ear in self._ears.values():
            if (frame := ear.take()) is None:
                continue
            if ear.wide:
                wide = wide + frame
            else:
                narrow = narrow + frame
        if wide is not _NOTHING or self._narrowed.rings:
            narrow = narrow + self._narrowed(wide)
        elif narrow is _NOTHING:
            return g711.SILENCE
        return g711.encode(np.minimum(np.maximum(narrow, -32_768), 32_767).astype(np.int16))
