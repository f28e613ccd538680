"""Refusals only this module knows."""

from kernel.errors import NotAllowedNow


class DoubleBooking(NotAllowedNow):
    """The interpreter has another assignment then, travel included."""

    code = "double_booking"


class RequestTaken(NotAllowedNow):
    """The request has its interpreter already."""

    code = "already_taken"
