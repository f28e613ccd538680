"""One effect and one answer for a POST that comes twice: by header `Idempotency-Key`, or a form's hidden field."""

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Response, make_response, request

from kernel import idempotency
from kernel.actor import Actor
from kernel.database import retried, transaction
from kernel.idempotency import Answer

FORM_FIELD = "_once"
_KEPT_HEADERS = ("Content-Type", "Location")


def answer_once(actor: Actor | None, view: Callable[[], Any]) -> Any:
    """Run `view` in one transaction with its key, or answer again what was answered under that key.

    Refusals undo the claim: a refused try may be repeated. Without a key, `view` just runs.
    """
    key = request.headers.get("Idempotency-Key") or (request.form.get(FORM_FIELD) if request.form else None)
    if not key or actor is None:
        return view()
    return _answer_once(f"{actor.person_id}:{actor.role}:{request.path}", key, view)


@retried
def _answer_once(scope: str, key: str, view: Callable[[], Any]) -> Any:
    with transaction() as tx:
        if (earlier := idempotency.claim(tx, scope, key, _body())) is not None:
            return _replay(earlier)
        response = make_response(view())
        if response.status_code >= 400:  # refused inside a form: nothing happened, and the key stays free
            tx.session.rollback()
            return response
        kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        idempotency.keep(tx, scope, key, Answer(response.status_code, kept, response.get_data()))
        return response


def _body() -> bytes:
    """Return what makes two requests the same: the body, or a form's fields (without its CSRF token) and files."""
    if not request.form and not request.files:
        return request.get_data(cache=True)
    fields = sorted((name, value) for name, value in request.form.items(multi=True) if name != "csrf_token")
    files = []
    for name, upload in sorted(request.files.items(multi=True), key=lambda item: item[0]):
        files.append((name, upload.filename, hashlib.sha256(upload.stream.read()).hexdigest()))
        upload.stream.seek(0)
    return repr((fields, files)).encode()


def _replay(earlier: Answer) -> Response:
    response = Response(earlier.body, status=earlier.status, headers=earlier.headers)
    response.headers["Idempotency-Replayed"] = "true"
    return response
