"""From the 48,000 samples a second of browsers to the 8,000 of a telephone: a low-pass filter, every sixth value kept.

The filter is a windowed sinc (Hamming) of three milliseconds: what lies above the 4 kHz a telephone can say would come
back as a false tone. Source: Oppenheim and Schafer, "Discrete-Time Signal Processing", section 7.5.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from media import g711

WIDE_RATE = 48_000
_EVERY = WIDE_RATE // g711.RATE
WIDE_FRAME = g711.FRAME_BYTES * _EVERY
_CUT_HZ, _TAPS = 3_600, 144


def _filter() -> NDArray[np.float32]:
    at = np.arange(_TAPS) - (_TAPS - 1) / 2
    taps = np.sinc(2 * _CUT_HZ / WIDE_RATE * at) * np.hamming(_TAPS)
    found: NDArray[np.float32] = (taps / taps.sum()).astype(np.float32)
    return found


class Narrowing:
    """One stream made narrow, 20 ms at a time; the end of each frame is heard in the next."""

    def __init__(self) -> None:
        self._samples = np.zeros(_TAPS - _EVERY + WIDE_FRAME, dtype=np.float32)
        self._windows = sliding_window_view(self._samples, _TAPS)[::_EVERY]
        self.rings = False  # whether something of the last frame is still to come

    def __call__(self, frame: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return 20 ms at the narrow rate; a frame of one sample stands for silence."""
        self._samples[:-WIDE_FRAME] = self._samples[WIDE_FRAME:]
        self._samples[-WIDE_FRAME:] = frame
        self.rings = len(frame) > 1
        narrow: NDArray[np.float32] = self._windows @ _FILTER
        return narrow


_FILTER = _filter()
