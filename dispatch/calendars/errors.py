"""Refusals only this module knows."""

from kernel.errors import Invalid


class NonexistentTime(Invalid):
    """The clock skips this time: that night, summer time begins."""

    code = "time_does_not_exist"


class AmbiguousTime(Invalid):
    """The clock shows this time twice: that night, winter time begins. The facts hold both."""

    code = "time_exists_twice"
