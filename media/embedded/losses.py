"""What did not come: which packets to ask for again and when, how much was lost, and when to ask for a new picture."""

from media.embedded.rtcp import Report

RETRY_S = 0.04
_TRIES, _AGE_PACKETS, _MOST_MISSING = 10, 500, 250
_BETWEEN_KEYFRAMES_S = 0.5


class Gaps:
    """Asks for what is missing: at once, then every 40 ms, at most ten times and while it is of any use."""

    __slots__ = ("_highest", "_missing")

    def __init__(self) -> None:
        self._highest = -1
        self._missing: dict[int, tuple[int, float]] = {}  # number -> (times asked, due)

    def __bool__(self) -> bool:
        return bool(self._missing)

    def came(self, number: int, now_s: float) -> bool:
        """Note a packet (its number unwrapped); return whether there are gaps to ask for now.

        A gap too wide to fill is forgotten: whoever decodes asks for a new picture.
        """
        before = self._highest
        if number <= before:
            self._missing.pop(number, None)
            return False
        self._highest = number
        if number == before + 1 or before < 0:
            return False
        if number - before > _MOST_MISSING:
            self._missing.clear()
            return False
        for missing in range(before + 1, number):
            self._missing[missing] = (0, now_s)
        return True

    def to_ask(self, now_s: float) -> list[int]:
        """Return the sequence numbers to ask for now, and count the asking."""
        oldest = self._highest - _AGE_PACKETS
        asking = []
        for number, (tries, due_s) in list(self._missing.items()):
            if number < oldest or tries >= _TRIES:
                del self._missing[number]
            elif due_s <= now_s:
                self._missing[number] = (tries + 1, now_s + RETRY_S)
                asking.append(number & 0xFFFF)
        return asking


class Reception:
    """How well one stream arrives. Source: RFC 3550 appendix A.3 and A.8."""

    __slots__ = ("_first", "_highest", "_jitter", "_received", "_told_expected", "_told_received", "_transit", "rate")

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._first = self._highest = -1
        self._received = self._told_expected = self._told_received = 0
        self._jitter = 0.0
        self._transit: float | None = None

    def came(self, number: int, timestamp: int, now_s: float) -> None:
        """Note a packet (its number unwrapped)."""
        if number > self._highest:
            if self._first < 0:
                self._first = number
            self._highest = number
        self._received += 1
        transit = now_s * self.rate - timestamp
        if self._transit is not None:
            moved = abs(transit - self._transit)
            if moved < self.rate:  # not where the timestamp wraps
                self._jitter += (moved - self._jitter) / 16
        self._transit = transit

    def report(self, ssrc: int, lsr: int, delay: int) -> Report | None:
        """Return the report since the last one; None before anything came."""
        if self._first < 0:
            return None
        expected = self._highest - self._first + 1
        interval, received = expected - self._told_expected, self._received - self._told_received
        self._told_expected, self._told_received = expected, self._received
        lost = interval - received
        fraction = min(255, lost * 256 // interval) if interval > 0 and lost > 0 else 0
        total, highest = expected - self._received, self._highest - 0x10000
        return Report(ssrc, fraction, total, max(0, highest), int(self._jitter), lsr, delay)


class Keyframes:
    """Asks for a new picture at most twice a second; what is asked in between is asked once, afterwards."""

    __slots__ = ("_asked_s", "_again")

    def __init__(self) -> None:
        self._asked_s = float("-inf")
        self._again = False

    def wanted(self, now_s: float) -> float | None:
        """Return in how many seconds to ask (0: now); None: that is arranged already."""
        if (wait := self._asked_s + _BETWEEN_KEYFRAMES_S - now_s) <= 0:
            self._asked_s = now_s
            return 0.0
        if self._again:
            return None
        self._again = True
        return wait

    def trailing(self, now_s: float) -> None:
        """Note that what had to wait is asked now."""
        self._again = False
        self._asked_s = now_s
