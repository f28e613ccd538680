"""Refusals only this module knows."""

from kernel.errors import Invalid, NotAllowedNow


class FileRefused(Invalid):
    """The file is too large, of a kind that is not accepted, or not what it says it is."""

    code = "file_refused"


class QuoteOver(NotAllowedNow):
    """The quote was answered or ran out."""

    code = "quote_over"
