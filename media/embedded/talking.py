"""Whether somebody talks, from the level of each packet of sound. Units: -dBov (0 loudest, 127 silence), seconds."""

_LOUD, _PACKETS, _SILENT_S = 45, 4, 0.8


class Talking:
    """Begins with some loud packets on end, ends after a silence."""

    __slots__ = ("_loud", "_last_s", "now")

    def __init__(self) -> None:
        self._loud = 0
        self._last_s = 0.0
        self.now = False

    def heard(self, level: int, now_s: float) -> bool | None:
        """Note a packet; return whether somebody talks, when that changed."""
        if level <= _LOUD:
            self._loud += 1
            self._last_s = now_s
            if not self.now and self._loud >= _PACKETS:
                self.now = True
                return True
            return None
        self._loud = 0
        return self.quiet(now_s)

    def quiet(self, now_s: float) -> bool | None:
        """Note that nothing was heard; return False when that ends it."""
        return self.end() if self.now and now_s - self._last_s > _SILENT_S else None

    def end(self) -> bool | None:
        """End it, whatever was heard; return False when that is a change."""
        self._loud = 0
        before, self.now = self.now, False
        return False if before else None
