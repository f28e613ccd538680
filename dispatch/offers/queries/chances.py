"""What the chance is to find somebody, before anybody is asked, and what would be better. Nothing here writes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatch.calendars.domain import WorkCalendar, at, local_day
from dispatch.calendars.queries import calendar_of
from dispatch.offers.queries.deciding import learned, mind_of, newest_model, settings_of
from dispatch.offers.queries.people import crowd_of, need_of
from dispatch.requests.domain import Asked, Service, Wish, held_at
from dispatch.requests.models import RequestRow
from dispatch.terms.domain import moments, plan_for
from dispatch.terms.queries import terms_at
from kernel.clock import BRUSSELS
from matching.decision import chance_before_asking
from matching.hours import waking_hours
from matching.pool import Pool
from reference import queries as reference

# Alternatives that are worth telling: so many points better, and so many of them.
_BETTER, _TOLD = 0.05, 2
# Other hours that are tried: on the same day, and at the same hour on so many working days after it.
_HOURS, _DAYS_AFTER = (-3, -2, -1, 1, 2, 3), 5
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Chance:
    """The chance (0 to 1) that somebody says yes in time, for one way to meet a request."""

    wish: Wish
    chance: float

    @property
    def percent(self) -> int:
        """The chance in whole percents; what is not certain is not called so."""
        return min(99, round(100 * self.chance)) if self.chance < 1 else 100


@dataclass(frozen=True, slots=True)
class Outlook:
    """The chance of a request as asked, and the best of what would be better."""

    asked: Chance
    better: tuple[Chance, ...]


def imagine(asked: Asked, agency_id: int, organisation_id: int) -> RequestRow:
    """Return a request that is only thought of, for an organisation: nothing of it is stored."""
    found = reference.find_municipality(asked.place.postcode, asked.place.municipality) if asked.place else None
    return RequestRow(
        id=0,
        agency_id=agency_id,
        organisation_id=organisation_id,
        service=asked.service,
        language=asked.language,
        starts_at=asked.starts_at,
        ends_at=asked.ends_at,
        immediate=asked.immediate,
        lat=found.lat if found else None,
        lon=found.lon if found else None,
        interpreter_gender=asked.interpreter_gender,
        version=1,
    )


def outlook(request: RequestRow, now: datetime) -> Outlook:
    """Return the chance of a request, stored or only thought of, with up to two alternatives that are better.

    One of another service and one of another moment, where both help: choices of a different kind.
    """
    asked = Wish(Service(request.service), request.language, request.starts_at, request.ends_at)
    others = _alternatives(asked, request.immediate, calendar_of(request.agency_id), now)
    first, *rest = chances(request, [asked, *others], now)
    better = sorted((it for it in rest if it.chance >= first.chance + _BETTER), key=lambda it: -it.chance)
    kinds: dict[bool, Chance] = {}
    for it in better:
        kinds.setdefault(it.wish.service is asked.service, it)
    return Outlook(first, tuple(sorted(kinds.values(), key=lambda it: -it.chance)[:_TOLD]))


def chances(request: RequestRow, wishes: Sequence[Wish], now: datetime, *, also: Collection[int] = ()) -> list[Chance]:
    """Return the chance of each way to meet a request: the people are read once, however many ways.

    `also`: agencies whose people are thought of besides.
    """
    model_id = newest_model(request.agency_id)
    _, correction = learned(model_id)
    pool, found = Pool(crowd_of(request, now, wishes, also=also)), []
    for wish in wishes:
        minutes, settings = _window(request, wish, now)
        told = chance_before_asking(need_of(request, wish, now), pool, mind_of(settings, model_id), minutes)
        found.append(Chance(wish, correction.of(told)))
    return found


def _window(request: RequestRow, wish: Wish, now: datetime) -> tuple[float, dict[str, float | None]]:
    """Return how many waking minutes there are to find somebody, and how people would be asked."""
    calendar = calendar_of(request.agency_id)
    lead = calendar.working_days_between(now, wish.starts_at)
    plan = plan_for(wish.service, lead, request.immediate, terms_at(now.date()))
    begun = request.submitted_at or now
    stop = moments(plan, begun, held_at(wish), calendar).hard_stop_at
    if request.immediate:
        return max(0.0, (stop - now) / _MINUTE), settings_of(plan, 1, now.date())
    return sum((end - start) / _MINUTE for start, end in waking_hours(now, stop)), settings_of(plan, 1, now.date())


def _alternatives(asked: Wish, immediate: bool, calendar: WorkCalendar, now: datetime) -> list[Wish]:
    if asked.service is Service.TRANSLATION or immediate:
        return []
    spoken = (Service.VIDEO, Service.TELEPHONE, Service.ON_SITE)
    # Nobody travels who was not asked to: on site is no alternative to a call.
    services = [it for it in spoken if it is not asked.service and it is not Service.ON_SITE]
    others = [replace(asked, service=it) for it in services]
    length = asked.ends_at - asked.starts_at
    here, day = asked.starts_at.astimezone(BRUSSELS), local_day(asked.starts_at)
    starts = [asked.starts_at + timedelta(hours=it) for it in _HOURS]
    starts = [it for it in starts if calendar.opens <= it.astimezone(BRUSSELS).time() < calendar.closes]
    starts += [at(calendar.shift(day, n), here.time()) for n in range(1, _DAYS_AFTER + 1)]
    later = [it for it in starts if it > now + timedelta(hours=1)]
    return [*others, *(replace(asked, starts_at=it, ends_at=it + length) for it in later)]
