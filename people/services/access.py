"""Getting in and out: passwords, second factor, sessions, links, tokens."""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import BoundedSemaphore

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, func, insert, select, update

from kernel.actor import SYSTEM, Actor, Role
from kernel.database import Transaction, transaction
from kernel.errors import Forbidden, Invalid, NotFound
from people import queries
from people.domain import hash_secret, is_weak, network_of, new_secret, normalised_email
from people.errors import LinkOver, TooManyTries, WeakPassword, WrongCode, WrongCredentials
from people.events import LinkMade, PasswordChanged, SecondFactorSet, SignedIn, SignedOut, TokenIssued
from people.models import AttemptRow, OneTimeLinkRow, PersonRow, SessionRow, TokenRow

SESSION_LIFE = timedelta(hours=12)
LINK_LIFE = {"reset": timedelta(minutes=15), "invite": timedelta(days=7)}
# At most this many wrong tries within the window: at one account from one network or known browser, at one account
# from all unknown browsers of the world together, and from one network. Source: ASVS 5.0 V6; OWASP, device cookies.
TRIES_WINDOW, TRIES_PER_ACCOUNT, TRIES_BY_STRANGERS, TRIES_PER_NETWORK = timedelta(minutes=10), 10, 30, 60
# So many questions for a link from one network within the window.
LINKS_PER_NETWORK = 20
# Argon2id with the library's defaults: 64 MiB and about 0.1 s a time. At most this many at once, for the memory's sake.
_hasher, _at_once = PasswordHasher(), BoundedSemaphore(4)
_NOBODY = _hasher.hash("nobody has this password")


def sign_in(email: str, password: str, *, network: str, user_agent: str = "", browser: str | None = None) -> str:
    """Return the secret of a new session.

    Takes as long for an unknown address as for a wrong password. `browser` names a browser from which this account
    was entered before: strangers who guess elsewhere do not lock its owner out.

    Emits: SignedIn.
    Raises: WrongCredentials, TooManyTries.
    """
    account = normalised_email(email)[:320]
    counted = _count_try(_limits(account, network, browser))
    person = queries.find_person_by_email(account)
    known = person is not None and person.password_hash is not None and person.deactivated_at is None
    right = _matches(person.password_hash if known and person else None, password[:1024])
    memberships = queries.memberships_of(person.id) if person and right else []
    if not right or person is None or not memberships:
        raise WrongCredentials(fields={"password": "wrong_credentials"})
    _forget_tries(counted)
    return open_session(person.id, Role(memberships[0].role), user_agent=user_agent)


def open_session(person_id: int, role: Role, *, user_agent: str = "", second_factor: bool = False) -> str:
    """Open a session in a role and return its secret.

    Emits: SignedIn.
    """
    secret = new_secret()
    with transaction() as tx:
        now = tx.now()
        row = SessionRow(person_id=person_id, role=role, secret_hash=hash_secret(secret), expires_at=now + SESSION_LIFE)
        row.created_at = row.seen_at = now
        row.user_agent, row.second_factor_at = user_agent[:200], now if second_factor else None
        tx.add(row)
        tx.emit(SignedIn(person_id=person_id, role=role), Actor(person_id, role))
    return secret


def choose_role(role: str, *, by: Actor, secret: str) -> str:
    """Act in another of the own roles: the session is replaced, so that no secret outlives a change of rights.

    A token of the API is for one role and opens no session.

    Raises: Invalid: not a role of one's own; Forbidden.
    """
    if role not in {it.role for it in queries.memberships_of(by.person_id or 0)}:
        raise Invalid(fields={"role": "unknown_choice"})
    with transaction() as tx:
        mine = (SessionRow.secret_hash == hash_secret(secret), SessionRow.person_id == by.person_id)
        ended = update(SessionRow).where(*mine, SessionRow.ended_at.is_(None)).values(ended_at=tx.now())
        old = tx.session.execute(ended.returning(SessionRow.second_factor_at, SessionRow.user_agent)).first()
        if old is None:
            raise Forbidden()
        factor = old.second_factor_at is not None
        return open_session(by.person_id or 0, Role(role), user_agent=old.user_agent, second_factor=factor)


def touch_session(session_id: int) -> None:
    """Remember that a session is in use. Called at most once a minute."""
    with transaction() as tx:
        tx.session.execute(update(SessionRow).where(SessionRow.id == session_id).values(seen_at=tx.now()))


def sign_out(secret: str, *, by: Actor, everywhere: bool = False) -> None:
    """End this session, or all of one's own.

    Emits: SignedOut.
    """
    with transaction() as tx:
        which = SessionRow.person_id == by.person_id if everywhere else SessionRow.secret_hash == hash_secret(secret)
        tx.session.execute(update(SessionRow).where(which, SessionRow.ended_at.is_(None)).values(ended_at=tx.now()))
        tx.emit(SignedOut(person_id=by.person_id or 0, everywhere=everywhere), by)


