"""Shapes of the API's JSON about the desk's work."""

from marshmallow import RAISE, Schema, fields, validate

from dispatch.booking.schemas import Words
from dispatch.requests.domain import LIMITS, Reason


class CloseIn(Schema):
    class Meta:
        unknown = RAISE

    outcome = fields.String(required=True, validate=validate.OneOf(["not_answered"]))
    reason = fields.String(required=True, validate=validate.OneOf([it.value for it in Reason]))
    note = Words(LIMITS["note"], allow_none=True)


class BoardItem(Schema):
    id = fields.Integer(required=True)
    reference = fields.String(required=True)
    status = fields.String(required=True)
    service = fields.String(required=True)
    language = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    hard_stop_at = fields.AwareDateTime(allow_none=True)
    urgency = fields.String(required=True, validate=validate.OneOf(["now", "soon", "later"]))
    organisation = fields.String(required=True)
    municipality = fields.String(allow_none=True)
    priority = fields.Boolean()
    owner_id = fields.Integer(allow_none=True)
    wave = fields.Integer()


class BoardPage(Schema):
    items = fields.List(fields.Nested(BoardItem), required=True)
    next = fields.String(allow_none=True, required=True)


class PartsOut(Schema):
    """What somebody's place in the order is made of, in minutes of price."""

    name = fields.String()
    minutes = fields.Float()


class CandidateOut(Schema):
    interpreter_id = fields.Integer(required=True)
    name = fields.String(required=True)
    number = fields.String()
    municipality = fields.String()
    cost_minutes = fields.Float()
    parts = fields.List(fields.Nested(PartsOut))
    distance_km = fields.Float(allow_none=True)
    travel_minutes = fields.Integer()
    service = fields.String()
    language = fields.String()
    asked = fields.Boolean()


class RejectedOut(Schema):
    interpreter_id = fields.Integer(required=True)
    name = fields.String(required=True)
    reasons = fields.List(fields.String(), required=True)


class CandidatesOut(Schema):
    candidates = fields.List(fields.Nested(CandidateOut), required=True)
    rejected = fields.List(fields.Nested(RejectedOut), required=True)


class AssignIn(Schema):
    class Meta:
        unknown = RAISE

    interpreter_id = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=2**63 - 1))
