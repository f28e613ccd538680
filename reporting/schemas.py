"""Shapes of the API's JSON about figures."""

from marshmallow import Schema, fields, validate


class YearQuery(Schema):
    year = fields.Integer(required=True, validate=validate.Range(min=2000, max=2100))


class FigureRow(Schema):
    code = fields.String(required=True)
    on_site = fields.Integer(required=True)
    telephone = fields.Integer(required=True)
    video = fields.Integer(required=True)
    translation = fields.Integer(required=True)
    total = fields.Integer(required=True)


class Figure37Out(Schema):
    figure = fields.Integer(required=True)
    year = fields.Integer(required=True)
    rows = fields.List(fields.Nested(FigureRow), required=True)
