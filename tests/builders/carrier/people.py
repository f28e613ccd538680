"""Simulated telephones and whoever holds them."""

from collections.abc import Callable
from dataclasses import dataclass, field

# What somebody does when she is asked something: after so many seconds she presses these keys or says these words;
# None: she does nothing.
Reaction = tuple[float, str, str] | None
Hears = Callable[[str], Reaction]


def silent(words: str) -> Reaction:
    return None


@dataclass
class Phone:
    """One telephone. It is picked up `picks_up` seconds after it began to ring; None: never.

    `state`: "free", "busy", "off" (cannot be reached) or "machine" (voice mail picks up). `talks` seconds after others
    are there a voice is heard; she hangs up `hangs_up` seconds after that. `heard` keeps everything she was told.
    """

    number: str
    picks_up: float | None = 4.0
    hears: Hears = silent
    state: str = "free"
    talks: float | None = 0.5
    hangs_up: float | None = None
    heard: list[str] = field(default_factory=list)


def presses(*pairs: tuple[str, str], after: float = 2.0) -> Hears:
    """Return somebody who presses keys when she hears certain words; the first that fit count, each pair once."""
    left = list(pairs)

    def hears(words: str) -> Reaction:
        for pair in left:
            if pair[0] in words:
                left.remove(pair)
                spoken = pair[1].startswith("say ")
                return (after, "", pair[1][4:]) if spoken else (after, pair[1], "")
        return None

    return hears


def always(words_of: str, keys: str, after: float = 2.0) -> Hears:
    """Return somebody who presses the same keys whenever she hears certain words."""
    return lambda words: (after, keys, "") if words_of in words else None
