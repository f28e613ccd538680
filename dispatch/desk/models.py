"""Rows of a coordinator's own way of working. No behaviour."""

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, SmallInteger, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, identity


class DeskViewRow(Base):
    """A choice of the board that somebody comes back to: `query` is its part of the address."""

    __tablename__ = "desk_views"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    id: Mapped[int] = identity()
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    name: Mapped[str] = mapped_column(Text)
    query: Mapped[str] = mapped_column(Text)


class DeskAlertRow(Base):
    """Whom the board warns, and when: `minutes` before the last thing that can be done is over."""

    __tablename__ = "desk_alerts"
    __table_args__ = (CheckConstraint("minutes BETWEEN 1 AND 240", name="minutes_sane"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    minutes: Mapped[int] = mapped_column(SmallInteger)
    sound: Mapped[bool] = mapped_column(Boolean)
    desktop: Mapped[bool] = mapped_column(Boolean)
