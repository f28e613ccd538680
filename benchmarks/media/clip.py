"""Ten seconds of picture and sound, encoded once, cut into what fits a packet: the load costs no encoding.

640x480, 30 per second, 800 kbit/s VP8 in packets of at most 1200 bytes; Opus in packets of 20 ms, 64 kbit/s.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import av
import numpy as np

FRAMES_PER_S, SOUNDS_PER_S = 30, 50
VIDEO_CLOCK, AUDIO_CLOCK = 90_000, 48_000
_SECONDS, _WIDTH, _HEIGHT = 10, 640, 480
_VIDEO_BPS, _AUDIO_BPS = 850_000, 64_000  # asked of the encoder, which stays some 6 % below
_RESTLESS = 144  # pixels, the side of a square in which nothing stays: more than the rate can carry
_LARGEST = 1200
_BEGINS, _CONTINUES = b"\x10", b"\x00"  # the payload descriptor of VP8, RFC 7741, section 4.2


@dataclass(frozen=True, slots=True)
class Clip:
    """`frames`: per picture the payloads of its packets. `sounds`: one payload per 20 ms."""

    frames: list[list[bytes]]
    sounds: list[bytes]


@cache
def clip() -> Clip:
    """Return the clip; encoding it takes a few seconds."""
    return Clip([_cut(frame) for frame in _encoded_pictures()], list(_encoded_sounds()))


def _cut(frame: bytes) -> list[bytes]:
    starts = range(0, len(frame), _LARGEST - 1)
    return [(_CONTINUES if at else _BEGINS) + frame[at : at + _LARGEST - 1] for at in starts]


def _encoded_pictures() -> Iterator[bytes]:
    codec = av.CodecContext.create("libvpx", "w")
    codec.width, codec.height, codec.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
    codec.bit_rate, codec.gop_size = _VIDEO_BPS, 10_000
    codec.time_base, codec.framerate = Fraction(1, FRAMES_PER_S), Fraction(FRAMES_PER_S)
    rate = str(_VIDEO_BPS)
    codec.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "minrate": rate, "maxrate": rate}
    noise = np.random.default_rng(7).integers(0, 64, (_RESTLESS, _RESTLESS * 4), dtype=np.uint8)
    slope = np.add.outer(np.arange(_HEIGHT) // 8, np.arange(_WIDTH) // 8).astype(np.uint8)
    for number in range(FRAMES_PER_S * _SECONDS):
        picture = np.full((_HEIGHT * 3 // 2, _WIDTH), 128, dtype=np.uint8)
        picture[:_HEIGHT] = slope + number % 64
        at = 7 * number % (_RESTLESS * 3)
        picture[100 : 100 + _RESTLESS, 200 : 200 + _RESTLESS] = noise[:, at : at + _RESTLESS]
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_S)
        yield from (bytes(packet) for packet in codec.encode(frame))


def _encoded_sounds() -> Iterator[bytes]:
    codec = av.CodecContext.create("libopus", "w")
    codec.sample_rate, codec.layout, codec.format, codec.bit_rate = AUDIO_CLOCK, "stereo", "s16", _AUDIO_BPS
    codec.options = {"application": "voip", "vbr": "off"}
    each = AUDIO_CLOCK // SOUNDS_PER_S
    for number in range(SOUNDS_PER_S * _SECONDS):
        at = np.arange(number * each, (number + 1) * each) / AUDIO_CLOCK
        wave = (np.sin(2 * np.pi * 220 * at) * (1 + np.sin(2 * np.pi * 3 * at)) * 6000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.repeat(wave, 2).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts = AUDIO_CLOCK, number * each
        yield from (bytes(packet) for packet in codec.encode(frame))
