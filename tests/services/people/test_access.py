"""Getting in and staying out."""

from datetime import timedelta

import pyotp
import pytest
from flask import Flask

from kernel import clock
from kernel.actor import SYSTEM, Actor, Role
from kernel.database import db, transaction
from kernel.errors import Forbidden, NotFound
from people import queries, services
from people.errors import LinkOver, TooManyTries, WeakPassword, WorksElsewhere, WrongCode, WrongCredentials
from people.events import LinkMade
from people.models import PersonRow
from people.services import access
from tests.builders.interpreters import an_interpreter
from tests.builders.people import a_person, a_requester, a_staff_member, an_agency, an_organisation

PASSWORD = "vier losse woorden samen"
HERE = "192.0.2.1"


@pytest.fixture
def requester(house: Flask) -> Actor:
    actor = a_requester(an_organisation())
    with transaction() as tx:
        access.set_password(tx, tx.session.get_one(PersonRow, actor.person_id), PASSWORD)
    return actor


def email_of(actor: Actor) -> str:
    return queries.find_person(actor.person_id or 0).email


def test_the_right_password_opens_a_session(requester: Actor) -> None:
    secret = services.sign_in(email_of(requester).upper(), PASSWORD, network=HERE)
    found = queries.find_by_session(secret)
    assert found is not None
    assert (found.actor.person_id, found.second_factor_due) == (requester.person_id, False)


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(requester: Actor) -> None:
    said = []
    for email in (email_of(requester), "niemand@voorbeeld.example"):
        with pytest.raises(WrongCredentials) as refusal:
            services.sign_in(email, "iets helemaal anders", network=HERE)
        said.append((refusal.value.code, refusal.value.facts))
    assert said[0] == said[1]


def test_after_ten_wrong_tries_somebody_has_to_wait_and_another_network_need_not(requester: Actor) -> None:
    for _ in range(10):
        with pytest.raises(WrongCredentials):
            services.sign_in(email_of(requester), "fout wachtwoord", network=HERE)
    with pytest.raises(TooManyTries):
        services.sign_in(email_of(requester), PASSWORD, network=HERE)
    assert services.sign_in(email_of(requester), PASSWORD, network="198.51.100.7")
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        assert services.sign_in(email_of(requester), PASSWORD, network=HERE)


def test_staff_give_a_second_factor_before_anything_else_and_a_code_works_once(house: Flask) -> None:
    staff = a_staff_member(an_agency())
    secret = services.open_session(staff.person_id or 0, Role.COORDINATOR)
    due = queries.find_by_session(secret)
    assert due is not None
    assert due.second_factor_due
    services.prepare_second_factor(by=staff)
    totp = pyotp.TOTP(queries.find_person(staff.person_id or 0).totp_secret or "")
    code = totp.at(clock.now())
    services.confirm_second_factor(code, by=staff, secret=secret, network=HERE)
    done = queries.find_by_session(secret)
    assert done is not None
    assert not done.second_factor_due
    other = services.open_session(staff.person_id or 0, Role.COORDINATOR)
    with pytest.raises(WrongCode):
        services.verify_second_factor(code, by=staff, secret=other, network=HERE)


def test_a_deactivated_person_is_out_at_once_with_session_and_token(requester: Actor) -> None:
    secret = services.open_session(requester.person_id or 0, Role.REQUESTER)
    token = services.issue_token(requester.person_id or 0, Role.REQUESTER, name="x", by=SYSTEM)
    services.deactivate_person(requester.person_id or 0, by=SYSTEM)
    assert queries.find_by_session(secret) is None
    assert queries.find_by_token(token) is None


def test_a_session_nobody_uses_ends(requester: Actor) -> None:
    with clock.frozen(clock.now() - timedelta(hours=3)):
        secret = services.open_session(requester.person_id or 0, Role.REQUESTER)
    assert queries.find_by_session(secret) is None


