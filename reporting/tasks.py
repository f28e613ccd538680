"""Jobs about figures: callers of services."""

from kernel.jobs import task
from reporting import services
from reporting.domain import Quarter


@task("reporting.count_bottlenecks")
def count_bottlenecks(agency_id: int, quarter: str) -> None:
    """Count the bottleneck languages of a quarter."""
    services.count_bottlenecks(agency_id, Quarter.parse(quarter))
