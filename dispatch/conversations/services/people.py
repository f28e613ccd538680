"""Who comes into a room: people of the house by their role, guests by a link that works once, once they are let in."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select, update

from dispatch.conversations import queries
from dispatch.conversations.domain import GUESTS, LABEL_LIMIT, Party, role_of
from dispatch.conversations.errors import LinkOver, RoomClosed, RoomFull, RoomNotOpen
from dispatch.conversations.events import GuestAdmitted, GuestInvited, GuestRemoved
from dispatch.conversations.models import ConversationRow, ParticipantRow
from dispatch.conversations.permissions import Right, may
from dispatch.conversations.services.recording import hold, ids_of, record_event
from dispatch.conversations.services.telling import tell
from dispatch.conversations.status import FINAL
from dispatch.terms.queries import terms_at
from kernel.actor import SYSTEM, Actor, Role
from kernel.database import Transaction, transaction
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.words import normal_phone, readable
from media.call import domain as call
from people.domain import hash_secret, new_secret
from reference import queries as reference

# A process renews the leases of its sockets every five seconds; one that died has lost them after three times that.
PRESENCE = timedelta(seconds=15)

_ACTING = {
    Party.REQUESTER: Role.REQUESTER,
    Party.INTERPRETER: Role.INTERPRETER,
    Party.COORDINATOR: Role.COORDINATOR,
}


@dataclass(frozen=True, slots=True)
class Way:
    """How a link reaches its guest: `show` (whoever invites passes it on), or `sms` or `mail` to an address.

    The address is kept nowhere but in the job that sends the link.
    """

    channel: str = "show"
    to: str = ""

    def address(self) -> str | None:
        """Return where to send it; None: nowhere. Raises: BadPhone, Invalid."""
        if self.channel == "show":
            return None
        if self.channel == "sms":
            return normal_phone(self.to, "to")
        try:
            return validate_email(self.to.strip(), check_deliverability=False, test_environment=True).normalized
        except EmailNotValidError as error:
            raise Invalid(fields={"to": "bad_email"}) from error


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody without an account who is asked in. `label` is what the others read: "moeder", "dr. in opleiding"."""

    role: str
    label: str = ""
    language: str | None = None


def enter_as(conversation_id: int, *, by: Actor) -> ParticipantRow:
    """Return the place of a person of the house in a conversation, made when they come first.

    Raises: NotFound.
    """
    with transaction() as tx:
        row = queries.find_conversation(conversation_id, by=by)
        known = select(ParticipantRow).where(
            ParticipantRow.conversation_id == row.id, ParticipantRow.person_id == by.person_id
        )
        if (found := tx.session.scalars(known).first()) is not None:
            return found
        tx.locked(ConversationRow, row.id)
        if (found := tx.session.scalars(known).first()) is not None:
            return found
        made = ParticipantRow(conversation_id=row.id, role=queries.party_of(by), person_id=by.person_id)
        made.key, made.status, made.label = secrets.token_urlsafe(12), "admitted", ""
        made.added_at = made.admitted_at = tx.now()
        return tx.add(made)


def invite_guest(conversation_id: int, guest: Guest, *, by: ParticipantRow, way: Way = Way()) -> str:
    """Make a place and a link for somebody without an account; return the link's secret, which is told once.

    Emits: GuestInvited.
    Raises: Invalid, Forbidden, RoomClosed, RoomFull.
    """
    label, to, wrong = readable(guest.label, "label"), way.address(), {}
    if guest.role not in GUESTS:
        wrong["role"] = "unknown_choice"
    if len(label) > LABEL_LIMIT:
        wrong["label"] = "too_long"
    if guest.language is not None and not reference.language_exists(guest.language):
        wrong["language"] = "unknown_language"
    if wrong:
        raise Invalid(fields=wrong)
    with transaction() as tx:
        row = _open(tx, conversation_id, by, Right.INVITE)
        terms, now = terms_at(tx.now().date()), tx.now()
        if queries.count_guests(row.id) >= int(terms.value("room_guests")):
            raise RoomFull()
        token = new_secret()
        made = ParticipantRow(conversation_id=row.id, role=guest.role, label=label, language=guest.language)
        made.key, made.status, made.link_hash = secrets.token_urlsafe(12), "invited", hash_secret(token)
        life = timedelta(minutes=terms.value("guest_link"))
        made.link_until = min(max(now, row.starts_at) + life, row.closes_at)
        made.invited_by, made.added_at = by.person_id, now
        tx.add(made)
        tx.emit(GuestInvited(**ids_of(row), participant_id=made.id, guest_role=made.role), acting(by))
        if to is not None:
            sending = {"participant_id": made.id, "token": token, "channel": way.channel, "to": to}
            tx.defer("conversations.send_link", **sending)
        tell(tx, row.id, "changed")
        return token


