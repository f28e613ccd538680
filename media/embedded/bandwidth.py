"""How much a link down to a subscriber can take, from what its browser says of each packet.

Delay first (a queue that grows is noticed before it overflows), loss second. Source: Carlucci et al., "Analysis and
design of the Google congestion control for WebRTC" (MMSys 2016), sections 4 and 5; draft-ietf-rmcat-gcc-02.
Units: bit/s, seconds.
"""

from collections import deque
from collections.abc import Sequence

from media.embedded.twcc import Arrival

START_BPS, LEAST_BPS, MOST_BPS = 1_500_000, 50_000, 20_000_000
_BURST_S, _WINDOW, _SMOOTHING, _GAIN = 0.005, 20, 0.9, 4.0
_THRESHOLD_MS, _THRESHOLD_RANGE_MS = 12.5, (6.0, 600.0)
_GROWS_MS, _SHRINKS_MS = 0.0087, 0.039  # how the threshold follows, per ms
_OVERUSE_S = 0.01
_DECREASE, _GROWTH_PER_S = 0.85, 0.08
_RATE_WINDOW_S, _LOSS_WINDOW_S = 0.5, 1.0
_LOSS_HIGH, _LOSS_LOW = 0.10, 0.02
_HISTORY = 4096


class Trend:
    """Whether the delay grows: a line through the last packet groups, against a threshold that adapts."""

    def __init__(self) -> None:
        self._group: tuple[float, float, float] | None = None  # first sent, last sent, last arrived
        self._before: tuple[float, float] | None = None
        self._first_s = self._delay_ms = self._smoothed_ms = 0.0
        self._points: deque[tuple[float, float]] = deque(maxlen=_WINDOW)
        self._groups = 0
        self._threshold_ms = _THRESHOLD_MS
        self._over_since: float | None = None
        self._last_slope = 0.0
        self._adapted_s: float | None = None
        self.overused = False
        self.underused = False

    def add(self, sent_s: float, arrived_s: float) -> None:
        """Note a packet, in the order in which they were sent."""
        if self._group and sent_s - self._group[0] < _BURST_S:
            self._group = (self._group[0], max(sent_s, self._group[1]), max(arrived_s, self._group[2]))
            return
        if self._group:
            self._close(self._group[1], self._group[2])
        self._group = (sent_s, sent_s, arrived_s)

    def _close(self, sent_s: float, arrived_s: float) -> None:
        before, self._before = self._before, (sent_s, arrived_s)
        if before is None:
            self._first_s = arrived_s
            return
        moved_ms = ((arrived_s - before[1]) - (sent_s - before[0])) * 1000
        if abs(moved_ms) > 3000:  # the other clock was set, or it slept
            self._points.clear()
            return
        self._groups = min(self._groups + 1, 60)
        self._delay_ms += moved_ms
        self._smoothed_ms = _SMOOTHING * self._smoothed_ms + (1 - _SMOOTHING) * self._delay_ms
        self._points.append(((arrived_s - self._first_s) * 1000, self._smoothed_ms))
        if len(self._points) == _WINDOW:
            self._judge(self._slope(), arrived_s)

    def _slope(self) -> float:
        count = len(self._points)
        mean_x = sum(x for x, _ in self._points) / count
        mean_y = sum(y for _, y in self._points) / count
        below = sum((x - mean_x) ** 2 for x, _ in self._points)
        return sum((x - mean_x) * (y - mean_y) for x, y in self._points) / below if below else 0.0

    def _judge(self, slope: float, now_s: float) -> None:
        trend_ms = slope * self._groups * _GAIN
        self.underused = trend_ms < -self._threshold_ms
        if trend_ms <= self._threshold_ms:
            self._over_since, self.overused = None, False
        else:
            self._over_since = now_s if self._over_since is None else self._over_since
            self.overused = now_s - self._over_since >= _OVERUSE_S and slope >= self._last_slope
        self._last_slope = slope
        self._adapt(abs(trend_ms), now_s)

    def _adapt(self, trend_ms: float, now_s: float) -> None:
        passed_ms = min(100.0, (now_s - self._adapted_s) * 1000) if self._adapted_s is not None else 0.0
        self._adapted_s = now_s
        if trend_ms - self._threshold_ms > 15:
            return
        rate = _GROWS_MS if trend_ms > self._threshold_ms else _SHRINKS_MS
        least, most = _THRESHOLD_RANGE_MS
        moved = self._threshold_ms + rate * (trend_ms - self._threshold_ms) * passed_ms
        self._threshold_ms = max(least, min(moved, most))


