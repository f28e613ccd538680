"""Only the carrier's own words are listened to: signed, over our public address and every field."""

import functools
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from flask import Response, abort, current_app, request
from twilio.request_validator import RequestValidator

from kernel import clock
from media.telephone.twiml import Scene, write

# A moment that the carrier names further from ours than this is not believed.
_MOST_APART = timedelta(hours=12)
_MOST_FIELDS, _LONGEST_FIELD = 80, 4000


def signed(view: Callable[..., Response]) -> Callable[..., Response]:
    """Let a view run only for what is signed with the account's token. Stands directly under `@policy`."""

    @functools.wraps(view)
    def enter(*args: object, **kwargs: object) -> Response:
        settings = current_app.config["SETTINGS"]
        signature = request.headers.get("X-Twilio-Signature", "")
        said = request.form.to_dict()
        if not settings.twilio_auth_token or len(said) > _MOST_FIELDS or len(signature) > 100:
            abort(403)
        address = f"{settings.public_url}{request.path}"
        if not RequestValidator(settings.twilio_auth_token).validate(address, said, signature):
            abort(403)
        return view(*args, **kwargs)

    return enter


def field(name: str) -> str:
    """Return what the carrier says, as text without control characters."""
    text = request.form.get(name, "")[:_LONGEST_FIELD]
    return "".join(it for it in text if it.isprintable())


def moment() -> datetime:
    """Return when it happened, as the carrier says; our own clock where it says nothing that can be."""
    now = clock.now()
    try:
        said = parsedate_to_datetime(field("Timestamp"))
    except (TypeError, ValueError):
        return now
    known = said.tzinfo is not None and now - _MOST_APART < said
    return min(said, now) if known else now


def heard(scene: Scene) -> Response:
    """Answer with what is heard next."""
    return Response(write(scene), mimetype="text/xml")