def use_link(token: str, *, label: str = "") -> str:
    """Use a link, once: return the secret of the browser that used it. The guest waits at the door from now on.

    Raises: NotFound, LinkOver, RoomClosed.
    """
    called = readable(label, "label")[:LABEL_LIMIT]
    with transaction() as tx:
        guest = tx.locked(ParticipantRow, queries.find_by_link(token).id)
        row = queries.room_of(guest.conversation_id)
        now = tx.now()
        if guest.used_at is not None or guest.link_until is None or guest.link_until <= now:
            raise LinkOver()
        if guest.status == "removed" or row.status in FINAL or row.closes_at <= now:
            raise RoomClosed()
        secret = new_secret()
        guest.used_at, guest.status, guest.secret_hash = now, "waiting", hash_secret(secret)
        guest.label = guest.label or called
        tell(tx, row.id, "changed")
        return secret


def admit_guest(conversation_id: int, key: str, *, by: ParticipantRow) -> None:
    """Let in somebody who waits. Twice is once.

    Emits: GuestAdmitted.
    Raises: NotFound, Forbidden, RoomClosed.
    """
    with transaction() as tx:
        row = _open(tx, conversation_id, by, Right.ADMIT)
        guest = tx.locked(ParticipantRow, queries.find_participant(conversation_id, key).id)
        if guest.status != "waiting":
            return
        guest.status, guest.admitted_at = "admitted", tx.now()
        tx.emit(GuestAdmitted(**ids_of(row), participant_id=guest.id), acting(by))
        tell(tx, row.id, "admitted", to=guest.key)
        tell(tx, row.id, "changed")


def remove_guest(conversation_id: int, key: str, *, by: ParticipantRow) -> None:
    """Send a guest away, or take a link back that was not used: neither works again. Twice is once.

    Emits: GuestRemoved.
    Raises: NotFound, Forbidden, RoomClosed.
    """
    with transaction() as tx:
        row = _open(tx, conversation_id, by, Right.REMOVE)
        guest = tx.locked(ParticipantRow, queries.find_participant(conversation_id, key).id)
        if guest.role not in GUESTS:
            raise Forbidden(action="remove")
        if guest.status == "removed":
            return
        guest.status, guest.removed_at = "removed", tx.now()
        guest.link_hash = guest.secret_hash = guest.present_until = guest.hand_at = None
        tx.emit(GuestRemoved(**ids_of(row), participant_id=guest.id), acting(by))
        tell(tx, row.id, "removed", to=guest.key)
        tell(tx, row.id, "changed")


def take_seat(participant_id: int, seat: str) -> ParticipantRow:
    """Come in with this tab; another tab of the same participant hears that it has lost its place.

    Raises: NotFound, RoomNotOpen, RoomClosed, RoomFull.
    """
    with transaction() as tx:
        if (known := queries.participant(participant_id)) is None:
            raise NotFound(thing="conversation_participants")
        row = hold(tx, known.conversation_id)
        who, now = tx.locked(ParticipantRow, participant_id), tx.now()
        require_open(row, now)
        if who.status == "removed":
            raise RoomClosed()
        there = [it for it in queries.roster(row.id, now) if it.status == "admitted" and it.key != who.key]
        if who.status == "admitted" and len(there) >= int(terms_at(now.date()).value("room_size")):
            raise RoomFull()
        if who.seat is not None:
            tell(tx, row.id, "taken_over", to=who.key, seat=who.seat)
            _gone(who, who.seat, now, dropped=True)
        who.seat, who.present_until = seat, now + PRESENCE
        tell(tx, row.id, "changed")
        return who


