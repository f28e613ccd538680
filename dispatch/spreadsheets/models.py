"""Rows of spreadsheets offered for import. No behaviour."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, identity


class ImportRow(Base):
    """A spreadsheet offered for import, checked, waiting for a yes; nothing is half done.

    `sample` holds the headings and the first rows as they were read, `ignored` the headings nobody knows, `errors`
    what is wrong: row, column, code and what was typed there; `error_count` counts all of them, also those that
    `errors` has no room for. `approved_as` is the role in which somebody said yes. Once applied or thrown away,
    `content`, `sample` and `errors` are emptied: they hold personal data.
    """

    __tablename__ = "imports"
    __table_args__ = (
        CheckConstraint("kind IN ('register', 'customers', 'requests')", name="kind_known"),
        CheckConstraint("applied_at IS NULL OR (approved_at IS NOT NULL AND error_count = 0)", name="applied_if_right"),
        CheckConstraint("applied_at IS NULL OR discarded_at IS NULL", name="applied_or_discarded"),
        Index("ix_imports_agency", "agency_id", "id"),
    )

    id: Mapped[int] = identity()
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    kind: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes]
    row_count: Mapped[int] = mapped_column(Integer)
    error_count: Mapped[int] = mapped_column(Integer)
    ignored: Mapped[list[str]] = mapped_column(JSONB)
    sample: Mapped[list[list[str]]] = mapped_column(JSONB)
    errors: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    uploaded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    approved_as: Mapped[str | None] = mapped_column(Text)
    applied_at: Mapped[datetime | None]
    discarded_at: Mapped[datetime | None]
