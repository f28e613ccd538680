"""What providers tell us, push subscriptions, and the outbox of a house without providers."""

import json
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request
from twilio.request_validator import RequestValidator

from kernel.actor import Role
from kernel.errors import NotFound
from kernel.http import EVERYONE, current_actor, policy
from messages import services

pages = Blueprint("messages", __name__)
_LAST = 100
# What Twilio's words mean for us; others say nothing new. Source: Twilio, message status values.
_STATUSES = {"sent": "sent", "delivered": "delivered", "read": "delivered", "failed": "failed", "undelivered": "failed"}


@pages.post("/webhooks/twilio/sms")
@policy(public=True, csrf=False)
def twilio_sms() -> Response:
    """Take Twilio's word about a text message; only if it really is Twilio's."""
    settings = current_app.config["SETTINGS"]
    address = f"{settings.public_url}{request.path}"
    signature = request.headers.get("X-Twilio-Signature", "")
    if not settings.twilio_auth_token or not RequestValidator(settings.twilio_auth_token).validate(
        address, request.form.to_dict(), signature
    ):
        abort(403)
    status = _STATUSES.get(request.form.get("MessageStatus", ""))
    if status:
        services.record_receipt("sms", request.form.get("MessageSid", "")[:64], status)
    return Response(status=204)


@pages.post("/push-subscriptions")
@policy(EVERYONE)
def subscribe() -> tuple[str, int]:
    """Take push messages on this browser."""
    said = request.get_json(force=True)
    body: dict[str, Any] = said if isinstance(said, dict) else {}
    given = body.get("keys")
    keys = {name: str(value)[:200] for name, value in given.items()} if isinstance(given, dict) else {}
    services.subscribe_to_push(current_actor().person_id or 0, str(body.get("endpoint", "")), keys)
    return "", 204


@pages.post("/push-subscriptions/end")
@policy(EVERYONE)
def unsubscribe() -> tuple[str, int]:
    """Take no more push messages on this browser."""
    said = request.get_json(force=True)
    endpoint = said.get("endpoint", "") if isinstance(said, dict) else ""
    services.end_push(current_actor().person_id or 0, str(endpoint)[:1000])
    return "", 204


@pages.get("/outbox")
@policy(Role.ADMINISTRATOR)
def outbox() -> str:
    """Show what the local provider would have sent, newest first. Only of channels without a real provider."""
    settings = current_app.config["SETTINGS"]
    if not settings.local_channels:
        raise NotFound(thing="outbox")
    lines = []
    for path in sorted(settings.data_dir / "outbox" / f"{channel}.jsonl" for channel in settings.local_channels):
        if not path.exists():
            continue
        last = path.read_text(encoding="utf-8").splitlines()[-_LAST:]
        lines += [{"channel": path.stem, **json.loads(line)} for line in last]
    for it in lines:
        it["at"] = datetime.fromisoformat(it["at"])
    lines.sort(key=lambda it: it["at"], reverse=True)
    return render_template("messages/outbox.html", lines=lines[:_LAST])
