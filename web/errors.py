"""The one table from refusals to answers: problem+json under /api/, a page elsewhere (RFC 9457)."""

import logging
from typing import Any

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import BadHost, HTTPException

from kernel import log
from kernel.database import db, meaning_of
from kernel.errors import Forbidden, Invalid, NotAllowedNow, NotFound, Refusal, Unavailable
from web.guard import SecondFactorFirst, SignInFirst, sign_in_answer
from web.sentences import sentence

HTTP_STATUS = {
    SignInFirst: 401,
    Invalid: 422,
    Forbidden: 403,
    NotFound: 404,
    NotAllowedNow: 409,
    Unavailable: 503,
    Refusal: 400,
}
RETRY_AFTER_S = 2

_HTTP_CODES = {
    400: "bad_request",
    401: "sign_in_first",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many_requests",
}

logger = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Install the table."""
    app.extensions["sentence"] = sentence
    app.jinja_env.filters["sentence"] = lambda code: sentence(code, {})
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, lambda error: _answer(400, "csrf", {}))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(PoolTimeout, _database)
    app.register_error_handler(UnicodeEncodeError, lambda error: _answer(422, "unreadable_text", {}))
    app.register_error_handler(OverflowError, lambda error: _answer(422, "out_of_range", {}))
    app.register_error_handler(RecursionError, lambda error: _answer(400, "bad_request", {}))  # JSON too deep to read
    app.register_error_handler(BadHost, lambda error: Response("400", 400, content_type="text/plain"))  # no links here
    app.register_error_handler(Exception, _unknown)


def is_api() -> bool:
    """Return whether whoever asks reads JSON rather than pages."""
    return request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json"


def _back() -> str | None:
    """Return the page somebody came from, if it is one of ours."""
    came_from = request.referrer or ""
    return came_from if came_from.startswith(request.host_url) else None


def _refused(refusal: Refusal) -> Response:
    if isinstance(refusal, SignInFirst | SecondFactorFirst) and not is_api():
        return sign_in_answer(refusal)
    status = next(HTTP_STATUS[kind] for kind in type(refusal).__mro__ if kind in HTTP_STATUS)
    return _answer(status, refusal.code, refusal.facts)


def _http(error: HTTPException) -> Response:
    if error.response is not None:  # somebody aborted with an answer of their own
        return make_response(error.response)
    status = error.code or 500
    facts: dict[str, Any] = {}
    if status == 422 and (said := getattr(error, "data", {}).get("messages")):
        facts["fields"] = {name: text for part in said.values() for name, text in _by_field(part).items()}
    response = _answer(status, _HTTP_CODES.get(status, "error"), facts)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _by_field(said: Any, name: str = "") -> dict[str, str]:
    """Return what marshmallow says of a part of a request as one text for each field: `place.postcode`."""
    if not isinstance(said, dict):
        return {name: " ".join(str(it) for it in said)}
    inner = [_by_field(it, f"{name}.{key}" if name else str(key)) for key, it in said.items()]
    return {field: text for it in inner for field, text in it.items()}


def _database(error: Exception) -> Response:
    """Say what the database's no means, also to a read, which stands in no transaction of ours."""
    db.session.rollback()
    meant = meaning_of(error)
    return _refused(meant) if isinstance(meant, Refusal) else _unknown(error)


def _unknown(error: Exception) -> Response:
    logger.exception("unexpected %s", type(error).__name__)
    try:
        return _answer(500, "unexpected", {})
    except Exception:
        logger.exception("the page that says so cannot be made either")
        return Response("500", 500, content_type="text/plain")


def _answer(status: int, code: str, facts: dict[str, Any]) -> Response:
    text = sentence(code, facts)
    if is_api():
        problem = {"type": f"/problems/{code}", "title": text, "status": status, "code": code, "facts": facts}
        response = jsonify(problem | {"request_id": log.request_id.get()})
        response.content_type = "application/problem+json"
        response.status_code = status
    else:
        reasons = [sentence(why, facts) for why in facts.get("fields", {}).values() if isinstance(why, str)]
        values = {"sentence": text, "code": code, "status": status, "reasons": reasons, "back": _back()}
        page = render_template("components/refusal.html", **values)
        response = make_response(page, status)
    if status in {429, 503}:
        response.headers.setdefault("Retry-After", str(RETRY_AFTER_S))
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
