"""Refusals only this module knows."""

from kernel.errors import Invalid, NotAllowedNow, Refusal


class RoomClosed(NotAllowedNow):
    """The conversation is over, called off, or does not open yet (`opens_at`)."""

    code = "room_closed"


class RoomNotOpen(NotAllowedNow):
    """It is too early: the room opens at `opens_at`."""

    code = "room_not_open"


class RoomFull(NotAllowedNow):
    """Nobody more fits in."""

    code = "room_full"


class LinkOver(NotAllowedNow):
    """The link was used, ran out, or was taken back."""

    code = "guest_link_over"


class NoSuchMessage(Refusal):
    """A message over the socket that we do not know, or whose shape is wrong."""

    code = "bad_message"


class TooFast(Refusal):
    """More messages than a person sends."""

    code = "too_many_requests"


class PagesRefused(Invalid):
    """A file that cannot be shown page by page."""

    code = "file_not_showable"