def end_session(session_id: int, *, by: Actor) -> None:
    """End one of the own sessions.

    Raises: NotFound.
    """
    with transaction() as tx:
        own = (SessionRow.id == session_id, SessionRow.person_id == by.person_id)
        ended = update(SessionRow).where(*own).values(ended_at=tx.now()).returning(SessionRow.id)
        if tx.session.execute(ended).first() is None:
            raise NotFound(thing="sessions")


def prepare_second_factor(*, by: Actor) -> str:
    """Return the address an authenticator app reads (otpauth), with a secret that counts once it is confirmed."""
    with transaction() as tx:
        row = tx.locked(PersonRow, by.person_id or 0)
        if row.totp_confirmed_at is not None:
            raise Forbidden()
        row.totp_secret = row.totp_secret or pyotp.random_base32()
        return pyotp.TOTP(row.totp_secret).provisioning_uri(name=row.email, issuer_name="Tolkdienst")


def confirm_second_factor(code: str, *, by: Actor, secret: str, network: str) -> None:
    """Set the second factor up: the first right code counts for this session too.

    Emits: SecondFactorSet.
    Raises: WrongCode, TooManyTries.
    """
    with transaction() as tx:
        row = tx.locked(PersonRow, by.person_id or 0)
        _check_code(tx, row, code, network)
        row.totp_confirmed_at = tx.now()
        _give_factor(tx, secret)
        tx.emit(SecondFactorSet(person_id=row.id), by)


def verify_second_factor(code: str, *, by: Actor, secret: str, network: str) -> None:
    """Let a session in by its second factor. A code works once.

    Raises: WrongCode, TooManyTries.
    """
    with transaction() as tx:
        row = tx.locked(PersonRow, by.person_id or 0)
        if row.totp_confirmed_at is None:
            raise WrongCode(fields={"code": "wrong_code"})
        _check_code(tx, row, code, network)
        _give_factor(tx, secret)


def ask_link(email: str, *, network: str) -> None:
    """Ask for a link to choose a new password. Does and takes the same for every address: the worker looks it up.

    Raises: TooManyTries.
    """
    key = _key("link", network_of(network))
    _count_try({key: LINKS_PER_NETWORK})
    with transaction() as tx:
        tx.defer("people.send_reset", address_hash=hash_secret(normalised_email(email)[:320]).hex())


def send_reset(address_hash: str) -> None:
    """Send a link to whoever has the address with this hash, if anybody."""
    person = queries.find_person_by_address_hash(address_hash)
    if person is not None:
        make_link(person.email, "reset", by=SYSTEM)


def make_link(email: str, purpose: str, *, by: Actor) -> None:
    """Send a one-time link to choose a password. Says nothing about whether the address is known.

    Emits: LinkMade.
    """
    with transaction() as tx:
        person = queries.find_person_by_email(email)
        if person is None or person.deactivated_at is not None:
            return
        tx.locked(PersonRow, person.id)
        now = tx.now()
        recent = (OneTimeLinkRow.person_id == person.id, OneTimeLinkRow.created_at > now - timedelta(minutes=10))
        if (tx.session.scalar(select(func.count()).select_from(OneTimeLinkRow).where(*recent)) or 0) >= 3:
            return
        secret = new_secret()
        row = OneTimeLinkRow(person_id=person.id, purpose=purpose, secret_hash=hash_secret(secret))
        row.created_at, row.expires_at = now, now + LINK_LIFE[purpose]
        tx.add(row)
        tx.emit(LinkMade(person_id=person.id, purpose=purpose, secret=secret), by)


def choose_password(link_secret: str, password: str) -> None:
    """Choose a password by a one-time link; every session there was is over, and so is every other link.

    Emits: PasswordChanged.
    Raises: LinkOver, WeakPassword.
    """
    with transaction() as tx:
        held = select(OneTimeLinkRow).where(OneTimeLinkRow.secret_hash == hash_secret(link_secret)).with_for_update()
        link = tx.session.scalars(held).first()
        if link is None or link.used_at is not None or link.expires_at <= tx.now():
            raise LinkOver()
        person = tx.locked(PersonRow, link.person_id)
        set_password(tx, person, password)
        unused = (OneTimeLinkRow.person_id == person.id, OneTimeLinkRow.used_at.is_(None))
        tx.session.execute(update(OneTimeLinkRow).where(*unused).values(used_at=tx.now()))
        live = (SessionRow.person_id == person.id, SessionRow.ended_at.is_(None))
        tx.session.execute(update(SessionRow).where(*live).values(ended_at=tx.now()))
        tx.emit(PasswordChanged(person_id=person.id), Actor(person.id, Role.SYSTEM))


def set_password(tx: Transaction, person: PersonRow, password: str) -> None:
    """Keep the hash of a new password.

    Raises: WeakPassword.
    """
    if is_weak(password, person.name, person.email.partition("@")[0]):
        raise WeakPassword(fields={"password": "weak_password"})
    with _at_once:
        person.password_hash = _hasher.hash(password)