class Downlink:
    """The estimate for one subscriber: feed it what was sent and what its browser says."""

    def __init__(self) -> None:
        # by sequence number, the last few thousand: when it left, and its bytes; 0: nothing, or told of already
        self._sent_s = [0.0] * _HISTORY
        self._sizes = [0] * _HISTORY
        self._trend = Trend()
        self._acked: deque[tuple[float, int]] = deque()
        self._acked_bits = 0
        self._told: deque[tuple[float, int, int]] = deque()
        self._changed_s: float | None = None
        self._decreased_s = float("-inf")
        self.bps = float(START_BPS)
        self.loss = 0.0
        self.received_bps = 0.0

    def sent(self, sequence: int, size: int, now_s: float) -> None:
        """Note a packet that left. Units: bytes."""
        at = sequence & _HISTORY - 1
        self._sent_s[at], self._sizes[at] = now_s, size

    def told(self, arrivals: Sequence[Arrival], now_s: float) -> None:
        """Take the browser's feedback and change the estimate."""
        came = lost = 0
        for arrival in arrivals:
            at = arrival.sequence & _HISTORY - 1
            if not (size := self._sizes[at]):
                continue
            if arrival.at_s is None:
                lost += 1
                continue
            came += 1
            self._sizes[at] = 0
            self._trend.add(self._sent_s[at], arrival.at_s)
            self._acked.append((arrival.at_s, size * 8))
            self._acked_bits += size * 8
        self._measure(came, lost, now_s)
        self._decide(now_s)

    def limit(self, bps: float) -> None:
        """Take a total the browser itself names (REMB), where it says nothing of each packet."""
        self.bps = max(LEAST_BPS, min(bps, MOST_BPS))

    def _measure(self, came: int, lost: int, now_s: float) -> None:
        self._told.append((now_s, came, lost))
        while self._told and self._told[0][0] < now_s - _LOSS_WINDOW_S:
            self._told.popleft()
        total = sum(came + lost for _, came, lost in self._told)
        self.loss = sum(lost for _, _, lost in self._told) / total if total >= 20 else 0.0
        while self._acked and self._acked[0][0] < self._acked[-1][0] - _RATE_WINDOW_S:
            self._acked_bits -= self._acked.popleft()[1]
        if len(self._acked) > 1:
            span = max(self._acked[-1][0] - self._acked[0][0], _RATE_WINDOW_S / 2)
            self.received_bps = self._acked_bits / span

    def _decide(self, now_s: float) -> None:
        passed_s = min(1.0, now_s - self._changed_s) if self._changed_s is not None else 0.0
        self._changed_s = now_s
        settled = now_s - self._decreased_s > 0.3
        if self._trend.overused:
            if settled:
                self._decrease(_DECREASE * min(self.received_bps or self.bps, self.bps), now_s)
        elif self.loss > _LOSS_HIGH:
            if settled:
                self._decrease(min(self.bps, 1.1 * self.received_bps) * (1 - 0.5 * self.loss), now_s)
        elif self.loss <= _LOSS_LOW and not self._trend.underused and now_s - self._decreased_s > 1.0:
            grown = self.bps * (1 + _GROWTH_PER_S) ** passed_s
            self.bps = max(self.bps, min(grown, 1.5 * self.received_bps + 100_000, MOST_BPS))

    def _decrease(self, to_bps: float, now_s: float) -> None:
        self.bps = max(LEAST_BPS, min(to_bps, self.bps))
        self._decreased_s = now_s
