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
_MOST_AT_ONCE = 0.6  # never less than this of what it was: what arrives tells little when little was sent before
_RATE_WINDOW_S, _LOSS_WINDOW_S = 0.5, 1.0
_LOSS_HIGH, _LOSS_LOW, _LOSS_ODD = 0.10, 0.02, 0.03
_ODD_FOR_S, _TRIAL_DELAY_S, _TRIAL_S, _TRIAL_DECREASE, _ANSWERS = 1.5, 0.4, 2.0, 0.9, 0.6
_CAREFUL_GROWTH_PER_S, _NEAR, _PAST = 0.03, 0.9, 1.15
_BOLD_GROWTH_PER_S, _BOLD_AFTER_S = 0.25, 3.0
_LEAST_GROWTH_BPS = 40_000  # in a second: a packet in a few round trips, which is much where there is little
_BEYOND_BPS = 200_000  # above one and a half times what arrives: enough for a picture to be tried again
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


class Losses:
    """Which losses are the link's own (radio) and which are ours, for sending too much: those fall when we send less.

    Found out by trial: send a tenth less for two seconds, and see whether fewer are lost.
    """

    def __init__(self) -> None:
        self.usual = 0.0  # the share that is lost whatever we send
        self._odd_since: float | None = None
        self._trial: tuple[float, float, float] | None = None  # began, share lost before, bit/s before
        self._came = self._lost = 0

    def odd(self, share: float, came: int, lost: int, bps: float, now_s: float) -> float | None:
        """Note what a feedback told; return what to send from now on, if that is to change.

        `share`: lost of late.
        """
        self.usual += 0.02 * (share - self.usual) if share < self.usual else 0.0
        if self._trial is not None:
            return self._judged(came, lost, now_s)
        if share - self.usual <= _LOSS_ODD:
            self._odd_since = None
            return None
        self._odd_since = now_s if self._odd_since is None else self._odd_since
        if now_s - self._odd_since < _ODD_FOR_S:
            return None
        self._trial, self._came, self._lost, self._odd_since = (now_s, share, bps), 0, 0, None
        return bps * _TRIAL_DECREASE

    def _judged(self, came: int, lost: int, now_s: float) -> float | None:
        began_s, share_before, bps_before = self._trial or (now_s, 0.0, 0.0)
        if now_s - began_s > _TRIAL_DELAY_S:  # by then it is the answer to what we changed
            self._came, self._lost = self._came + came, self._lost + lost
        if now_s - began_s < _TRIAL_S:
            return None
        self._trial = None
        share = self._lost / max(1, self._came + self._lost)
        if share < _ANSWERS * share_before:
            return None
        self.usual = share
        return bps_before


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
        self._losses = Losses()
        self._full_bps: float | None = None  # where it was too much, last time
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
        odd_bps = self._losses.odd(self.loss, came, lost, min(self.bps, 1.1 * self.received_bps), now_s)
        if odd_bps is not None:
            self.bps = max(LEAST_BPS, odd_bps)
            self._decreased_s = now_s
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
        quiet_s, lost = now_s - self._decreased_s, self.loss - self._losses.usual
        if self._trend.overused:
            if quiet_s > 0.3:
                fits = _DECREASE * min(self.received_bps or self.bps, self.bps)
                self._decrease(max(fits, _MOST_AT_ONCE * self.bps), now_s)
        elif lost > _LOSS_HIGH:
            if quiet_s > _LOSS_WINDOW_S:  # what is lost now answers to what was sent since
                self._decrease(min(self.bps, 1.1 * self.received_bps) * (1 - 0.5 * lost), now_s)
        elif lost <= _LOSS_LOW and not self._trend.underused and quiet_s > 1.0:
            grown = max(self.bps * (1 + self._growth(quiet_s)) ** passed_s, self.bps + _LEAST_GROWTH_BPS * passed_s)
            self.bps = max(self.bps, min(grown, 1.5 * self.received_bps + _BEYOND_BPS, MOST_BPS))

    def _growth(self, quiet_s: float) -> float:
        """Return by how much to grow in a second: with care where it was too much before, boldly well below."""
        if self._full_bps is None or self.bps < _NEAR * self._full_bps:
            return _BOLD_GROWTH_PER_S if quiet_s > _BOLD_AFTER_S else _GROWTH_PER_S
        if self.bps > _PAST * self._full_bps:
            self._full_bps = None
        return _CAREFUL_GROWTH_PER_S

    def _decrease(self, to_bps: float, now_s: float) -> None:
        self._full_bps = min(self.bps, self.received_bps) or None
        self.bps = max(LEAST_BPS, min(to_bps, self.bps))
        self._decreased_s = now_s
