"""Named places where a test can make the process stumble. They do nothing unless `FAILPOINTS` arms them.

`FAILPOINTS="offers.accept.before_commit=kill;requests.submit=sleep:0.2"`; effects: `kill`, `raise`, `sleep:<seconds>`.
"""

import os
import signal
import time

_armed: dict[str, str] = {}


def arm(specification: str) -> None:
    """Arm the places named in `specification` and disarm all others."""
    _armed.clear()
    for item in filter(None, specification.split(";")):
        name, _, effect = item.partition("=")
        _armed[name] = effect


def failpoint(name: str) -> None:
    """Do what is armed under `name`: nothing, in production."""
    if not _armed or (effect := _armed.get(name)) is None:
        return
    if effect == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif effect == "raise":
        raise RuntimeError(f"failpoint {name}")
    else:
        time.sleep(float(effect.removeprefix("sleep:")))
