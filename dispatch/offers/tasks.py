"""Jobs about offers: callers of services."""

from dispatch.offers import services
from kernel.jobs import task


@task("offers.advance")
def advance(request_id: int) -> None:
    """Take the next step of one search at once: after a submission, an answer, a withdrawal."""
    services.advance_search(request_id)
