"""Every door has a rule, and the rule is the one written down in `authorization.csv` by people."""

import csv
import re
from pathlib import Path

import pytest
from flask import Flask

from dispatch.desk import sockets
from kernel.actor import Actor, Role
from kernel.http import EVERYONE, policy
from tests.builders.interpreters import acting, an_interpreter
from tests.builders.people import a_requester, a_staff_member, an_agency, an_organisation, signed_in
from web import guard

TABLE = Path(__file__).with_name("authorization.csv")
ROLES = ("anonymous", "requester", "interpreter", "coordinator", "manager", "administrator")


def expected() -> dict[tuple[str, str], dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {(row["method"], row["rule"]): row for row in csv.DictReader(file)}


def routes(app: Flask) -> set[tuple[str, str]]:
    methods = {"GET", "POST", "PUT", "PATCH", "DELETE"}
    return {(m, rule.rule) for rule in app.url_map.iter_rules() for m in (rule.methods or set()) & methods}


def test_the_table_names_every_route_and_no_other(app: Flask) -> None:
    assert routes(app) == set(expected()), "write the rule of a new route into authorization.csv"


def test_every_route_admits_exactly_the_roles_of_the_table(app: Flask) -> None:
    views = {
        (m, rule.rule): app.view_functions[rule.endpoint] for rule in app.url_map.iter_rules() for m in rule.methods
    }
    for key, row in expected().items():
        rule = views[key].__policy__  # type: ignore[attr-defined]
        for role in ROLES:
            admitted = rule.public or (role != "anonymous" and Role(role) in rule.roles)
            assert (row[role] == "yes") is admitted, f"{key} and {role}"


@pytest.fixture
def actors(house: Flask) -> dict[str, Actor | None]:
    house.config["WTF_CSRF_ENABLED"] = False  # one test below is about forgery, the others are not
    agency = an_agency()
    staff = {role.value: a_staff_member(agency, role) for role in (Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)}
    requester = a_requester(an_organisation(agency))
    return {"anonymous": None, "requester": requester, "interpreter": acting(an_interpreter(agency=agency)), **staff}


@pytest.mark.slow
def test_each_door_refuses_whom_it_should_and_never_breaks(house: Flask, actors: dict[str, Actor | None]) -> None:
    """Knocks at every route as every role; a foreign or unknown thing is 404, a closed door 401, 403 or sign-in."""
    for role, actor in actors.items():
        client = signed_in(house, actor) if actor else house.test_client()
        for (method, rule), row in expected().items():
            answer = client.open(re.sub(r"<[^>]+>", "999999999", rule), method=method, json=None)
            said = f"{method} {rule} as {role}: {answer.status_code}"
            assert answer.status_code < 500 or rule == "/readyz", said
            shut = answer.status_code in {401, 403} or "/sign-in" in answer.headers.get("Location", "")
            if row[role] == "no":
                assert shut, said
            elif "/sign-in" not in rule and "sign-out" not in rule and "twilio" not in rule and rule != "/password":
                assert answer.status_code not in {401, 403}, said


def test_a_route_without_a_policy_does_not_boot(app: Flask) -> None:
    naked = Flask("naked")
    naked.add_url_rule("/open", view_func=lambda: "")
    with pytest.raises(RuntimeError, match="without a policy"):
        guard.register(naked)


def test_a_policy_is_public_or_names_roles_never_both() -> None:
    with pytest.raises(ValueError, match="either"):
        policy()
    with pytest.raises(ValueError, match="either"):
        policy(EVERYONE, public=True)


def test_only_coordinators_listen_to_the_board() -> None:
    for role in EVERYONE - {Role.COORDINATOR}:
        assert sockets.rooms_of(Actor(1, role, frozenset({1})), "nl") is None
    assert sockets.rooms_of(Actor(1, Role.COORDINATOR, frozenset({2, 1})), "nl") == ["agency-1-nl", "agency-2-nl"]


def test_unsafe_methods_want_a_forgery_token(house: Flask, actors: dict[str, Actor | None]) -> None:
    coordinator = actors["coordinator"]
    assert coordinator is not None
    client = signed_in(house, coordinator)
    house.config["WTF_CSRF_ENABLED"] = True
    try:
        for method, rule in expected():
            if method == "GET" or "twilio" in rule:
                continue
            answer = client.open(re.sub(r"<[^>]+>", "999999999", rule), method=method)
            assert answer.status_code == 400, f"{method} {rule}"
    finally:
        house.config["WTF_CSRF_ENABLED"] = False
