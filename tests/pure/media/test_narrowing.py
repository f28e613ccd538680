"""What a telephone hears of a browser's voice: all it can say, and nothing that would come back as a false tone."""

import numpy as np
import pytest
from numpy.typing import NDArray

from media.embedded.narrowing import WIDE_FRAME, WIDE_RATE, Narrowing

FRAMES = 20


def heard(hz: int) -> NDArray[np.float32]:
    """Return a tone of a browser as it comes out, without its beginning."""
    tone = (10_000 * np.sin(2 * np.pi * hz * np.arange(WIDE_FRAME * FRAMES) / WIDE_RATE)).astype(np.float32)
    narrowing = Narrowing()
    return np.concatenate([narrowing(it) for it in tone.reshape(FRAMES, WIDE_FRAME)])[320:]


@pytest.mark.parametrize("hz", [200, 1000, 2000, 3000])
def test_a_voice_comes_through_as_it_is_also_from_frame_to_frame(hz: int) -> None:
    found = heard(hz)
    assert np.abs(found).max() == pytest.approx(10_000, rel=0.05)
    spectrum = np.abs(np.fft.rfft(found * np.hanning(len(found))))
    at_hz = np.fft.rfftfreq(len(found), 1 / 8_000)
    assert at_hz[spectrum.argmax()] == pytest.approx(hz, abs=5)
    assert spectrum[np.abs(at_hz - hz) > 50].max() < spectrum.max() / 300  # no edges between frames


@pytest.mark.parametrize("hz", [4600, 7000, 8000, 16_000])
def test_what_a_telephone_cannot_say_does_not_come_back_as_another_tone(hz: int) -> None:
    assert np.abs(heard(hz)).max() < 10_000 / 500


def test_the_end_of_a_voice_is_heard_and_then_nothing() -> None:
    narrowing = Narrowing()
    narrowing(np.full(WIDE_FRAME, 5_000, dtype=np.float32))
    assert narrowing.rings
    silence = np.zeros(1, dtype=np.float32)
    assert np.abs(narrowing(silence)).max() > 1_000
    assert not narrowing.rings
    assert np.abs(narrowing(silence)).max() == 0
