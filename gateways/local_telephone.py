"""The telephone when there are no credentials: it writes down whom it would ring in `DATA_DIR/outbox/call.jsonl`.

It does not pretend: nobody is rung, and whoever asks is told so.
"""

from dispatch.calls.ports import NotRung, Ring, Word
from gateways.local import append_line
from kernel.settings import Settings


class LocalTelephone:
    """Rings nobody."""

    def __init__(self, settings: Settings) -> None:
        self._path = settings.data_dir / "outbox" / "call.jsonl"

    def ring(self, ring: Ring) -> str:
        """Write down whom we would ring.

        Raises: NotRung, always.
        """
        line = {"reference": f"l{ring.leg_id}", "to": ring.to, "subject": "", "text": f"{ring.caller} belt"}
        append_line(self._path, line)
        raise NotRung("no telephone is connected")

    def find(self, ring: Ring) -> str | None:
        return None

    def ask_again(self, sid: str, leg_id: int) -> None:
        """There is nobody to ask."""

    def hang_up(self, sid: str) -> None:
        """There is nobody on the line."""

    def close(self, conference: str) -> None:
        """There is no conference."""

    def word_of(self, sid: str) -> Word | None:
        return None
