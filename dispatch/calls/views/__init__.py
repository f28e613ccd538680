"""What the carrier asks and tells us by its webhooks, and the desk's page about codes, numbers and calls."""

from dispatch.calls.views.desk import pages
from dispatch.calls.views.webhooks import hooks

__all__ = ["hooks", "pages"]