def issue_token(person_id: int, role: Role, *, name: str, days: int = 365, by: Actor) -> str:
    """Return a new bearer token of the API; only its hash is kept.

    Emits: TokenIssued.
    Raises: Forbidden: for somebody else, or for a role the person does not have.
    """
    if not by.is_system and by.person_id != person_id:
        raise Forbidden()
    if role not in {Role(it.role) for it in queries.memberships_of(person_id)}:
        raise Forbidden(role=role)
    secret = new_secret()
    with transaction() as tx:
        now = tx.now()
        row = TokenRow(person_id=person_id, role=role, name=name[:100], secret_hash=hash_secret(secret))
        row.created_at, row.expires_at = now, now + timedelta(days=days)
        tx.add(row)
        tx.emit(TokenIssued(person_id=person_id, token_id=row.id), by)
    return secret


def forget_old_access() -> int:
    """Delete ended sessions, used links and counted tries after a month; return how many."""
    with transaction() as tx:
        before = tx.now() - timedelta(days=30)
        old = [
            delete(SessionRow).where(SessionRow.expires_at < before),
            delete(OneTimeLinkRow).where(OneTimeLinkRow.expires_at < before),
            delete(AttemptRow).where(AttemptRow.at < before),
        ]
        return sum(int(tx.session.execute(it).rowcount) for it in old)  # type: ignore[attr-defined]


def _matches(password_hash: str | None, password: str) -> bool:
    with _at_once:
        try:
            return _hasher.verify(password_hash or _NOBODY, password) and password_hash is not None
        except (VerifyMismatchError, InvalidHashError):
            return False


def _check_code(tx: Transaction, person: PersonRow, code: str, network: str) -> None:
    """Accept a code of this half minute or the one before, once."""
    # Whoever guesses here knows the password: all networks count together, so that many of them help nobody.
    counted = _count_try({_key("code", str(person.id)): TRIES_PER_ACCOUNT, **_network_limit(network)})
    now, totp = tx.now(), pyotp.TOTP(person.totp_secret or pyotp.random_base32())
    typed = "".join(code.split())[:10].encode()
    step = next((n for n in (0, -1) if hmac.compare_digest(totp.at(now, counter_offset=n).encode(), typed)), None)
    moment = int(now.timestamp()) // totp.interval + (step or 0)
    if step is None or (person.totp_last_step or 0) >= moment:
        raise WrongCode(fields={"code": "wrong_code"})
    person.totp_last_step = moment
    _forget_tries(counted)


def _give_factor(tx: Transaction, secret: str) -> None:
    this = SessionRow.secret_hash == hash_secret(secret)
    tx.session.execute(update(SessionRow).where(this).values(second_factor_at=tx.now()))


def _limits(account: str, network: str, browser: str | None) -> dict[str, int]:
    """Return how often a password may be tried from here, per key."""
    here = _network_limit(network)
    if browser is not None:
        return {_key("browser", f"{account}|{browser}"): TRIES_PER_ACCOUNT} | here
    near = {_key("account", f"{account}|{network_of(network)}"): TRIES_PER_ACCOUNT}
    return near | {_key("strangers", account): TRIES_BY_STRANGERS} | here


def _network_limit(network: str) -> dict[str, int]:
    return {_key("network", network_of(network)): TRIES_PER_NETWORK}


def _count_try(limits: dict[str, int]) -> list[int]:
    """Count a try before its outcome is known, so that many at once are not more than many in a row.

    On a connection of its own: it counts even when what surrounds it is undone. A refused try is not counted.

    Raises: TooManyTries.
    """
    with transaction(apart=True) as tx:
        added = tx.session.execute(insert(AttemptRow).returning(AttemptRow.id), [{"key": key} for key in limits])
        mine = [int(it) for it in added.scalars()]
    with transaction(apart=True) as tx:
        since = tx.now() - TRIES_WINDOW
        tries = select(AttemptRow.key, func.count()).where(AttemptRow.key.in_(limits), AttemptRow.at > since)
        over = any(number > limits[key] for key, number in tx.session.execute(tries.group_by(AttemptRow.key)))
    if over:
        _forget_tries(mine)
        raise TooManyTries(minutes=round(TRIES_WINDOW / timedelta(minutes=1)))
    return mine


@contextmanager
def counted_guess(kind: str, about: str, limit: int) -> Iterator[None]:
    """Count a guess at something short: inside, whoever is wrong raises; who is right is not counted.

    Raises: TooManyTries: more than `limit` wrong ones within the window.
    """
    counted = _count_try({_key(kind, about): limit})
    yield
    _forget_tries(counted)


def _forget_tries(counted: list[int]) -> None:
    with transaction(apart=True) as tx:
        tx.session.execute(delete(AttemptRow).where(AttemptRow.id.in_(counted)))


def _key(kind: str, text: str) -> str:
    """Return what is counted by: no addresses are kept."""
    return f"{kind}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"
