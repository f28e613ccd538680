"""Shapes of the API's JSON about requests."""

from datetime import timedelta
from typing import Any

from marshmallow import RAISE, Schema, fields, post_load, validate

from dispatch.requests.domain import LIMITS, CancelReason, Place, Service, Typed
from dispatch.requests.status import Status
from kernel.words import normal_phone, readable

SERVICES = [it.value for it in Service]
_LANGUAGE = validate.Regexp(r"^[a-z]{3}$")


class Words(fields.String):
    """A text somebody typed: composed, trimmed, readable."""

    def __init__(self, limit: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(max=limit), **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        return readable(super()._deserialize(value, attr, data, **kwargs), attr or "text")


class PlaceSchema(Schema):
    class Meta:
        unknown = RAISE

    street = Words(LIMITS["street"], allow_none=True)
    postcode = Words(LIMITS["postcode"], allow_none=True)
    municipality = Words(LIMITS["municipality"], required=True)


class RequestIn(Schema):
    """Body of POST /api/v1/requests. On site needs `place`, telephone `phone`, a translation `deadline_at`."""

    class Meta:
        unknown = RAISE

    service = fields.String(required=True, validate=validate.OneOf(SERVICES))
    language = fields.String(required=True, validate=_LANGUAGE, metadata={"description": "ISO 639-3"})
    alternative_languages = fields.List(fields.String(validate=_LANGUAGE), validate=validate.Length(max=5))
    starts_at = fields.AwareDateTime(allow_none=True)
    alternative_starts = fields.List(fields.AwareDateTime(), validate=validate.Length(max=5))
    duration_minutes = fields.Integer(strict=True, validate=validate.Range(min=1, max=720))
    deadline_at = fields.AwareDateTime(allow_none=True)
    immediate = fields.Boolean(load_default=False)
    place = fields.Nested(PlaceSchema, allow_none=True)
    phone = Words(40, allow_none=True)
    fallback_services = fields.List(
        fields.String(validate=validate.OneOf(["on_site", "telephone", "video"])), validate=validate.Length(max=2)
    )
    interpreter_gender = fields.String(allow_none=True, validate=validate.OneOf(["female", "male"]))
    subject = Words(LIMITS["subject"], allow_none=True)
    client_reference = Words(LIMITS["client_reference"], allow_none=True)
    note = Words(LIMITS["note"], allow_none=True)
    organisation_id = fields.Integer(strict=True, metadata={"description": "for whom a coordinator asks"})
    unit_id = fields.Integer(strict=True, allow_none=True)

    @post_load
    def typed(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Split into what was typed about the slot, the details, and for whom."""
        place, phone = data.get("place"), data.get("phone")
        minutes = data.get("duration_minutes")
        slot = Typed(
            service=Service(data["service"]),
            language=data["language"],
            starts_at=data.get("starts_at"),
            duration=timedelta(minutes=minutes) if minutes else None,
            deadline_at=data.get("deadline_at"),
            immediate=data["immediate"],
            fallback_services=tuple(Service(it) for it in data.get("fallback_services", ())),
            alternative_languages=tuple(data.get("alternative_languages", ())),
            alternative_starts=tuple(data.get("alternative_starts", ())),
        )
        names = ("interpreter_gender", "subject", "client_reference", "note", "unit_id")
        details = {name: data.get(name) or None for name in names}
        details["place"] = (
            Place(place.get("street") or None, place.get("postcode") or None, place["municipality"]) if place else None
        )
        details["phone"] = normal_phone(phone) if phone else None
        return {"typed": slot, "details": details, "organisation_id": data.get("organisation_id")}


class OptionOut(Schema):
    rank = fields.Integer()
    service = fields.String()
    language = fields.String()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()


class AssignmentBrief(Schema):
    id = fields.Integer()
    status = fields.String()
    service = fields.String()
    language = fields.String()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    interpreter_id = fields.Integer(allow_none=True)
    interpreter_name = fields.String(allow_none=True)


class TimelineEntry(Schema):
    at = fields.AwareDateTime()
    name = fields.String()
    by = fields.String(metadata={"description": "the role that acted"})


class RequestOut(Schema):
    id = fields.Integer(required=True)
    reference = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf([it.value for it in Status]))
    service = fields.String(required=True)
    language = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    duration_minutes = fields.Integer()
    immediate = fields.Boolean()
    version = fields.Integer()
    organisation_id = fields.Integer()
    organisation = fields.String()
    place = fields.Nested(PlaceSchema, allow_none=True)
    phone = fields.String(allow_none=True)
    interpreter_gender = fields.String(allow_none=True)
    subject = fields.String(allow_none=True)
    client_reference = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    options = fields.List(fields.Nested(OptionOut))
    submitted_at = fields.AwareDateTime(allow_none=True)
    answered_at = fields.AwareDateTime(allow_none=True)
    closed_at = fields.AwareDateTime(allow_none=True)
    hard_stop_at = fields.AwareDateTime(allow_none=True)
    outcome = fields.String(allow_none=True)
    outcome_reason = fields.String(allow_none=True)
    timely = fields.Boolean(allow_none=True)
    assignment = fields.Nested(AssignmentBrief, allow_none=True)
    timeline = fields.List(fields.Nested(TimelineEntry))


class RequestPage(Schema):
    items = fields.List(fields.Nested(RequestOut), required=True)
    next = fields.String(allow_none=True, required=True)


class ChanceOut(Schema):
    service = fields.String(required=True)
    language = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    chance = fields.Float(required=True, metadata={"description": "0 to 1, that somebody says yes in time"})


class OutlookOut(Schema):
    """The chance of a request before it is asked, and up to two alternatives that are better."""

    asked = fields.Nested(ChanceOut, required=True)
    better = fields.List(fields.Nested(ChanceOut), required=True)


class RequestFilter(Schema):
    status = fields.String(validate=validate.OneOf([it.value for it in Status]))
    service = fields.String(validate=validate.OneOf(SERVICES))
    language = fields.String(validate=_LANGUAGE)
    limit = fields.Integer(validate=validate.Range(min=1, max=200))
    cursor = fields.String(validate=validate.Length(max=500))


class CancelIn(Schema):
    class Meta:
        unknown = RAISE

    reason = fields.String(load_default=CancelReason.OTHER.value, validate=validate.Length(max=200))
    note = Words(LIMITS["note"], allow_none=True)
