"""Rows of requests. No behaviour."""

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, Date, Float, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.database import Base, identity
from people.models import AgencyRow, OrganisationRow, PersonRow

_SERVICES = "('on_site', 'telephone', 'video', 'translation')"


class SeriesRow(Base):
    """Several dates asked in one go."""

    __tablename__ = "series"

    id: Mapped[int] = identity()
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))


class RequestRow(Base):
    """One demand for an interpreter or a translation: the counting unit of figure 37.

    `service`, `language` and the slot are what was asked; what was given stands on the assignment.
    `held_on` is the local day of the performance asked (for a translation: of its deadline): it decides the year.
    `version` goes up when an offer made before may no longer be accepted as it was.
    The moments of the search (`escalate_at`, `hard_stop_at`, `answer_by`) follow the terms in force at submission.
    `next_step_at` is when the search has to be looked at again; the clock does.
    """

    __tablename__ = "requests"
    __table_args__ = (
        CheckConstraint(f"service IN {_SERVICES}", name="service_known"),
        CheckConstraint("(status = 'closed') = (outcome IS NOT NULL)", name="outcome_when_closed"),
        CheckConstraint("(outcome IS NULL) = (closed_at IS NULL)", name="closed_has_moment"),
        CheckConstraint(
            "outcome IN ('completed', 'cancelled', 'not_available', 'other_reason')",
            name="outcome_known",
        ),
        CheckConstraint(
            "(outcome = 'cancelled') = (timely IS NOT NULL) OR outcome IS NULL", name="timely_when_cancelled"
        ),
        CheckConstraint(
            "outcome <> 'not_available' OR coalesce(outcome_reason IN ('interpreter_unavailable',"
            " 'language_unavailable', 'service_unavailable'), false)",
            name="not_available_has_reason",
        ),
        CheckConstraint("outcome NOT IN ('completed', 'cancelled') OR answered_at IS NOT NULL", name="answered_first"),
        CheckConstraint("status = 'draft' OR submitted_at IS NOT NULL", name="submitted_has_moment"),
        CheckConstraint("starts_at < ends_at", name="slot_not_empty"),
        CheckConstraint(
            "status = 'draft' OR service <> 'on_site' OR municipality IS NOT NULL", name="on_site_has_place"
        ),
        CheckConstraint("service <> 'video' OR held_on >= '2020-12-01'", name="video_from_december_2020"),
        Index(
            "ix_requests_board",
            "agency_id",
            "hard_stop_at",
            "id",
            postgresql_where=text("status IN ('searching', 'escalated', 'proposed')"),
        ),
        Index("ix_requests_next_step", "next_step_at", postgresql_where=text("next_step_at IS NOT NULL")),
        Index("ix_requests_organisation", "organisation_id", "id"),
        Index("ix_requests_agency", "agency_id", "id"),
        Index("ix_requests_requester", "requester_id", "id"),
        Index(
            "ix_requests_figure",
            "held_on",
            postgresql_include=[
                "agency_id",
                "service",
                "outcome",
                "outcome_reason",
                "language",
                "region",
                "organisation_id",
            ],
            postgresql_where=text("outcome IS NOT NULL"),
        ),
        Index("ix_requests_open_end", "ends_at", postgresql_where=text("status IN ('assigned', 'in_progress')")),
    )

    id: Mapped[int] = identity()
    reference: Mapped[str] = mapped_column(Text, unique=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    requester_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"), index=True)
    moved_from_id: Mapped[int | None] = mapped_column(ForeignKey("requests.id"))

    service: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(ForeignKey("languages.iso639_3"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    held_on: Mapped[date] = mapped_column(Date)
    immediate: Mapped[bool] = mapped_column(Boolean, server_default="false")
    street: Mapped[str | None] = mapped_column(Text)
    postcode: Mapped[str | None] = mapped_column(Text)
    municipality: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str] = mapped_column(Text)
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    phone: Mapped[str | None] = mapped_column(Text)
    interpreter_gender: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text)
    client_reference: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)

    status: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    priority: Mapped[bool] = mapped_column(Boolean, server_default="false")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))

    wave: Mapped[int] = mapped_column(Integer, server_default="0")
    next_step_at: Mapped[datetime | None]
    escalate_at: Mapped[datetime | None]
    hard_stop_at: Mapped[datetime | None]
    answer_by: Mapped[datetime | None]

    outcome: Mapped[str | None] = mapped_column(Text)
    outcome_reason: Mapped[str | None] = mapped_column(Text)
    timely: Mapped[bool | None] = mapped_column(Boolean)
    derived_outcome: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    outcome_note: Mapped[str | None] = mapped_column(Text)
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    was_assigned: Mapped[bool] = mapped_column(Boolean, server_default="false")

    agency: Mapped[AgencyRow] = relationship()
    organisation: Mapped[OrganisationRow] = relationship()
    requester: Mapped[PersonRow] = relationship(foreign_keys=[requester_id])
    options: Mapped[list["OptionRow"]] = relationship(order_by="OptionRow.rank")


class OptionRow(Base):
    """A ranked alternative the requester agreed to beforehand: other language, service or time. Rank 1 is preferred."""

    __tablename__ = "request_options"
    __table_args__ = (
        UniqueConstraint("request_id", "rank"),
        CheckConstraint("rank >= 1", name="rank_positive"),
        CheckConstraint(f"service IN {_SERVICES}", name="service_known"),
        CheckConstraint("starts_at < ends_at", name="slot_not_empty"),
    )

    id: Mapped[int] = identity()
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"))
    rank: Mapped[int] = mapped_column(Integer)
    service: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(ForeignKey("languages.iso639_3"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class ProposalRow(Base):
    """A counter-proposal (tegenvoorstel): an option the desk asks the requester about, until `expires_at`."""

    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint("answer IN ('accepted', 'declined', 'expired')", name="answer_known"),
        Index("uq_proposals_open", "request_id", unique=True, postgresql_where=text("answer IS NULL")),
    )

    id: Mapped[int] = identity()
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"))
    service: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(ForeignKey("languages.iso639_3"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    proposed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]


class NoteRow(Base):
    """What a coordinator wrote about a request: for colleagues, or (`to_requester`) to the side that asked.

    Never visible to the interpreter.
    """

    __tablename__ = "request_notes"

    id: Mapped[int] = identity()
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    written_at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    to_requester: Mapped[bool] = mapped_column(Boolean, server_default="false")
