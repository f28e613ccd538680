"""A house with a telephone: the real application and its jobs, the carrier, and time that is told to pass."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import text

from dispatch.calls import services as calls
from dispatch.calls.services import stepping
from dispatch.conversations.services import watching
from dispatch.interpreters.models import InterpreterRow
from dispatch.offers import queries as offer_queries
from dispatch.offers import services as offers
from dispatch.terms import queries as terms
from gateways.registry import telephone
from kernel import clock
from kernel.actor import SYSTEM, Actor
from kernel.database import db
from kernel.jobs import jobs
from people.models import AgencyRow, OrganisationRow
from tests.builders.carrier.calls import ACCOUNT, Call
from tests.builders.carrier.exchange import Exchange
from tests.builders.carrier.server import rest_api
from tests.builders.customers import an_agreement
from tests.builders.interpreters import acting, an_interpreter
from tests.builders.people import a_requester, an_agency, an_organisation

TOKEN, PUBLIC, NUMBER, DESK = "the-carriers-own-token", "https://tolken.example", "+3225550100", "+3225550199"
_OURS = ("calls.", "offers.advance")
_TURN = timedelta(seconds=1)


class TelephoneHouse:
    """Time passes by `run`: the carrier does what is due, jobs are done, and once a second the clock's sweeps."""

    def __init__(self, app: Flask, address: str, exchange: Exchange) -> None:
        self.app, self.exchange = app, exchange
        settings = app.config["SETTINGS"]
        app.config["SETTINGS"] = replace(
            settings,
            twilio_account_sid=ACCOUNT,
            twilio_auth_token=TOKEN,
            twilio_api_url=address,
            public_url=PUBLIC,
        )
        app.extensions["telephone"] = telephone(app.config["SETTINGS"])
        exchange.voice_url, exchange.voice_status_url = (
            f"{PUBLIC}/webhooks/twilio/voice",
            f"{PUBLIC}/webhooks/twilio/voice/status",
        )

    @property
    def now(self) -> datetime:
        return self.exchange.now

    @property
    def transcript(self) -> str:
        return "\n".join(self.exchange.transcript)

    def dial(self, number: str, to: str = NUMBER, **how: Any) -> Call:
        """Let somebody call, now."""
        with clock.frozen(self.now):
            return self.exchange.dial(number, to, **how)

    def hang_up(self, call: Call) -> None:
        with clock.frozen(self.now):
            self.exchange.hang_up(call)

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + timedelta(seconds=seconds)
        while True:
            with clock.frozen(self.now):
                self.work()
                if self.due() <= self.now:
                    self.sweep()
                    self.work()
            coming = min(self.exchange.next_at() or end + _TURN, max(self.due(), self.now + _TURN))
            if coming > end:
                break
            with clock.frozen(coming):
                self.exchange.run_until(coming)
        self.exchange.run_until(end)

    def due(self) -> datetime:
        """Return when the clock has something to do next; it looks once a second."""
        found = db.session.execute(_NEXT).scalar()
        return found or self.now + timedelta(days=1)

    def work(self) -> None:
        """Do every job of calls and searches; others are forgotten."""
        while rows := db.session.execute(_TODO).all():
            db.session.execute(
                text("DELETE FROM procrastinate_jobs WHERE id = ANY(:ids)"), {"ids": [it.id for it in rows]}
            )
            db.session.commit()
            for row in rows:
                if row.task_name.startswith(_OURS):
                    jobs.tasks[row.task_name].func(**row.args)
            db.session.expire_all()

    def sweep(self) -> None:
        """Do what the clock does, by the time that is told."""
        now = {"now": clock.now()}
        for ids, act in (
            ("SELECT id FROM requests WHERE next_step_at <= :now ORDER BY id", offers.advance_search),
            ("SELECT id FROM calls WHERE wake_at <= :now ORDER BY id", stepping._tick),
            (
                "SELECT id FROM conversations WHERE wake_at <= :now AND status IN ('planned', 'live') ORDER BY id",
                watching._tick,
            ),
        ):
            for (found,) in db.session.execute(text(ids), now).all():
                act(found)
        silent = db.session.execute(text(_SILENT), now).all()
        db.session.commit()
        for leg_id, status in silent:
            jobs.tasks["calls.ring" if status == "planned" else "calls.check"].func(leg_id=leg_id)
        db.session.expire_all()


