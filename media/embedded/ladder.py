"""What to give up first when a link is thin: size and rate of pictures, then pictures, never sound.

Pure: `now_s` is an argument. Units: bit/s.
"""

AUDIO_BPS = 45_000  # one voice with headers
LEAST_VIDEO_BPS, COMFORTABLE_VIDEO_BPS = 90_000, 130_000
_USABLE = 0.92  # of the estimate; the rest is for repairs
_THIN_FOR_S = 2.0
_FIRST_RETRY_S, _LAST_RETRY_S, _HELD_S = 6.0, 48.0, 20.0


class Ladder:
    """How many pictures one subscriber gets, and how much each may take."""

    def __init__(self) -> None:
        self._withheld = 0  # how many of the pictures are given up, the least important first
        self._thin_since: float | None = None
        self._retry_s = _FIRST_RETRY_S
        self._stepped_s = float("-inf")

    def shares(self, bps: float, voices: int, pictures: list[str], now_s: float) -> dict[str, float]:
        """Return what each picture may take, all the same; one that is not named is given up for now.

        `pictures`: whose, the most important first.
        """
        available = max(0.0, bps * _USABLE - voices * AUDIO_BPS)
        self._withheld = min(self._withheld, len(pictures))
        shown = len(pictures) - self._withheld
        if self._too_thin(available, pictures[:shown], now_s):
            shown -= 1
            self._withheld += 1
            late = now_s - self._stepped_s > _HELD_S
            self._retry_s = _FIRST_RETRY_S if late else min(self._retry_s * 2, _LAST_RETRY_S)
            self._stepped_s = now_s
        elif self._withheld and self._may_try(available, pictures[: shown + 1], now_s):
            shown += 1
            self._withheld -= 1
            self._stepped_s = now_s
        return _shared(available, pictures[:shown])

    def _too_thin(self, available: float, pictures: list[str], now_s: float) -> bool:
        shares = _shared(available, pictures)
        if not shares or min(shares.values()) >= LEAST_VIDEO_BPS:
            self._thin_since = None
            return False
        self._thin_since = now_s if self._thin_since is None else self._thin_since
        if now_s - self._thin_since < _THIN_FOR_S:
            return False
        self._thin_since = None
        return True

    def _may_try(self, available: float, pictures: list[str], now_s: float) -> bool:
        shares = _shared(available, pictures)
        return now_s - self._stepped_s >= self._retry_s and min(shares.values()) >= COMFORTABLE_VIDEO_BPS


def _shared(available: float, pictures: list[str]) -> dict[str, float]:
    return {whose: available / len(pictures) for whose in pictures}
