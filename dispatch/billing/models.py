"""Rows of tariffs. No behaviour."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, identity


class TariffRow(Base):
    """What an hour, a quarter and a kilometre cost per service, in cents, from a day on. Dated, with its source."""

    __tablename__ = "tariffs"
    __table_args__ = (
        UniqueConstraint("service", "valid_from"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="not_empty"),
        CheckConstraint(
            "first_hour_cents >= 0 AND quarter_cents >= 0 AND km_cents >= 0 AND km_cap >= 0 AND late_fee_cents >= 0",
            name="not_negative",
        ),
    )

    id: Mapped[int] = identity()
    service: Mapped[str] = mapped_column(Text)
    first_hour_cents: Mapped[int] = mapped_column(Integer)
    quarter_cents: Mapped[int] = mapped_column(Integer)
    km_cents: Mapped[int] = mapped_column(Integer)
    km_cap: Mapped[int] = mapped_column(Integer)
    late_fee_cents: Mapped[int] = mapped_column(Integer)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(Text)
