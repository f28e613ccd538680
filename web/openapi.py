"""The API's document, completed: what every operation has in common is said once, here."""

import re
from typing import Any

from flask import Flask
from flask_smorest import Api

from kernel.http import Policy

_PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; `title` is for people; `facts.fields` says what is wrong per field.",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "facts": {"type": "object"},
        "request_id": {"type": ["string", "null"]},
    },
}
_WORDS = {
    "400": "It could not be read.",
    "401": "Nobody is signed in.",
    "403": "Not with this role.",
    "404": "It does not exist, or not for you.",
    "409": "Not in this state (any more).",
    "415": "Not in this form.",
    "422": "Something in it is wrong.",
    "429": "Too often.",
    "503": "Not at this moment; see Retry-After.",
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key and body are answered as the first time, for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7E]+$"},
}
_PAGING = [
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200}},
    {"name": "cursor", "in": "query", "description": "`next` of the page before.", "schema": {"type": "string"}},
]


def document(api: Api, app: Flask) -> dict[str, Any]:
    """Return the whole document: smorest's, with problems, keys and paging on every operation they belong to."""
    whole: dict[str, Any] = api.spec.to_dict()
    whole["components"].setdefault("schemas", {})["Problem"] = _PROBLEM
    policies = _policies(app)
    for path, item in whole["paths"].items():
        for method, operation in item.items():
            if method in {"get", "post"}:
                _complete(path, method, operation, policies.get((path, method)))
    whole["components"].pop("responses", None)
    return whole


def _complete(path: str, method: str, operation: dict[str, Any], policy: Policy | None) -> None:
    answers = operation.setdefault("responses", {})
    answers.pop("default", None)
    codes = {"400", "401", "403", "404", "429", "503"} if policy and not policy.public else {"503"}
    if method == "post":
        codes |= {"409", "415", "422"}
        operation.setdefault("parameters", []).append(_KEY)
    elif "{" not in path:
        codes |= {"422"}
        named = {it.get("name") for it in operation.get("parameters", [])}
        is_list = "next" in str(operation["responses"]) or path.split("/")[-1] in _LISTS
        operation.setdefault("parameters", []).extend(it for it in _PAGING if is_list and it["name"] not in named)
    for code in sorted(codes):
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        answers[code] = {"description": _WORDS[code], "content": content}


_LISTS = {"assignments", "board", "interpreters"}


def _policies(app: Flask) -> dict[tuple[str, str], Policy]:
    """Return the policy per address and method, with addresses written as the document writes them."""
    found = {}
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        for method in rule.methods or ():
            found[path, method.lower()] = app.view_functions[rule.endpoint].__policy__  # type: ignore[attr-defined]
    return found
