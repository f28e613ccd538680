"""Shapes of the API's JSON about offers, assignments and performances."""

from typing import Any

from marshmallow import RAISE, Schema, fields, post_load, validate

from dispatch.assignments.domain import WithdrawReason
from dispatch.booking.schemas import Words
from dispatch.offers.domain import DeclineReason
from dispatch.performances.domain import NOTE_LIMIT, Report


class AreaOut(Schema):
    """Where it is, without the client: municipality and postcode."""

    municipality = fields.String(allow_none=True)
    postcode = fields.String(allow_none=True)


class OfferOut(Schema):
    id = fields.Integer(required=True)
    request_id = fields.Integer(required=True)
    status = fields.String(required=True)
    service = fields.String(required=True)
    language = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    duration_minutes = fields.Integer(required=True)
    expires_at = fields.AwareDateTime(required=True)
    place = fields.Nested(AreaOut, allow_none=True)
    sector = fields.String(allow_none=True)
    distance_km = fields.Float(allow_none=True)
    travel_minutes = fields.Integer()
    fee_cents = fields.Integer()
    travel_cents = fields.Integer()
    why = fields.Dict(keys=fields.String(), metadata={"description": "your place in the order, and what it is made of"})


class OfferPage(Schema):
    items = fields.List(fields.Nested(OfferOut), required=True)
    next = fields.String(allow_none=True, required=True)


class AssignmentOut(Schema):
    id = fields.Integer(required=True)
    request_id = fields.Integer(required=True)
    reference = fields.String()
    status = fields.String(required=True)
    service = fields.String(required=True)
    language = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    organisation = fields.String()
    street = fields.String(allow_none=True)
    postcode = fields.String(allow_none=True)
    municipality = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    subject = fields.String(allow_none=True)
    client_reference = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    fee_cents = fields.Integer()
    travel_cents = fields.Integer()


class AssignmentPage(Schema):
    items = fields.List(fields.Nested(AssignmentOut), required=True)
    next = fields.String(allow_none=True, required=True)


class AcceptedOut(Schema):
    offer_id = fields.Integer(required=True)
    status = fields.String(required=True)
    assignment = fields.Nested(AssignmentOut, required=True)


class DeclineIn(Schema):
    class Meta:
        unknown = RAISE

    reason = fields.String(
        load_default=DeclineReason.OTHER.value, validate=validate.OneOf([it.value for it in DeclineReason])
    )


class WithdrawIn(Schema):
    class Meta:
        unknown = RAISE

    reason = fields.String(
        load_default=WithdrawReason.OTHER.value, validate=validate.OneOf([it.value for it in WithdrawReason])
    )


class PerformIn(Schema):
    """Body of POST /api/v1/assignments/{id}/perform. Kilometres there and back together, on site only."""

    class Meta:
        unknown = RAISE

    started_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True)
    travel_km = fields.Float(allow_none=True, validate=validate.Range(min=0, max=1000))
    disturbance_minutes = fields.Integer(strict=True, load_default=0, validate=validate.Range(min=0, max=600))
    disturbance = Words(NOTE_LIMIT, allow_none=True)
    note = Words(NOTE_LIMIT, allow_none=True)

    @post_load
    def report(self, data: dict[str, Any], **_: Any) -> Report:
        texts = {name: data.get(name) or None for name in ("disturbance", "note")}
        return Report(**(data | texts))


class PerformanceOut(Schema):
    id = fields.Integer(required=True)
    request_id = fields.Integer(required=True)
    assignment_id = fields.Integer(required=True)
    status = fields.String(required=True)
    started_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True)
    travel_km = fields.Float(allow_none=True)
    disturbance_minutes = fields.Integer()
    note = fields.String(allow_none=True)
    fee_cents = fields.Integer()
    travel_cents = fields.Integer()
    confirm_by = fields.AwareDateTime()
    confirmed_at = fields.AwareDateTime(allow_none=True)
