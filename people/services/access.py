"""Getting in and out: passwords, second factor, sessions, links, tokens."""

import hashlib
import hmac
from datetime import timedelta
from threading import BoundedSemaphore

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, func, select, update

from kernel.actor import Actor, Role
from kernel.database import Transaction, transaction
from kernel.errors import Forbidden, NotFound
from people import queries
from people.domain import hash_secret, is_weak, new_secret, normalised_email
from people.errors import LinkOver, TooManyTries, WeakPassword, WrongCode, WrongCredentials
from people.events import LinkMade, PasswordChanged, SecondFactorSet, SignedIn, SignedOut, TokenIssued
from people.models import AttemptRow, OneTimeLinkRow, PersonRow, SessionRow, TokenRow

SESSION_LIFE = timedelta(hours=12)
LINK_LIFE = {"reset": timedelta(minutes=15), "invite": timedelta(days=7)}
# At most this many wrong tries per account and per network within the window. Source: ASVS 5.0 V6, OWASP.
TRIES_WINDOW, TRIES_PER_ACCOUNT, TRIES_PER_NETWORK = timedelta(minutes=10), 10, 60
# Argon2id with the library's defaults: 64 MiB and about 0.1 s a time. At most this many at once, for the memory's sake.
_hasher, _at_once = PasswordHasher(), BoundedSemaphore(4)
_NOBODY = _hasher.hash("nobody has this password")


def sign_in(email: str, password: str, *, network: str, user_agent: str = "") -> str:
    """Return the secret of a new session.

    Takes as long for an unknown address as for a wrong password.

    Emits: SignedIn.
    Raises: WrongCredentials, TooManyTries.
    """
    account = normalised_email(email)[:320]
    _refuse_guessing(account, network)
    person = queries.find_person_by_email(account)
    known = person is not None and person.password_hash is not None and person.deactivated_at is None
    right = _matches(person.password_hash if known and person else None, password[:1024])
    memberships = queries.memberships_of(person.id) if person and right else []
    if not right or person is None or not memberships:
        _note_failure(account, network)
        raise WrongCredentials(fields={"password": "wrong_credentials"})
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


def choose_role(role: Role, *, by: Actor, secret: str) -> str:
    """Act in another of the own roles: the session is replaced, so that no secret outlives a change of rights.

    Raises: Forbidden.
    """
    if role not in {Role(it.role) for it in queries.memberships_of(by.person_id or 0)}:
        raise Forbidden()
    with transaction() as tx:
        now = tx.now()
        ended = update(SessionRow).where(SessionRow.secret_hash == hash_secret(secret)).values(ended_at=now)
        old = tx.session.execute(ended.returning(SessionRow.second_factor_at, SessionRow.user_agent)).first()
        factor = bool(old and old.second_factor_at)
        return open_session(by.person_id or 0, role, user_agent=old.user_agent if old else "", second_factor=factor)


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


def make_link(email: str, purpose: str, *, by: Actor) -> None:
    """Send a one-time link to choose a password. Says nothing about whether the address is known.

    Emits: LinkMade.
    """
    with transaction() as tx:
        person = queries.find_person_by_email(email)
        if person is None or person.deactivated_at is not None:
            return
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
    """Choose a password by a one-time link; every session there was is over.

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
        link.used_at = tx.now()
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
    account = f"code:{person.id}"
    _refuse_guessing(account, network)
    now, totp = tx.now(), pyotp.TOTP(person.totp_secret or pyotp.random_base32())
    step = next((n for n in (0, -1) if hmac.compare_digest(totp.at(now, counter_offset=n), code.strip()[:10])), None)
    moment = int(now.timestamp()) // totp.interval + (step or 0)
    if step is None or (person.totp_last_step or 0) >= moment:
        _note_failure(account, network)
        raise WrongCode(fields={"code": "wrong_code"})
    person.totp_last_step = moment


def _give_factor(tx: Transaction, secret: str) -> None:
    this = SessionRow.secret_hash == hash_secret(secret)
    tx.session.execute(update(SessionRow).where(this).values(second_factor_at=tx.now()))


def _refuse_guessing(account: str, network: str) -> None:
    with transaction() as tx:
        limits = {
            _key("account", f"{account}|{network}"): TRIES_PER_ACCOUNT,
            _key("network", network): TRIES_PER_NETWORK,
        }
        since = tx.now() - TRIES_WINDOW
        tries = select(AttemptRow.key, func.count()).where(AttemptRow.key.in_(limits), AttemptRow.at > since)
        for key, number in tx.session.execute(tries.group_by(AttemptRow.key)):
            if number >= limits[key]:
                raise TooManyTries(minutes=round(TRIES_WINDOW / timedelta(minutes=1)))


def _note_failure(account: str, network: str) -> None:
    """Count a wrong try, in a transaction of its own: the refusal that follows undoes only what surrounds it."""
    with transaction(apart=True) as tx:
        for key in (_key("account", f"{account}|{network}"), _key("network", network)):
            tx.session.add(AttemptRow(key=key))


def _key(kind: str, text: str) -> str:
    """Return what is counted by: no addresses are kept."""
    return f"{kind}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"
