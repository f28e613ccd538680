"""Who is asking: a bearer token of the API, or the session of a browser."""

from flask import g, request, session

from people import queries
from people.domain import SignedIn

SESSION_SECRET = "secret"  # noqa: S105 - the name of a cookie's field, not a secret


def signed_in() -> SignedIn | None:
    """Return who is signed in, or None. One query per request at most."""
    if "signed_in" not in g:
        g.signed_in = _find()
    found: SignedIn | None = g.signed_in
    return found


def uses_bearer_token() -> bool:
    """Return whether this request brings its own secret, so that no browser can be tricked into sending it."""
    return request.headers.get("Authorization", "").startswith("Bearer ")


def _find() -> SignedIn | None:
    if uses_bearer_token():
        return queries.find_by_token(request.headers["Authorization"].removeprefix("Bearer ").strip())
    secret = session.get(SESSION_SECRET)
    return queries.find_by_session(secret) if secret else None
