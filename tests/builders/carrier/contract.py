"""Twilio's own description of its REST API, to check requests against."""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any


@cache
def document() -> dict[str, Any] | None:
    """Return the OpenAPI document named by TWILIO_OPENAPI, or None."""
    path = os.environ.get("TWILIO_OPENAPI")
    if not path or not Path(path).exists():
        return None
    found: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return found


def problems(method: str, path: str, form: list[tuple[str, str]]) -> list[str]:
    """Return what is wrong with a request: no such path, an unknown field, one that is missing or has a wrong value."""
    if (spec := document()) is None:
        return []
    operation = _operation(spec, method, path)
    if operation is None:
        return [f"{method} {path}: Twilio has no such call"]
    if method == "GET":
        known = {it["name"] for it in operation.get("parameters", [])}
        return [f"unknown filter {name}" for name, _ in form if name not in known]
    body = operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {})
    schema = body.get("schema", {})
    given = {name for name, _ in form}
    wrong = [f"missing {name}" for name in schema.get("required", []) if name not in given]
    for name, value in form:
        wrong += _value(spec, schema.get("properties", {}).get(name), name, value)
    return wrong


def _operation(spec: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    for template, item in spec["paths"].items():
        if re.fullmatch(
            re.sub(r"\{[^}]+\}", "[^/]+", re.escape(template).replace(r"\{", "{").replace(r"\}", "}")), path
        ):
            found: dict[str, Any] | None = item.get(method.lower())
            return found
    return None


def _value(spec: dict[str, Any], schema: dict[str, Any] | None, name: str, value: str) -> list[str]:
    if schema is None:
        return [f"unknown field {name}"]
    if "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if schema.get("enum") and value not in schema["enum"]:
        return [f"{name} may not be {value}"]
    if schema.get("type") == "integer" and not re.fullmatch(r"-?\d+", value):
        return [f"{name} is no whole number: {value}"]
    if schema.get("type") == "boolean" and value.lower() not in {"true", "false"}:
        return [f"{name} is not true or false: {value}"]
    return []
