"""Rows of closing days. No behaviour."""

from datetime import date

from sqlalchemy import Date, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base


class ClosingDayRow(Base):
    """A day on which an agency is closed."""

    __tablename__ = "closing_days"

    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