_NEXT = text("""SELECT min(at) FROM (
    SELECT min(next_step_at) AS at FROM requests UNION ALL SELECT min(wake_at) FROM calls
    UNION ALL SELECT min(wake_at) FROM conversations WHERE status IN ('planned', 'live')
    UNION ALL SELECT min(check_at) FROM call_legs WHERE status <> 'ended') AS due""")
_TODO = text(
    "SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY priority DESC, id LIMIT 200"
)
_SILENT = """UPDATE call_legs SET check_at = cast(:now AS timestamptz) + interval '60 s'
    WHERE check_at <= :now AND status <> 'ended' RETURNING id, status"""


def a_past_morning() -> datetime:
    """Return ten o'clock on a weekday some days ago: what is written then is never in the database's future."""
    day = clock.now().astimezone(clock.BRUSSELS) - timedelta(days=2)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return day.replace(hour=10, minute=0, second=0, microsecond=0)


@contextmanager
def a_telephone_house(app: Flask, *, began: datetime | None = None) -> Iterator[TelephoneHouse]:
    """Give an application a telephone, in a time that begins some days ago."""
    settings, before = app.config["SETTINGS"], app.extensions["telephone"]
    client = app.test_client()

    def post(address: str, form: dict[str, str], signature: str) -> tuple[int, str]:
        head = {"X-Twilio-Signature": signature}
        answer = client.post(urlsplit(address).path, data=form, headers=head)
        return answer.status_code, answer.get_data(as_text=True)

    exchange = Exchange(TOKEN, post, began or a_past_morning())
    with rest_api(exchange) as address:
        yield TelephoneHouse(app, address, exchange)
    app.config["SETTINGS"], app.extensions["telephone"] = settings, before


class TelephoneWorld:
    """An agency with a number, a customer with a code, and interpreters who are there."""

    def __init__(self, house: TelephoneHouse, interpreters: int = 3, *, desk: bool = True, **how: Any) -> None:
        self.house = house
        with clock.frozen(house.now):
            self.agency: AgencyRow = an_agency()
            calls.set_numbers(self.agency.id, NUMBER, DESK if desk else "", by=SYSTEM)
            self.organisation: OrganisationRow = an_organisation(self.agency)
            an_agreement(self.organisation)
            self.requester: Actor = a_requester(self.organisation)
            self.code_id, self.code = calls.make_code(self.organisation.id, by=SYSTEM)
            self.interpreters = [self.interpreter(n, **how) for n in range(interpreters)]

    def interpreter(self, number: int, languages: tuple[str, ...] = ("arb",), **how: Any) -> InterpreterRow:
        """Return an interpreter who is there, with a telephone."""
        phone = f"+32470{number:06d}"
        made = an_interpreter(languages, agency=self.agency, phone=phone)
        self.present(made.id)
        self.house.exchange.phone(phone, **how)
        return made

    def present(self, interpreter_id: int) -> None:
        there = "UPDATE interpreters SET available_now = true, present_until = :until WHERE id = :id"
        values = {"id": interpreter_id, "until": self.house.now + timedelta(days=1)}
        db.session.execute(text(there), values)
        db.session.commit()

    def accept(self, request_id: int) -> None:
        """Let the first interpreter say yes on her page."""
        [offer] = [it for it in offer_queries.offers_of(request_id) if it.interpreter_id == self.interpreters[0].id]
        offers.accept_offer(offer.offer_id, by=acting(self.interpreters[0]))

    @staticmethod
    def forget_terms() -> None:
        terms.forget()
