"""What the worker does for spreadsheets."""

from dispatch.spreadsheets import services
from kernel.jobs import task


@task("spreadsheets.apply")
def apply(import_id: int) -> None:
    """Apply a long spreadsheet somebody said yes to."""
    services.apply_approved(import_id)
