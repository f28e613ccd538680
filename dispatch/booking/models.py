"""Rows of the booking pages. No behaviour."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base


class HalfTypedRow(Base):
    """What somebody typed of a booking that was not sent yet: the fields as they stand in the form, one per person."""

    __tablename__ = "half_typed_bookings"

    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    fields: Mapped[dict[str, list[str]]] = mapped_column(JSONB)
    kept_at: Mapped[datetime]