def note_connected(participant_id: int, seat: str) -> None:
    """Sound or picture flows between this tab and the room: from now on its participant is there."""
    with transaction() as tx:
        who = queries.participant(participant_id)
        if who is None or who.seat != seat or who.status != "admitted":
            return
        leg = {"leg": seat, "role": role_of(who.role), "who": who.key, "way": call.Way.BROWSER}
        record_event(who.conversation_id, call.Joined(at=tx.now(), **leg), key=f"joined {seat}")


def leave_room(participant_id: int, seat: str, *, dropped: bool = False, at: datetime | None = None) -> None:
    """Go: by oneself, or (`dropped`) because the connection ended. A tab whose place was taken changes nothing."""
    with transaction() as tx:
        known = queries.participant(participant_id)
        if known is None or known.seat != seat:
            return
        row = hold(tx, known.conversation_id)
        who = tx.locked(ParticipantRow, participant_id)
        if who.seat != seat:
            return
        who.present_until = who.hand_at = who.seat = None
        _gone(who, seat, at or tx.now(), dropped=dropped)
        tell(tx, row.id, "changed")


def lose_the_silent() -> int:
    """Let go of everybody whose lease ran out: since their last sign of life they are not there. Returns how many."""
    silent = queries.gone()
    for who in silent:
        last_sign = (who.present_until or who.added_at) - PRESENCE
        leave_room(who.id, who.seat or "", dropped=True, at=last_sign)
    return len(silent)


def _gone(who: ParticipantRow, seat: str, at: datetime, *, dropped: bool) -> None:
    leg = {"leg": seat, "role": role_of(who.role), "who": who.key, "way": call.Way.BROWSER}
    record_event(who.conversation_id, call.Left(at=at, dropped=dropped, **leg), key=f"left {seat}")


def phone_comes(conversation_id: int, key: str, *, role: str = Party.CLIENT, label: str = "") -> None:
    """A telephone is in the room: who has a place there takes it, who has none gets one, under this key."""
    with transaction() as tx:
        row, now = hold(tx, conversation_id), tx.now()
        known = tx.session.scalar(
            select(ParticipantRow.id).where(
                ParticipantRow.conversation_id == conversation_id, ParticipantRow.key == key
            )
        )
        if known is None:
            facts = {"conversation_id": conversation_id, "role": role, "key": key, "label": label}
            known = tx.write(ParticipantRow, **facts, status="admitted", added_at=now, admitted_at=now)
        tx.change(ParticipantRow, known, present_until=row.closes_at)
        tell(tx, conversation_id, "changed")


def phone_goes(conversation_id: int, key: str) -> None:
    """A telephone is not in the room any more."""
    with transaction() as tx:
        gone = (ParticipantRow.conversation_id == conversation_id, ParticipantRow.key == key)
        tx.session.execute(
            update(ParticipantRow).where(*gone, ParticipantRow.seat.is_(None)).values(present_until=None)
        )
        tell(tx, conversation_id, "changed")


def renew_presence(seats: Sequence[str]) -> None:
    """Renew the leases of these tabs, all in one statement: their sockets are open in this process."""
    with transaction() as tx:
        theirs = ParticipantRow.seat.in_(seats)
        tx.session.execute(update(ParticipantRow).where(theirs).values(present_until=tx.now() + PRESENCE))


def require_open(row: ConversationRow, now: datetime) -> None:
    """Refuse whoever comes too early or too late.

    Raises: RoomNotOpen, RoomClosed.
    """
    if row.status in FINAL or row.closes_at <= now:
        raise RoomClosed()
    if row.opens_at > now:
        raise RoomNotOpen(opens_at=row.opens_at.isoformat())


def _open(tx: Transaction, conversation_id: int, by: ParticipantRow, right: Right) -> ConversationRow:
    """Return the conversation with its lock, if it is open and `by`, a participant of it, has the right."""
    if by.conversation_id != conversation_id:
        raise NotFound(thing="conversations")
    if not may(by.role, right) or by.status != "admitted":
        raise Forbidden(action=str(right))
    row = hold(tx, conversation_id)
    if row.status in FINAL or row.closes_at <= tx.now():
        raise RoomClosed()
    return row


def acting(by: ParticipantRow) -> Actor:
    """Return who acts, for the trail: people of the house by id, a guest as the system on their behalf."""
    return Actor(by.person_id, _ACTING[Party(by.role)]) if by.role in _ACTING else SYSTEM
