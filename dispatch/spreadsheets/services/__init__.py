"""Everything that can be done with spreadsheets: the public face of the module."""

from dispatch.spreadsheets.services.exporting import export_sheet
from dispatch.spreadsheets.services.importing import apply_approved, approve_import, discard_import, upload_sheet

__all__ = ["apply_approved", "approve_import", "discard_import", "export_sheet", "upload_sheet"]
