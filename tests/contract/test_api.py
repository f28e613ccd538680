"""The API keeps what its document says: fuzzed, with every kind of answer checked against it."""

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS, load_all_checks

from kernel.actor import SYSTEM, Role
from people import services as people
from tests.builders.interpreters import acting
from tests.builders.requests import a_request
from tests.services.dispatch.conftest import a_world

load_all_checks()
NAMES = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
CHECKED = [CHECKS.get_one(name) for name in NAMES]


@pytest.fixture
def tokens(own_house: Flask) -> dict[str, str]:
    world = a_world()
    a_request(world.requester)
    actors = {
        Role.REQUESTER: world.requester,
        Role.COORDINATOR: world.coordinator,
        Role.INTERPRETER: acting(world.interpreters[0]),
    }
    return {
        role.value: people.issue_token(actor.person_id or 0, role, name="fuzz", by=SYSTEM)
        for role, actor in actors.items()
    }


def test_the_document_is_openapi_3_1_and_says_what_every_answer_is(own_house: Flask) -> None:
    document = own_house.test_client().get("/api/v1/openapi.json").json
    assert document["openapi"] == "3.1.0"
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in {"get", "post"}:
                assert "200" in operation["responses"] or {"201", "204"} & set(operation["responses"]), path
                assert operation.get("summary"), f"{method} {path} has no summary"


@pytest.mark.parametrize("role", ["requester", "coordinator", "interpreter"])
def test_whatever_is_sent_the_answer_fits_the_document_and_nothing_breaks(
    own_house: Flask, tokens: dict[str, str], role: str
) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", own_house)
    head = {"Authorization": f"Bearer {tokens[role]}"}
    for result in schema.get_all_operations():
        _fuzz(result.ok(), head)


def _fuzz(operation: Any, head: dict[str, str]) -> None:
    @settings(max_examples=8, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    def knock(case: Any) -> None:
        case.headers = {**(case.headers or {}), **head}
        answer = case.call()
        assert answer.status_code < 500 or answer.status_code == 503, f"{case.method} {case.path}: {answer.text[:500]}"
        case.validate_response(answer, checks=CHECKED)

    given(case=operation.as_strategy())(knock)()
