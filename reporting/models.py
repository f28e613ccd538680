"""Rows of reports that take too long to count while somebody waits. No behaviour."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, identity


class BottleneckReportRow(Base):
    """The bottleneck languages of an agency in a quarter, with what two more interpreters would have meant for each.

    `rows` holds one entry per language, the worst first: see `reporting.services.count_bottlenecks`.
    """

    __tablename__ = "bottleneck_reports"
    __table_args__ = (UniqueConstraint("agency_id", "quarter"),)

    id: Mapped[int] = identity()
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    quarter: Mapped[str] = mapped_column(Text)
    counted_at: Mapped[datetime]
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
