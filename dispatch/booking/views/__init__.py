"""The requester's pages: asking, following what was asked, and the own organisation for whoever manages it."""

from dispatch.booking.views.following import pages  # which builds on those of asking
from dispatch.booking.views.organisation import organisation

__all__ = ["organisation", "pages"]
