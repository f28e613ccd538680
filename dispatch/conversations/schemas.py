"""Shapes of what a browser may say in a room. Unknown names, unknown fields and too much text are refused."""

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate

from dispatch.conversations.domain import CHAT_LIMIT
from kernel.errors import Refusal
from kernel.words import readable

_SDP_LIMIT, _KEY = 48_000, validate.Length(min=8, max=40)


class Strict(Schema):
    class Meta:
        unknown = RAISE


class Nothing(Strict):
    pass


class Step(Strict):
    """One step of the negotiation of sound and picture, for the connection of this `generation`."""

    generation = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=2**53))
    pc = fields.String(required=True, validate=validate.OneOf(["main", "publish", "subscribe"]))
    kind = fields.String(required=True, validate=validate.OneOf(["offer", "answer", "candidate"]))
    body = fields.String(required=True, validate=validate.Length(max=_SDP_LIMIT))


class State(Strict):
    """What the others see of me: whatever is absent stays as it is."""

    muted = fields.Boolean(truthy={True}, falsy={False})
    camera_off = fields.Boolean(truthy={True}, falsy={False})
    hand = fields.Boolean(truthy={True}, falsy={False})


class Receive(Strict):
    """What I want to get: picture at all, and whose large."""

    video = fields.Boolean(required=True, truthy={True}, falsy={False})
    pinned = fields.String(allow_none=True, validate=validate.Length(max=40))


class Chat(Strict):
    text = fields.String(required=True, validate=validate.Length(min=1, max=CHAT_LIMIT))

    @pre_load
    def make_readable(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Take off spaces around it, and refuse what nobody can read."""
        if isinstance(data, dict) and isinstance(data.get("text"), str):
            try:
                return data | {"text": readable(data["text"][: CHAT_LIMIT + 1])}
            except Refusal as refusal:
                raise ValidationError({"text": [refusal.code]}) from refusal
        return data


class Page(Strict):
    page = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=10_000))


class Whom(Strict):
    who = fields.String(required=True, validate=_KEY)


MESSAGES: dict[str, Schema] = {
    "join": Nothing(),
    "step": Step(),
    "connected": Nothing(),
    "state": State(),
    "receive": Receive(),
    "chat": Chat(),
    "page": Page(),
    "unshare": Nothing(),
    "admit": Whom(),
    "remove": Whom(),
    "ask_mute": Whom(),
    "end": Nothing(),
    "leave": Nothing(),
}
