"""Every read about persons and where they belong. Nothing here writes."""

from sqlalchemy import Row, func, select

from kernel.actor import STAFF, Actor, Role
from kernel.database import db
from people.domain import SignedIn, hash_secret
from people.models import MembershipRow, PersonRow, SessionRow, TokenRow


def find_by_session(secret: str) -> SignedIn | None:
    """Return who holds the session with this secret, or None when it ended, expired or its person was deactivated."""
    holder = SessionRow
    columns = (holder.id, holder.second_factor_at, PersonRow.totp_confirmed_at)
    row = _holder(holder, secret, columns)
    if row is None:
        return None
    due = Role(row.role) in STAFF and row.second_factor_at is None
    return SignedIn(_actor(row), row.locale, session_id=row.id, second_factor_due=due)


def find_by_token(secret: str) -> SignedIn | None:
    """Return whose API token this is, or None when it ended, expired or its person was deactivated."""
    row = _holder(TokenRow, secret, ())
    return SignedIn(_actor(row), row.locale) if row else None


def _holder(holder: type[SessionRow] | type[TokenRow], secret: str, columns: tuple) -> Row | None:
    """Return session or token, person and the reach of the role, in one query."""
    of_role = (MembershipRow.person_id == PersonRow.id) & (MembershipRow.role == holder.role)
    query = (
        select(
            PersonRow.id.label("person_id"),
            PersonRow.name,
            PersonRow.locale,
            holder.role,
            func.array_agg(MembershipRow.agency_id).label("agency_ids"),
            func.max(MembershipRow.organisation_id).label("organisation_id"),
            func.max(MembershipRow.interpreter_id).label("interpreter_id"),
            *columns,
        )
        .join(PersonRow, PersonRow.id == holder.person_id)
        .join(MembershipRow, of_role & MembershipRow.ended_at.is_(None))
        .where(
            holder.secret_hash == hash_secret(secret),
            holder.ended_at.is_(None),
            holder.expires_at > func.now(),
            PersonRow.deactivated_at.is_(None),
        )
        .group_by(PersonRow.id, holder.id)
    )
    return db.session.execute(query).first()


def _actor(row: Row) -> Actor:
    return Actor(
        person_id=row.person_id,
        role=Role(row.role),
        agency_ids=frozenset(agency for agency in row.agency_ids if agency is not None),
        organisation_id=row.organisation_id,
        interpreter_id=row.interpreter_id,
        name=row.name,
    )
