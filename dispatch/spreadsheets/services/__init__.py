"""Everything that can be done with spreadsheets: the public face of the module."""

from dispatch.spreadsheets.services.exporting import export_sheet
from dispatch.spreadsheets.services.importing import (
    apply_approved,
    approve_import,
    discard_import,
    forget_waiting,
    upload_sheet,
)

__all__ = ["apply_approved", "approve_import", "discard_import", "export_sheet", "forget_waiting", "upload_sheet"]
