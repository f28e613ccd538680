"""Jobs about persons: callers of services."""

from kernel.jobs import task
from people import services


@task("people.send_reset")
def send_reset(address_hash: str) -> None:
    """Look an address up and send its link; the page that asked took as long for every address."""
    services.send_reset(address_hash)
