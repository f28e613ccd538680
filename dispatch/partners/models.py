"""Rows of agreements between agencies and of what was handed over. No behaviour."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, identity


class PartnershipRow(Base):
    """`agency_id` may ask the interpreters of `partner_id` for these services, from when until when (both included)."""

    __tablename__ = "partnerships"
    __table_args__ = (
        CheckConstraint("agency_id <> partner_id", name="two_agencies"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="not_empty"),
        CheckConstraint("cardinality(services) > 0", name="some_service"),
        ExcludeConstraint(
            (text("int8range(agency_id, agency_id, '[]')"), "&&"),
            (text("int8range(partner_id, partner_id, '[]')"), "&&"),
            (text("daterange(valid_from, valid_until, '[]')"), "&&"),
            name="partnerships_no_overlap",
            using="gist",
        ),
    )

    id: Mapped[int] = identity()
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    services: Mapped[list[str]] = mapped_column(ARRAY(Text))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class HandoverRow(Base):
    """A request that a partner's interpreters are asked for too. `handed_by` None: by the search itself.

    `ended_at`: the partner gave it back; nobody more of it is asked.
    """

    __tablename__ = "handovers"
    __table_args__ = (
        UniqueConstraint("request_id", "partner_id"),
        Index("ix_handovers_partner", "partner_id", "id"),
    )

    id: Mapped[int] = identity()
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    handed_at: Mapped[datetime]
    handed_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    ended_at: Mapped[datetime | None]
