"""Guessing, asking and erasing: what an attacker tries, and what stays behind."""

import json
import threading
from collections import Counter

import pyotp
import pytest
from flask import Flask
from sqlalchemy import text

from kernel import clock
from kernel.actor import SYSTEM, Actor, Role
from kernel.database import db, transaction
from kernel.errors import Forbidden, NotFound, Refusal
from messages import queries as messages
from messages import tasks as message_tasks
from people import queries, services
from people.domain import network_of
from people.errors import LinkOver, TooManyTries, WrongCode, WrongCredentials
from people.models import PersonRow
from people.services import access
from tests.builders.people import a_requester, a_staff_member, an_agency, an_organisation

pytestmark = pytest.mark.slow

PASSWORD = "vier losse woorden samen"


@pytest.fixture
def requester(house: Flask) -> Actor:
    return with_password(a_requester(an_organisation()))


def with_password(actor: Actor) -> Actor:
    with transaction() as tx:
        access.set_password(tx, tx.session.get_one(PersonRow, actor.person_id), PASSWORD)
    return actor


def email_of(actor: Actor) -> str:
    return queries.find_person(actor.person_id or 0).email


def test_many_wrong_tries_at_the_same_moment_are_no_more_than_in_a_row(own_house: Flask) -> None:
    email, contenders = email_of(with_password(a_requester(an_organisation()))), 30
    said, gate = Counter[str](), threading.Barrier(contenders)

    def guess() -> None:
        with own_house.app_context():
            gate.wait()
            try:
                services.sign_in(email, "fout wachtwoord", network="192.0.2.1")
            except Refusal as refusal:
                said[refusal.code] += 1
            finally:
                db.session.remove()

    threads = [threading.Thread(target=guess) for _ in range(contenders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert said.total() == contenders
    assert said["wrong_credentials"] <= access.TRIES_PER_ACCOUNT


def test_guesses_from_all_over_the_world_stop_strangers_but_not_the_browser_that_is_known(requester: Actor) -> None:
    email = email_of(requester)
    for number in range(access.TRIES_BY_STRANGERS):
        with pytest.raises(WrongCredentials):
            services.sign_in(email, "fout wachtwoord", network=f"198.51.100.{number}")
    with pytest.raises(TooManyTries):
        services.sign_in(email, PASSWORD, network="203.0.113.9")
    assert services.sign_in(email, PASSWORD, network="203.0.113.9", browser="one of hers")


def test_a_right_password_is_not_counted_as_a_try(requester: Actor) -> None:
    for _ in range(access.TRIES_PER_ACCOUNT + 2):
        services.sign_in(email_of(requester), PASSWORD, network="192.0.2.1")
    assert db.session.scalar(text("SELECT count(*) FROM attempts")) == 0


def test_codes_are_counted_over_all_networks_together(own_house: Flask) -> None:
    staff = a_staff_member(an_agency())
    secret = services.open_session(staff.person_id or 0, Role.COORDINATOR)
    services.prepare_second_factor(by=staff)
    for number in range(access.TRIES_PER_ACCOUNT):
        with pytest.raises(WrongCode):
            services.confirm_second_factor("000000", by=staff, secret=secret, network=f"198.51.100.{number}")
    right = pyotp.TOTP(queries.find_person(staff.person_id or 0).totp_secret or "").at(clock.now())
    with pytest.raises(TooManyTries):
        services.confirm_second_factor(right, by=staff, secret=secret, network="203.0.113.9")


@pytest.mark.parametrize("code", ["é12345", "١٢٣٤٥٦", "\U0001f600" * 6, "", "12345678901234567890"])
def test_a_code_that_is_no_code_is_simply_wrong(house: Flask, code: str) -> None:
    staff = a_staff_member(an_agency())
    services.prepare_second_factor(by=staff)
    with pytest.raises(WrongCode):
        services.confirm_second_factor(code, by=staff, secret="x", network="192.0.2.1")


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_ipv6_household_is_one_network(address: str, counted_as: str) -> None:
    assert network_of(address) == counted_as


def test_asking_for_a_link_does_the_same_for_every_address_and_only_the_worker_looks_it_up(requester: Actor) -> None:
    made = []
    for email in (email_of(requester), "niemand@voorbeeld.example"):
        services.ask_link(email, network="192.0.2.1")
        made.append(_last_job())
    assert [set(it) for it in made] == [{"address_hash"}, {"address_hash"}]
    assert email_of(requester) not in json.dumps(made)
    for it in made:
        services.send_reset(**it)
    assert [it.kind for it in messages.messages_to(requester.person_id or 0)] == ["password_link"]


def test_who_asks_for_links_again_and_again_has_to_wait(requester: Actor) -> None:
    for _ in range(access.LINKS_PER_NETWORK):
        services.ask_link("niemand@voorbeeld.example", network="192.0.2.1")
    with pytest.raises(TooManyTries):
        services.ask_link("iemand.anders@voorbeeld.example", network="192.0.2.1")
    services.ask_link("niemand@voorbeeld.example", network="192.0.2.2")


def test_a_new_password_ends_every_other_link(requester: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    made = iter(["first-secret", "second-secret"])
    monkeypatch.setattr(access, "new_secret", lambda: next(made))
    for _ in range(2):
        services.make_link(email_of(requester), "reset", by=SYSTEM)
    services.choose_password("second-secret", "een heel andere zin nu")
    with pytest.raises(LinkOver):
        services.choose_password("first-secret", "nog een andere zin nu")


def test_the_secret_of_a_link_is_nowhere_once_it_is_sent(requester: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "new_secret", lambda: "a-secret-that-is-looked-for")
    services.make_link(email_of(requester), "invite", by=SYSTEM)
    [message] = messages.messages_to(requester.person_id or 0)
    assert message.facts["secret"] == "a-secret-that-is-looked-for"
    for row in messages.deliveries_of(message.id):
        message_tasks.deliver(row.id)
    for table in ("messages", "events", "deliveries", "procrastinate_jobs", "one_time_links"):
        rows = db.session.execute(text(f"SELECT string_agg(t::text, '') FROM {table} t")).scalar()
        assert "looked-for" not in (rows or ""), table


def test_a_role_at_somebody_elses_organisation_is_not_given(house: Flask) -> None:
    ours, theirs = an_agency(), an_agency()
    administrator, coordinator = a_staff_member(ours, Role.ADMINISTRATOR), a_staff_member(ours)
    foreign = an_organisation(theirs)
    for by in (administrator, coordinator):
        with pytest.raises(NotFound):
            services.give_role(by.person_id or 0, Role.REQUESTER, by=by, organisation_id=foreign.id)
    with pytest.raises(Forbidden):
        services.give_role(coordinator.person_id or 0, Role.MANAGER, by=coordinator, agency_id=ours.id)


def test_erasing_also_takes_the_browsers_and_the_names_of_tokens(requester: Actor) -> None:
    services.open_session(requester.person_id or 0, Role.REQUESTER, user_agent="her very own browser")
    services.issue_token(requester.person_id or 0, Role.REQUESTER, name="laptop of Jan Peeters", by=SYSTEM)
    services.erase_person(requester.person_id or 0, by=SYSTEM)
    for table in ("sessions", "api_tokens", "persons"):
        rows = db.session.execute(text(f"SELECT string_agg(t::text, '') FROM {table} t")).scalar() or ""
        assert "very own" not in rows
        assert "Jan Peeters" not in rows


def _last_job() -> dict[str, str]:
    query = "SELECT args FROM procrastinate_jobs WHERE task_name = 'people.send_reset' ORDER BY id DESC LIMIT 1"
    found: dict[str, str] = db.session.scalar(text(query))
    return found
