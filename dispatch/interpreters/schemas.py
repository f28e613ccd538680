"""Shapes of the API's JSON about interpreters."""

from marshmallow import RAISE, Schema, fields, validate

from dispatch.interpreters.domain import DIRECTIONS, GENDERS, SERVICES


class SkillOut(Schema):
    language = fields.String(required=True, metadata={"description": "ISO 639-3"})
    direction = fields.String(required=True, validate=validate.OneOf(DIRECTIONS))
    certificate = fields.String(allow_none=True)
    certified_from = fields.Date(allow_none=True)
    certified_until = fields.Date(allow_none=True, metadata={"description": "the last day of validity"})


class InterpreterOut(Schema):
    id = fields.Integer(required=True)
    number = fields.String(required=True)
    name = fields.String(required=True)
    gender = fields.String(validate=validate.OneOf(GENDERS))
    postcode = fields.String()
    municipality = fields.String()
    travel_limit_km = fields.Float(allow_none=True)
    active_from = fields.Date()
    active_until = fields.Date(allow_none=True)
    available_now = fields.Boolean(metadata={"description": "switched on, and heard of within the last minute"})
    languages = fields.List(fields.Nested(SkillOut))
    services = fields.List(fields.String(validate=validate.OneOf(SERVICES)))


class InterpreterPage(Schema):
    items = fields.List(fields.Nested(InterpreterOut), required=True)
    next = fields.String(allow_none=True, required=True)


class InterpreterFilter(Schema):
    words = fields.String(validate=validate.Length(max=60), metadata={"description": "name, number or municipality"})
    language = fields.String(validate=validate.Regexp(r"^[a-z]{3}\Z"))
    service = fields.String(validate=validate.OneOf(SERVICES))
    expiring_before = fields.Date(metadata={"description": "a certificate ends before this day"})
    active_on = fields.Date()
    limit = fields.Integer(validate=validate.Range(min=1, max=200))
    cursor = fields.String(validate=validate.Length(max=500))


class PresenceIn(Schema):
    class Meta:
        unknown = RAISE

    on = fields.Boolean(
        allow_none=True,
        load_default=None,
        metadata={"description": "true or false turns the switch; absent says that you are still there"},
    )


class PresenceOut(Schema):
    on = fields.Boolean(required=True)
    present_until = fields.AwareDateTime(allow_none=True, metadata={"description": "say it again before this moment"})
