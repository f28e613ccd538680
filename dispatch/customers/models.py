"""Rows of agreements. No behaviour."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, identity


class AgreementRow(Base):
    """The user agreement (afsprakenkader): which services an organisation may order, from when until when.

    `suspended_from`: the agency stopped it for the time being; requests then end as *service unavailable*.
    """

    __tablename__ = "agreements"
    __table_args__ = (CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="not_empty"),)

    id: Mapped[int] = identity()
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    services: Mapped[list[str]] = mapped_column(ARRAY(Text))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    suspended_from: Mapped[date | None] = mapped_column(Date)
    needs_review: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