def test_a_link_works_once_and_ends_every_session(requester: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets: list[str] = []
    monkeypatch.setattr(
        "kernel.database.subscribers",
        lambda kind: [lambda e, tx, by: secrets.append(e.secret)] if kind is LinkMade else [],
    )
    session = services.open_session(requester.person_id or 0, Role.REQUESTER)
    services.make_link(email_of(requester), "reset", by=SYSTEM)
    services.make_link("niemand@voorbeeld.example", "reset", by=SYSTEM)
    assert len(secrets) == 1
    with pytest.raises(WeakPassword):
        services.choose_password(secrets[0], "wachtwoord123")
    services.choose_password(secrets[0], "een heel andere zin nu")
    with pytest.raises(LinkOver):
        services.choose_password(secrets[0], "nog een andere zin nu")
    assert queries.find_by_session(session) is None
    kept = db.session.execute(db.text("SELECT facts::text FROM events WHERE name = 'link_made'")).scalars().all()
    assert secrets[0] not in " ".join(kept)


def test_an_administrator_manages_the_own_agency_only(house: Flask) -> None:
    ours, theirs = an_agency(), an_agency()
    administrator = a_staff_member(ours, Role.ADMINISTRATOR)
    stranger = a_staff_member(theirs)
    with pytest.raises(NotFound):
        services.give_role(a_person().id, Role.COORDINATOR, by=administrator, agency_id=theirs.id)
    with pytest.raises(NotFound):
        services.deactivate_person(stranger.person_id or 0, by=administrator)
    coordinator = a_staff_member(ours)
    with pytest.raises(Forbidden):
        services.give_role(a_person().id, Role.ADMINISTRATOR, by=coordinator, agency_id=ours.id)


def test_a_manager_of_several_agencies_reaches_several(house: Flask) -> None:
    first, second = an_agency(), an_agency()
    manager = a_staff_member(first, Role.MANAGER)
    services.give_role(manager.person_id or 0, Role.MANAGER, by=SYSTEM, agency_id=second.id)
    secret = services.open_session(manager.person_id or 0, Role.MANAGER, second_factor=True)
    found = queries.find_by_session(secret)
    assert found is not None
    assert found.actor.agency_ids == {first.id, second.id}


def test_erasing_leaves_no_name_address_or_number(requester: Actor) -> None:
    before = queries.find_person(requester.person_id or 0)
    name, email = before.name, before.email
    services.erase_person(requester.person_id or 0, by=SYSTEM)
    after = queries.find_person(requester.person_id or 0)
    assert name not in after.name
    assert email != after.email
    assert (after.phone, after.password_hash) == (None, None)


def test_an_agency_ends_its_own_roles_and_leaves_those_of_others(house: Flask) -> None:
    ours, theirs = an_agency(), an_agency()
    administrator = a_staff_member(ours, Role.ADMINISTRATOR)
    both = a_staff_member(ours)
    services.give_role(both.person_id or 0, Role.MANAGER, by=SYSTEM, agency_id=theirs.id)
    here = services.open_session(both.person_id or 0, Role.COORDINATOR)
    there = services.open_session(both.person_id or 0, Role.MANAGER)
    services.deactivate_person(both.person_id or 0, by=administrator)
    assert queries.find_by_session(here) is None
    assert queries.find_by_session(there) is not None
    with pytest.raises(NotFound):
        services.deactivate_person(both.person_id or 0, by=administrator)


def test_an_interpreter_of_two_agencies_is_not_kept_out_by_one(house: Flask) -> None:
    ours, theirs = an_agency(), an_agency()
    administrator = a_staff_member(ours, Role.ADMINISTRATOR)
    shared = an_interpreter(agency_ids=frozenset({ours.id, theirs.id}))
    own = an_interpreter(agency_ids=frozenset({ours.id}))
    with pytest.raises(WorksElsewhere):
        services.deactivate_person(shared.person_id, by=administrator)
    services.deactivate_person(own.person_id, by=administrator)
    assert queries.find_person(own.person_id).deactivated_at is not None
