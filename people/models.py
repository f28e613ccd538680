"""Rows of persons and where they belong. No behaviour."""

from datetime import datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.database import Base, identity


class AgencyRow(Base):
    """A service that dispatches interpreters: AgII, Atlas, IN-Gent, Brussel Onthaal. A tenant of the same data."""

    __tablename__ = "agencies"

    id: Mapped[int] = identity()
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    opens: Mapped[time] = mapped_column(server_default="08:00")
    closes: Mapped[time] = mapped_column(server_default="18:00")
    phone: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    second_factor_required: Mapped[bool] = mapped_column(server_default="true")


class OrganisationRow(Base):
    """An organisation that asks for interpreters (opdrachtgever), served by one agency."""

    __tablename__ = "organisations"
    __table_args__ = (UniqueConstraint("agency_id", "name"), UniqueConstraint("agency_id", "customer_code"))

    id: Mapped[int] = identity()
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    customer_code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    sector: Mapped[str] = mapped_column(Text)
    enterprise_number: Mapped[str | None] = mapped_column(Text)
    street: Mapped[str | None] = mapped_column(Text)
    postcode: Mapped[str | None] = mapped_column(Text)
    municipality: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    agency: Mapped[AgencyRow] = relationship()


class UnitRow(Base):
    """A team or site of an organisation, with its own address."""

    __tablename__ = "units"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    id: Mapped[int] = identity()
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    street: Mapped[str | None] = mapped_column(Text)
    postcode: Mapped[str | None] = mapped_column(Text)
    municipality: Mapped[str | None] = mapped_column(Text)


class PersonRow(Base):
    """Somebody who signs in or is reached. `email` is kept lower-case (NFC, casefold) and unique."""

    __tablename__ = "persons"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_is_lower_case"),)

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text, unique=True)
    phone: Mapped[str | None] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text, server_default="nl")
    password_hash: Mapped[str | None] = mapped_column(Text)
    totp_secret: Mapped[str | None] = mapped_column(Text)
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    deactivated_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


class MembershipRow(Base):
    """What a person does where. Several of one role reach several agencies.

    `manages`: a requester who also looks after the people and units of the organisation.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint(
            "(role = 'requester' AND organisation_id IS NOT NULL)"
            " OR (role = 'interpreter' AND interpreter_id IS NOT NULL)"
            " OR (role NOT IN ('requester', 'interpreter') AND agency_id IS NOT NULL)",
            name="scope_fits_role",
        ),
        Index(
            "uq_memberships_live",
            "person_id",
            "role",
            "agency_id",
            "organisation_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = identity()
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    role: Mapped[str] = mapped_column(Text)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    interpreter_id: Mapped[int | None] = mapped_column(ForeignKey("interpreters.id"))
    manages: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]


class SessionRow(Base):
    """A signed-in browser. Only the hash of its secret is kept; ending the row ends the session at once."""

    __tablename__ = "sessions"

    id: Mapped[int] = identity()
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    role: Mapped[str] = mapped_column(Text)
    second_factor_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(Text, server_default="")


class TokenRow(Base):
    """A bearer token of the API. Only its hash is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = identity()
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    role: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class OneTimeLinkRow(Base):
    """A link that works once, by POST: to choose a (new) password. Only its hash is kept."""

    __tablename__ = "one_time_links"

    id: Mapped[int] = identity()
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    purpose: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class AttemptRow(Base):
    """A failed try at something that can be guessed, counted per key (a keyed hash of account or network)."""

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_key_at", "key", "at"),)

    id: Mapped[int] = identity()
    key: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
