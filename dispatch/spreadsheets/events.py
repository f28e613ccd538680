"""Facts about imports and exports."""

from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfImport(Event):
    subject: ClassVar[str] = "import"
    subject_id_field: ClassVar[str] = "import_id"

    import_id: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportUploaded(_OfImport):
    rows: int
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportApproved(_OfImport):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportApplied(_OfImport):
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRefused(_OfImport):
    """Between the yes and the work something changed: nothing was applied."""

    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDiscarded(_OfImport):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetExported(Event):
    """Somebody took data along; who and when stands in the columns of the trail."""

    subject: ClassVar[str] = "agency"
    subject_id_field: ClassVar[str] = "agency_id"

    kind: str
    rows: int
