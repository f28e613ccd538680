"""The provider when there are no credentials: one JSON line per message in `DATA_DIR/outbox/<channel>.jsonl`.

It misbehaves as real ones do when told to: fails, is slow, or takes the message and loses the answer.
"""

import json
import os
import random
import time
from pathlib import Path

from kernel import clock
from kernel.settings import Settings
from messages.ports import Envelope, Receipt, Unknown


def append_line(path: Path, line: dict[str, str]) -> None:
    """Append a line with its moment in one write, so that several processes never mix their lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"at": clock.now().isoformat()} | line, ensure_ascii=False)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, f"{text}\n".encode())
    finally:
        os.close(handle)


class LocalProvider:
    """Writes what would be sent; a reader finds it on the outbox page."""

    def __init__(self, channel: str, settings: Settings) -> None:
        self.path: Path = settings.data_dir / "outbox" / f"{channel}.jsonl"
        self._fail, self._lose = settings.fake_provider_fail_rate, settings.fake_provider_lose_answer_rate
        self._delay_s = settings.fake_provider_delay_s

    def send(self, envelope: Envelope) -> Receipt:
        """Append the message."""
        if self._delay_s:
            time.sleep(self._delay_s)
        if random.random() < self._fail:  # noqa: S311 - a test's misfortune, not a secret
            raise ConnectionError("the provider does not answer")
        line = {"reference": envelope.reference, "to": envelope.to, "subject": envelope.subject, "text": envelope.text}
        append_line(self.path, line)
        if random.random() < self._lose:  # noqa: S311
            raise Unknown
        return Receipt(f"local-{envelope.reference}", delivered=True)

    def find(self, envelope: Envelope) -> Receipt | None:
        """Return the receipt of an earlier try, if it was written."""
        if not self.path.exists():
            return None
        wanted = f'"reference": "{envelope.reference}"'
        with self.path.open(encoding="utf-8") as lines:
            if any(wanted in line for line in lines):
                return Receipt(f"local-{envelope.reference}", delivered=True)
        return None
