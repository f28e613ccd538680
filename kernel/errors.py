"""Refusals: what the platform says no with. Five kinds, each with a `code` and facts.

`web/errors.py` turns a kind into an answer; the sentence a person reads is chosen by the code, at the edge.
"""

from typing import Any


class Refusal(Exception):
    """A no that a caller can act on. `facts` are plain values, safe to show to whoever asked."""

    code = "refused"

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.code, facts)

    def __str__(self) -> str:
        return f"{self.code} {self.facts}" if self.facts else self.code


class Invalid(Refusal):
    """What was given cannot be accepted. `fields` maps a field's name to a code of `web/sentences.py`."""

    code = "invalid"


class Forbidden(Refusal):
    """The actor may see the thing, but not do this to it."""

    code = "forbidden"


class NotFound(Refusal):
    """The thing does not exist, or not for this actor."""

    code = "not_found"


class NotAllowedNow(Refusal):
    """The thing is in a state in which this cannot be done."""

    code = "not_allowed_now"


class Unavailable(Refusal):
    """The platform cannot answer at this moment; trying again later makes sense."""

    code = "unavailable"
