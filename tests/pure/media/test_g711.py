"""G.711: the tables are those of the standard."""

import warnings

import numpy as np
import pytest

from media import g711

WHOLE = np.arange(-32_768, 32_768).astype(np.int16)


def test_every_code_means_itself_again() -> None:
    codes = bytes(range(256))
    again = g711.encode(g711.decode(codes))
    assert again == codes.replace(b"\x7f", b"\xff")  # minus nought is nought


def test_a_sample_comes_back_within_the_step_of_its_segment() -> None:
    back = g711.decode(g711.encode(WHOLE)).astype(np.int32)
    size = np.abs(WHOLE.astype(np.int32))
    clipped = np.minimum(size, 32_635)
    assert np.all(np.abs(np.abs(back) - clipped) <= np.maximum(8, (clipped + 132) // 16))
    assert np.all((back >= 0) == (WHOLE >= 0) | (back == 0))


def test_it_is_bit_for_bit_what_pythons_own_codec_said_while_it_had_one() -> None:
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        audioop = pytest.importorskip("audioop", reason="gone from Python 3.13 on")
    assert g711.encode(WHOLE) == audioop.lin2ulaw(WHOLE.tobytes(), 2)
    assert g711.decode(bytes(range(256))).tobytes() == audioop.ulaw2lin(bytes(range(256)), 2)


def test_silence_is_silent_and_a_loud_tone_is_loud() -> None:
    assert g711.level(g711.SILENCE) == 127
    loud = (32_000 * np.sin(np.arange(800) / 3)).astype(np.int16)
    assert g711.level(g711.encode(loud)) <= 4
