"""Refusals only this module knows."""

from kernel.errors import Invalid, NotAllowedNow


class UnreadableFile(Invalid):
    """The file is no spreadsheet we can read, or more than we take; `fields` says which."""

    code = "unreadable_file"


class ImportHasErrors(NotAllowedNow):
    """Something in the spreadsheet is wrong: nothing of it is applied."""

    code = "import_has_errors"


class ImportOver(NotAllowedNow):
    """The import was applied or thrown away already."""

    code = "import_over"
