"""The media process: carries the sound and picture of rooms, and nothing else.

Any number of these may run, each on its own port; a room lives on one of them.
"""

import gc

from kernel import log
from kernel.settings import Settings
from media.hosting import run
from media.telephone.stream import gate
from processes.postgres import with_database


def main() -> None:
    """Carry rooms until asked to stop."""
    settings = with_database(Settings.from_environment())
    log.configure(settings.log_level)
    gc.freeze()  # what is loaded by now stays
    run(settings, gate(settings.secret_key))


if __name__ == "__main__":
    main()
