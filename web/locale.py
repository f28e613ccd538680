"""In which language a person reads, and how moments, amounts and languages are written there."""

import secrets
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from babel import dates
from flask import Flask, request, session
from flask_babel import Babel, format_currency, format_date, format_decimal, get_locale, get_translations, gettext

from kernel import clock
from people.domain import LOCALES, RIGHT_TO_LEFT
from web import navigation
from web.identity import signed_in

_DUTCH = "nl"


def choose() -> str:
    """Return the language asked for in this browser, else the person's own, else the browser's, else Dutch."""
    if (asked := session.get("locale")) in LOCALES:
        return str(asked)
    found = signed_in()
    if found and found.locale in LOCALES:
        return found.locale
    return request.accept_languages.best_match(LOCALES) or _DUTCH


# The language of the page being written, found once: hundreds of words are written in it.
_page: ContextVar[str | None] = ContextVar("language_of_page", default=None)


def name() -> str:
    """Return the code of the language in which this page, or this message, is written."""
    if (language := _page.get()) is not None:
        return language
    chosen = get_locale()
    return chosen.language if chosen else _DUTCH


def moment(value: datetime, *, form: str = "EEE d MMM yyyy HH:mm") -> str:
    """Return a moment in Brussels time: "wo 2 dec 2026 09:00"."""
    return _moment(value, form, name())


@lru_cache(maxsize=20_000)  # lists say the same moments again and again
def _moment(value: datetime, form: str, locale: str) -> str:
    return dates.format_datetime(value, form, tzinfo=clock.BRUSSELS, locale=locale)


def near(value: datetime) -> str:
    """Return a moment that is so near that its year is no question: "wo 2 dec 09:00"."""
    return moment(value, form="EEE d MMM HH:mm")


def day(value: date | datetime) -> str:
    return format_date(value, "EEE d MMM yyyy")


def hour(value: datetime) -> str:
    return moment(value, form="HH:mm")


def until(value: datetime, since: datetime) -> str:
    """Return when something ends that began at `since`: the hour, or the whole moment where it is another day."""
    same = value.astimezone(clock.BRUSSELS).date() == since.astimezone(clock.BRUSSELS).date()
    return hour(value) if same else moment(value)


def month(value: date) -> str:
    """Return a month with its year: "december 2026"."""
    return format_date(value, "LLLL yyyy")


def short_day(value: date) -> str:
    """Return a day where there is little room: "wo 2"."""
    return format_date(value, "EEE d")


def local_iso(value: datetime) -> str:
    """Return a moment in Brussels time as fields of a form hold it: 2026-12-02T09:00."""
    return value.astimezone(clock.BRUSSELS).strftime("%Y-%m-%dT%H:%M")


def shifted(value: date, days: int) -> str:
    """Return the day so many days further (or back), as addresses hold it."""
    return (value + timedelta(days=days)).isoformat()


def relative(value: datetime) -> str:
    """Return how far away a moment is: "over 19 uur", "nu", "3 minuten geleden"."""
    minutes = round((value - clock.now()) / timedelta(minutes=1))
    return _relative(minutes, name()) if minutes else gettext("nu")


@lru_cache(maxsize=20_000)
def _relative(minutes: int, locale: str) -> str:
    far = timedelta(minutes=minutes)
    return dates.format_timedelta(far, granularity="minute", threshold=1.5, add_direction=True, locale=locale)


def translated(text: str) -> str:
    """Return a text of a template in the language of whoever reads; a catalogue says the same all day."""
    return _translated(text, name())


@lru_cache(maxsize=10_000)
def _translated(text: str, locale: str) -> str:
    return str(get_translations().ugettext(text))


def translated_number(one: str, many: str, number: int) -> str:
    return str(get_translations().ungettext(one, many, number))


def euros(cents: int) -> str:
    return format_currency(cents / 100, "EUR")


def decimal(value: float, digits: int = 1) -> str:
    """Return a number with so many decimals at most: "1.204,5"."""
    return format_decimal(round(value, digits))


def register(app: Flask) -> None:
    """Install the choice and the filters of the templates."""
    app.config |= {
        "BABEL_DEFAULT_LOCALE": "nl",
        "BABEL_DEFAULT_TIMEZONE": "Europe/Brussels",
        "BABEL_TRANSLATION_DIRECTORIES": "../translations",
    }
    Babel(app, locale_selector=choose, timezone_selector=lambda: "Europe/Brussels")
    app.jinja_env.install_gettext_callables(translated, translated_number, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.filters |= {
        "moment": moment,
        "near": near,
        "day": day,
        "hour": hour,
        "until": until,
        "month": month,
        "short_day": short_day,
        "local_iso": local_iso,
        "shifted": shifted,
        "relative": relative,
        "euros": euros,
        "decimal": decimal,
    }

    @app.teardown_request
    def forget(_: BaseException | None) -> None:
        _page.set(None)

    @app.context_processor
    def surroundings() -> dict[str, Any]:
        language = str(get_locale() or "nl")
        _page.set(language)
        found = signed_in()
        actor = found.actor if found and not found.second_factor_due else None
        return {
            "lang": language,
            "dir": "rtl" if language in RIGHT_TO_LEFT else "ltr",
            "locales": LOCALES,
            "brand": app.config["SETTINGS"].brand_name,
            "actor": actor,
            "navigation": navigation.items(actor) if actor else [],
            "once_key": lambda: secrets.token_urlsafe(12),
        }
