"""What a whole spreadsheet has to hold before anything of it is written, and what its lines mean. Pure."""

from bisect import bisect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dispatch.interpreters.domain import Skill
from dispatch.requests.domain import ANSWERED, NOT_AVAILABLE_REASONS, VIDEO_FROM, Outcome, PastRequest, Reason, Service
from dispatch.spreadsheets.domain.cells import BadCell, local_moment
from dispatch.spreadsheets.domain.sheets import Line, Sheet

Stretch = tuple[datetime, datetime]
_LONGEST = 24 * 60
_LONGEST_TRANSLATION = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the checks have to know of what is there already, of the values that the spreadsheet names.

    `language` returns the code that a text means, or None; `place_is_wrong` says whether a place looks Belgian and
    is none. `customers` maps a customer code to whether it has a municipality; `interpreters` a number to an id;
    `taken` an interpreter's id to the stretches in which she has an assignment.
    """

    language: Callable[[str], str | None]
    place_is_wrong: Callable[[str, str], bool]
    now: datetime
    numbers: frozenset[str] = frozenset()
    registered_emails: frozenset[str] = frozenset()
    customers: Mapping[str, bool] = field(default_factory=dict)
    customer_names: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()
    interpreters: Mapping[str, int] = field(default_factory=dict)
    taken: Mapping[int, list[Stretch]] = field(default_factory=dict)


@dataclass(slots=True)
class Interpreter:
    """Somebody of a register, from one or more lines: one for every language."""

    row: int
    values: dict[str, Any]
    skills: list[Skill] = field(default_factory=list)


@dataclass(slots=True)
class Customer:
    """An organisation, from one or more lines: units and people are spread over them."""

    row: int
    values: dict[str, Any]
    agreement: dict[str, Any] | None
    units: list[str] = field(default_factory=list)
    people: dict[str, tuple[str, str | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Past:
    """A request of the past; `interpreter_id` is who had it, if that is known."""

    row: int
    request: PastRequest
    interpreter_id: int | None


_PERSON = ("number", "name", "email", "phone", "gender", "postcode", "municipality", "travel_limit_km",
           "active_from", "active_until", "services")  # fmt: skip
_ORGANISATION = ("customer_code", "name", "sector", "street", "postcode", "municipality", "phone", "email")
_AGREEMENT = ("services", "valid_from", "valid_until")


def interpreters_of(sheet: Sheet, world: World) -> list[Interpreter]:
    """Return who stands in a register; what is wrong goes into `sheet.errors`."""
    found: dict[str, Interpreter] = {}
    emails: dict[str, str] = {}
    for line in _readable_lines(sheet, "number"):
        number = line["number"]
        first = found.setdefault(number, Interpreter(line.row, {name: line[name] for name in _PERSON}))
        if first.row == line.row:
            _check_person(sheet, line, world)
            if line["email"] and emails.setdefault(line["email"], number) != number:
                sheet.refuse(line, "email", "duplicate")
        else:
            _refuse_difference(sheet, line, first.row, first.values)
        skill = _skill(sheet, line, world)
        if skill and skill.language in {it.language for it in first.skills}:
            sheet.refuse(line, "language", "duplicate")
        elif skill:
            first.skills.append(skill)
    return list(found.values())


def _check_person(sheet: Sheet, line: Line, world: World) -> None:
    if line["number"] in world.numbers:
        sheet.refuse(line, "number", "already_registered")
    if line["email"] in world.registered_emails:
        sheet.refuse(line, "email", "already_registered")
    if line["municipality"] and world.place_is_wrong(line["postcode"] or "", line["municipality"]):
        sheet.refuse(line, "municipality", "unknown_place")
    if line["active_until"] and line["active_from"] and line["active_until"] < line["active_from"]:
        sheet.refuse(line, "active_until", "not_positive")


def _skill(sheet: Sheet, line: Line, world: World) -> Skill | None:
    language = world.language(line["language"] or "")
    start, end = line["certified_from"], line["certified_until"]
    if language is None:
        sheet.refuse(line, "language", "unknown_language")
    if end and (start is None or end < start):
        sheet.refuse(line, "certified_until", "not_positive")
    elif language:
        return Skill(language, line["direction"] or "both", line["certificate"], start, end)
    return None


def customers_of(sheet: Sheet, world: World) -> list[Customer]:
    """Return the organisations of a list of customers; what is wrong goes into `sheet.errors`."""
    found: dict[str, Customer] = {}
    names: dict[str, str] = {}
    for line in _readable_lines(sheet, "customer_code"):
        code = line["customer_code"]
        first = found.get(code)
        if first is None:
            first = found[code] = _customer(sheet, line, world)
            if names.setdefault(line["name"] or code, code) != code or line["name"] in world.customer_names:
                sheet.refuse(line, "name", "duplicate")
        else:
            _refuse_difference(sheet, line, first.row, first.values | (first.agreement or dict.fromkeys(_AGREEMENT)))
        _add_unit(sheet, line, first)
        _add_person(sheet, line, first)
    return list(found.values())


def _customer(sheet: Sheet, line: Line, world: World) -> Customer:
    if line["customer_code"] in world.customers:
        sheet.refuse(line, "customer_code", "already_registered")
    if line["municipality"] and world.place_is_wrong(line["postcode"] or "", line["municipality"]):
        sheet.refuse(line, "municipality", "unknown_place")
    agreement = {name: line[name] for name in _AGREEMENT}
    if not any(agreement.values()):
        return Customer(line.row, {name: line[name] for name in _ORGANISATION}, None)
    for name in ("services", "valid_from"):
        if not agreement[name]:
            sheet.refuse(line, name, "required")
    if agreement["valid_until"] and agreement["valid_from"] and agreement["valid_until"] < agreement["valid_from"]:
        sheet.refuse(line, "valid_until", "not_positive")
    return Customer(line.row, {name: line[name] for name in _ORGANISATION}, agreement)


def _add_unit(sheet: Sheet, line: Line, customer: Customer) -> None:
    if line["unit"] in customer.units:
        sheet.refuse(line, "unit", "duplicate")
    elif line["unit"]:
        customer.units.append(line["unit"])


def _add_person(sheet: Sheet, line: Line, customer: Customer) -> None:
    name, email = line["person_name"], line["person_email"]
    if (name is None) != (email is None):
        sheet.refuse(line, "person_name" if name is None else "person_email", "required")
    elif email in customer.people:
        sheet.refuse(line, "person_email", "duplicate")
    elif email:
        customer.people[email] = (name, line["person_phone"])


def requests_of(sheet: Sheet, world: World) -> list[Past]:
    """Return the requests of the past; what is wrong goes into `sheet.errors`."""
    found, seen = [], set(world.references)
    taken: dict[int, list[Stretch]] = {}
    for line in _readable_lines(sheet):
        if (reference := line["external_reference"]) in seen:
            double = "already_imported" if reference in world.references else "duplicate"
            sheet.refuse(line, "external_reference", double)
        if reference:
            seen.add(reference)
        if line["outcome"]:
            _check_ending(sheet, line)
        past = _past(sheet, line, world)
        if past and (line.row, "external_reference") not in sheet.wrong_cells:
            _refuse_overlap(sheet, line, past, world, taken)
            found.append(past)
    return found


def _past(sheet: Sheet, line: Line, world: World) -> Past | None:
    language, slot = world.language(line["language"] or ""), _slot(sheet, line, world.now)
    if language is None:
        sheet.refuse(line, "language", "unknown_language")
    who = world.interpreters.get(line["interpreter_number"]) if line["interpreter_number"] else None
    if line["interpreter_number"] and who is None:
        sheet.refuse(line, "interpreter_number", "unknown_interpreter")
    _check_place(sheet, line, world)
    if slot is None or language is None or not line["external_reference"] or not line["outcome"]:
        return None
    request = PastRequest(
        external_reference=line["external_reference"],
        customer_code=line["customer_code"],
        service=Service(line["service"]),
        language=language,
        starts_at=slot[0],
        ends_at=slot[1],
        received_at=line["received_at"] or slot[0],
        outcome=Outcome(line["outcome"]),
        reason=Reason(line["reason"]) if line["reason"] else None,
        timely={"yes": True, "no": False}.get(line["timely"]),
        municipality=line["municipality"],
        postcode=line["postcode"],
        interpreter_number=line["interpreter_number"],
    )
    return Past(line.row, request, who)


def _slot(sheet: Sheet, line: Line, now: datetime) -> Stretch | None:
    """Return from when until when: a talk lasts its minutes, a translation from its receipt to its deadline."""
    if line["service"] is None or line["day"] is None or line["clock"] is None:
        return None
    try:
        moment = local_moment(line["day"], line["clock"])
    except BadCell as refusal:
        sheet.refuse(line, "clock", refusal.code)
        return None
    if line["service"] == Service.TRANSLATION:
        slot = _translation_slot(sheet, line, moment)
    else:
        slot = _talk_slot(sheet, line, moment)
    if slot and slot[1] > now:
        sheet.refuse(line, "day", "not_past")
    elif slot and line["received_at"] and line["received_at"] > slot[0]:
        sheet.refuse(line, "received_at", "after_the_start")
    return slot


def _talk_slot(sheet: Sheet, line: Line, moment: datetime) -> Stretch | None:
    minutes = line["duration_minutes"]
    if minutes is None or not 0 < minutes <= _LONGEST:
        sheet.refuse(line, "duration_minutes", "required" if minutes is None else "out_of_range")
        return None
    if line["service"] == Service.VIDEO and line["day"] < VIDEO_FROM:
        sheet.refuse(line, "service", "video_too_early")
    return moment, moment + timedelta(minutes=minutes)


def _translation_slot(sheet: Sheet, line: Line, deadline: datetime) -> Stretch | None:
    received = line["received_at"]
    if received is None or not timedelta(0) < deadline - received <= _LONGEST_TRANSLATION:
        sheet.refuse(line, "received_at", "required" if received is None else "out_of_range")
        return None
    return received, deadline


def _check_place(sheet: Sheet, line: Line, world: World) -> None:
    code = line["customer_code"]
    if code not in world.customers:  # also when there is none: that cell has its error
        sheet.refuse(line, "customer_code", "unknown_customer")
    elif line["municipality"] and world.place_is_wrong(line["postcode"] or "", line["municipality"]):
        sheet.refuse(line, "municipality", "unknown_place")
    elif line["service"] == Service.ON_SITE and not line["municipality"] and not world.customers[code]:
        sheet.refuse(line, "municipality", "required")


def _check_ending(sheet: Sheet, line: Line) -> None:
    outcome, reason = Outcome(line["outcome"]), line["reason"]
    if (outcome is Outcome.CANCELLED) != (line["timely"] is not None):
        sheet.refuse(line, "timely", "required" if outcome is Outcome.CANCELLED else "only_cancelled")
    if outcome is Outcome.NOT_AVAILABLE and reason not in NOT_AVAILABLE_REASONS:
        sheet.refuse(line, "reason", "required" if reason is None else "does_not_fit_outcome")
    elif reason and (outcome in ANSWERED or (outcome is Outcome.OTHER_REASON and reason in NOT_AVAILABLE_REASONS)):
        sheet.refuse(line, "reason", "does_not_fit_outcome")
    if line["interpreter_number"] and outcome not in ANSWERED:
        sheet.refuse(line, "interpreter_number", "does_not_fit_outcome")


def _refuse_overlap(sheet: Sheet, line: Line, past: Past, world: World, taken: dict[int, list[Stretch]]) -> None:
    """Nobody interprets in two places at once: neither in this file nor together with what is known."""
    asked, who = past.request, past.interpreter_id
    if who is None or asked.outcome is not Outcome.COMPLETED or asked.service is Service.TRANSLATION:
        return
    hers = taken.setdefault(who, sorted(world.taken.get(who, ())))
    place = bisect(hers, (asked.starts_at, asked.ends_at))
    before, after = hers[max(place - 1, 0) : place], hers[place : place + 1]
    if (before and before[0][1] > asked.starts_at) or (after and after[0][0] < asked.ends_at):
        sheet.refuse(line, "interpreter_number", "double_booking")
    else:
        hers.insert(place, (asked.starts_at, asked.ends_at))


def _readable_lines(sheet: Sheet, *keys: str) -> list[Line]:
    """Return the lines that have these values; none when the headings are wrong. Other cells may be unreadable."""
    if any(it.row == 1 for it in sheet.errors):
        return []
    return [line for line in sheet.lines if all(line[key] is not None for key in keys)]


def _refuse_difference(sheet: Sheet, line: Line, first_row: int, first: Mapping[str, Any]) -> None:
    for name, value in first.items():
        if line[name] != value and (first_row, name) not in sheet.wrong_cells:
            sheet.refuse(line, name, "differs_from_first_row")
