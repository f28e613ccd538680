"""G.711 mu-law, the sound of telephones: 8,000 samples a second, a byte each. Source: ITU-T G.711, table 2a."""

import math

import numpy as np
from numpy.typing import NDArray

SILENCE = b"\xff" * 160  # 20 ms
FRAME_BYTES, RATE = 160, 8_000
_BIAS, _LARGEST = 33, 0x1FFF  # of 14-bit samples


def _encoding() -> NDArray[np.uint8]:
    """Return the code of every 16-bit sample, indexed by the sample as an unsigned number."""
    samples = np.arange(65_536, dtype=np.uint16).view(np.int16).astype(np.int32) >> 2
    size = np.minimum(np.abs(samples) + _BIAS, _LARGEST)
    segment = np.maximum(np.floor(np.log2(size)).astype(np.int32) - 5, 0)
    code = segment << 4 | (size >> segment + 1) & 0x0F
    codes: NDArray[np.uint8] = (code ^ np.where(samples < 0, 0x7F, 0xFF)).astype(np.uint8)
    return codes


def _decoding() -> NDArray[np.int16]:
    """Return the 16-bit sample of every code."""
    codes = ~np.arange(256, dtype=np.uint8)
    size = (((codes & 0x0F).astype(np.int32) << 3) + 0x84 << ((codes & 0x70) >> 4).astype(np.int32)) - 0x84
    return np.where(codes & 0x80, -size, size).astype(np.int16)


_CODES, _SAMPLES = _encoding(), _decoding()
_POWERS = (_SAMPLES.astype(np.float32) / 32_767) ** 2


def encode(samples: NDArray[np.int16]) -> bytes:
    """Return the mu-law of 16-bit samples."""
    return _CODES[samples.view(np.uint16)].tobytes()


def decode(mulaw: bytes) -> NDArray[np.int16]:
    """Return 16-bit samples."""
    return _SAMPLES[np.frombuffer(mulaw, dtype=np.uint8)]


def level(mulaw: bytes) -> int:
    """Return how loud it is, in -dBov: 0 is the loudest, 127 silence. Source: RFC 6465, appendix A."""
    power = float(np.add.reduce(_POWERS[np.frombuffer(mulaw, dtype=np.uint8)])) / len(mulaw) if mulaw else 0.0
    return 127 if power <= 0 else min(127, max(0, round(-10 * math.log10(power))))
