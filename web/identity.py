"""Who is asking: a bearer token of the API, or the session of a browser."""

import functools
from collections.abc import Callable
from datetime import timedelta

from flask import request, session

from kernel import clock
from people import queries, services
from people.domain import SignedIn

_KEPT = "tolkdienst.signed_in"
_TOUCH_EVERY = timedelta(minutes=1)
SESSION_SECRET = "secret"  # noqa: S105 - the name of a cookie's field, not a secret


def signed_in() -> SignedIn | None:
    """Return who is signed in, or None. One query per request at most."""
    if _KEPT not in request.environ:
        request.environ[_KEPT] = None  # should the database not answer, the page that says so asks it nothing
        request.environ[_KEPT] = _find()
    found: SignedIn | None = request.environ[_KEPT]
    return found


def stay_signed_in() -> None:
    """Remember that the session is in use: a small write, at most once a minute, before the view's own work."""
    found = signed_in()
    if found and found.session_id and found.seen_at and clock.now() - found.seen_at > _TOUCH_EVERY:
        services.touch_session(found.session_id)


def uses_bearer_token() -> bool:
    """Return whether this request brings its own secret, so that no browser can be tricked into sending it."""
    return request.headers.get("Authorization", "").startswith("Bearer ")


def ask_again() -> Callable[[], SignedIn | None]:
    """Return how to ask later who is asking now: a socket outlives the request that opened it."""
    if uses_bearer_token():
        token = request.headers["Authorization"].removeprefix("Bearer ").strip()
        return functools.partial(queries.find_by_token, token)
    secret = session.get(SESSION_SECRET)
    return functools.partial(queries.find_by_session, secret) if secret else lambda: None


def _find() -> SignedIn | None:
    return ask_again()()
