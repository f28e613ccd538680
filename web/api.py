"""The API: one document of all of it (OpenAPI 3.1), and what each of its answers has in common."""

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response, current_app, jsonify
from flask_smorest import Api, Blueprint

from kernel.http import policy
from web.openapi import document

DESCRIPTION = """
JSON over HTTP. Sign in with `Authorization: Bearer <token>` or with the session cookie of the pages (then unsafe
methods need the header `X-CSRFToken`). Every POST honours `Idempotency-Key`: the same key and body are answered as
the first time, with `Idempotency-Replayed: true`, for 24 hours. Errors are `application/problem+json` (RFC 9457) with
a stable `code`. Lists are `{"items": [...], "next": cursor or null}`.
"""


class _Api(Api):
    """smorest's document, with our own error table in front of its handlers."""

    def _register_error_handlers(self) -> None:
        """Leave errors to `web/errors.py`."""


api = _Api()


def register(app: Flask, blueprints: list[Blueprint]) -> None:
    """Put the API's blueprints on the application and describe them."""
    app.config |= {
        "API_TITLE": "Tolkdienst",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/api/v1",
        "OPENAPI_JSON_PATH": "openapi.json",
        "API_SPEC_OPTIONS": {
            "info": {"description": DESCRIPTION, "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"}},
            "servers": [{"url": "/"}],
            "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
            "security": [{"bearer": []}],
        },
    }
    api.init_app(app, spec_kwargs={"marshmallow_plugin": MarshmallowPlugin()})
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    app.view_functions["api-docs.openapi_json"] = policy(public=True)(_document)


def _document() -> Response:
    return jsonify(document(api, current_app._get_current_object()))  # type: ignore[attr-defined]
