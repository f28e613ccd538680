"""Rows of calendar feeds. No behaviour."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, identity


class CalendarFeedRow(Base):
    """An address under which a person's own calendar reads the appointments of one role.

    No secret is kept: the address is the id, signed with the key of the house. Ending the row ends the address.
    """

    __tablename__ = "calendar_feeds"
    __table_args__ = (
        CheckConstraint("role IN ('requester', 'interpreter')", name="role_known"),
        Index("uq_calendar_feeds_live", "person_id", "role", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[int] = identity()
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    role: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
