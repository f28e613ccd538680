"""Rows of terms. No behaviour."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, Float, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, identity


class TermRow(Base):
    """One threshold, from a day on. Of one name, service and band at most one row has no end."""

    __tablename__ = "terms"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="not_empty"),
        CheckConstraint("band_from < band_to", name="band_not_empty"),
        CheckConstraint("value >= 0", name="not_negative"),
        CheckConstraint(
            "unit IN ('seconds', 'minutes', 'working_hours', 'working_days', 'count', 'percent', 'km')",
            name="unit_known",
        ),
        Index(
            "uq_terms_in_force",
            "name",
            "service",
            "band_from",
            unique=True,
            postgresql_where=text("valid_until IS NULL"),
        ),
    )

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(Text)
    service: Mapped[str] = mapped_column(Text)
    band_from: Mapped[int] = mapped_column(Integer)
    band_to: Mapped[int] = mapped_column(Integer)
    value: Mapped[float] = mapped_column(Float)
    unit: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(Text)
