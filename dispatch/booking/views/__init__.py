"""The requester's pages: asking, and following what was asked."""

from dispatch.booking.views.following import pages  # which builds on those of asking

__all__ = ["pages"]
