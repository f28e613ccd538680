"""Rows of the register. No behaviour."""

from datetime import date, datetime, time

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.database import Base, identity
from people.models import PersonRow


class InterpreterRow(Base):
    """A social interpreter or translator. `number` is what the agency calls her by (tolknummer).

    `home_lat`/`home_lon` are of the municipality, not of the house. `present_until`: the end of the last
    heartbeat while "available now" is switched on; `unanswered_rings` counts since she answered last.
    """

    __tablename__ = "interpreters"
    __table_args__ = (
        CheckConstraint("gender IN ('female', 'male', 'other')", name="gender_known"),
        CheckConstraint("travel_limit_km >= 0 AND travel_limit_km <= 500", name="travel_limit_sane"),
    )

    id: Mapped[int] = identity()
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), unique=True)
    number: Mapped[str] = mapped_column(Text, unique=True)
    gender: Mapped[str] = mapped_column(Text)
    postcode: Mapped[str] = mapped_column(Text)
    municipality: Mapped[str] = mapped_column(Text)
    home_lat: Mapped[float | None] = mapped_column(Float)
    home_lon: Mapped[float | None] = mapped_column(Float)
    travel_limit_km: Mapped[float | None] = mapped_column(Float)
    active_from: Mapped[date] = mapped_column(Date, server_default=func.current_date())
    active_until: Mapped[date | None] = mapped_column(Date)
    available_now: Mapped[bool] = mapped_column(Boolean, server_default="false")
    present_until: Mapped[datetime | None]
    unanswered_rings: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]

    person: Mapped[PersonRow] = relationship()
    languages: Mapped[list["InterpreterLanguageRow"]] = relationship(order_by="InterpreterLanguageRow.language")
    services: Mapped[list["InterpreterServiceRow"]] = relationship()
    agencies: Mapped[list["InterpreterAgencyRow"]] = relationship()


class InterpreterAgencyRow(Base):
    """For which agencies an interpreter works."""

    __tablename__ = "interpreter_agencies"

    interpreter_id: Mapped[int] = mapped_column(ForeignKey("interpreters.id"), primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), primary_key=True, index=True)


class InterpreterLanguageRow(Base):
    """One language of an interpreter, next to Dutch. Certified while `certified_from` <= day <= `certified_until`."""

    __tablename__ = "interpreter_languages"
    __table_args__ = (
        UniqueConstraint("interpreter_id", "language"),
        CheckConstraint("direction IN ('both', 'to_dutch', 'from_dutch')", name="direction_known"),
        CheckConstraint("certified_until IS NULL OR certified_from IS NOT NULL", name="certificate_has_start"),
    )

    id: Mapped[int] = identity()
    interpreter_id: Mapped[int] = mapped_column(ForeignKey("interpreters.id"))
    language: Mapped[str] = mapped_column(ForeignKey("languages.iso639_3"), index=True)
    direction: Mapped[str] = mapped_column(Text, server_default="both")
    certificate: Mapped[str | None] = mapped_column(Text)
    certified_from: Mapped[date | None] = mapped_column(Date)
    certified_until: Mapped[date | None] = mapped_column(Date)
    expiry_told_for: Mapped[date | None] = mapped_column(Date)


class InterpreterServiceRow(Base):
    """A service an interpreter offers."""

    __tablename__ = "interpreter_services"
    __table_args__ = (
        CheckConstraint("service IN ('on_site', 'telephone', 'video', 'translation')", name="service_known"),
    )

    interpreter_id: Mapped[int] = mapped_column(ForeignKey("interpreters.id"), primary_key=True)
    service: Mapped[str] = mapped_column(Text, primary_key=True)


class WeeklyAvailabilityRow(Base):
    """When an interpreter usually works: local time (Europe/Brussels), `weekday` 0 is Monday."""

    __tablename__ = "weekly_availability"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_known"),
        CheckConstraint("from_time < to_time", name="not_empty"),
    )

    id: Mapped[int] = identity()
    interpreter_id: Mapped[int] = mapped_column(ForeignKey("interpreters.id"), index=True)
    weekday: Mapped[int] = mapped_column(SmallInteger)
    from_time: Mapped[time]
    to_time: Mapped[time]


class AvailabilityExceptionRow(Base):
    """A stretch that differs from the week: free after all, or not available. Two never overlap."""

    __tablename__ = "availability_exceptions"
    __table_args__ = (
        ExcludeConstraint(
            (text("int8range(interpreter_id, interpreter_id, '[]')"), "&&"),
            ("during", "&&"),
            name="availability_exceptions_no_overlap",
            using="gist",
        ),
    )

    id: Mapped[int] = identity()
    interpreter_id: Mapped[int] = mapped_column(ForeignKey("interpreters.id"), index=True)
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    available: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str | None] = mapped_column(Text)


class ExclusionRow(Base):
    """Interpreter and organisation that do not work together. Each side sees only its own wish."""

    __tablename__ = "exclusions"
    __table_args__ = (
        UniqueConstraint("interpreter_id", "organisation_id", "set_by"),
        CheckConstraint("set_by IN ('interpreter', 'organisation', 'agency')", name="side_known"),
    )

    id: Mapped[int] = identity()
    interpreter_id: Mapped[int] = mapped_column(ForeignKey("interpreters.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    set_by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
