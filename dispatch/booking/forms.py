"""Shapes of the requester's forms."""

from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from flask_wtf.file import MultipleFileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    TimeField,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, ValidationError

from dispatch.booking.domain import Talk, advise
from dispatch.calendars.domain import resolve_local
from dispatch.requests.domain import LIMITS, CancelReason, Place, Service, Typed
from dispatch.requests.errors import BadRequest
from dispatch.requests.models import RequestRow
from kernel.clock import BRUSSELS
from kernel.words import normal_phone, readable
from people import queries as people
from people.forms import REQUIRED, Form
from reference import queries as reference
from reference.domain import folded

DURATIONS = (15, 30, 45, 60, 75, 90, 120, 150, 180, 240, 300, 360, 480)
MAX_EXTRA_DATES = 5


def language_meant(words: str) -> str:
    """Return the code of the language somebody typed: its code, one of its names, or the only one that fits.

    Raises: ValidationError, with what may have been meant.
    """
    text = words.strip()
    if reference.language_exists(text):
        return text
    found = reference.search_languages(text, 6)
    exact = [it for it in found if folded(text) in it.spellings]
    if len(exact) == 1 or len(found) == 1:
        return (exact or list(found))[0].iso639_3
    if found:
        raise ValidationError(
            gettext("Welke taal bedoelt u: %(names)s?", names=", ".join(it.name(get_locale().language) for it in found))
        )
    raise ValidationError(gettext("Deze taal kennen we niet. Probeer een andere schrijfwijze, of bel ons."))


class LanguageField(StringField):
    """A language as somebody writes it; `code` is what was meant."""

    code: str | None = None

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if self.data and not validation_stopped:
            try:
                self.code = language_meant(self.data)
            except ValidationError as error:
                self.errors = [*self.errors, str(error)]
                form.language_unclear = True


class BookingForm(Form):
    BESIDE = {
        "starts_at": "hour",
        "duration_minutes": "minutes",
        "place": "municipality",
        "deadline_at": "deadline_day",
        "options": "fallback",
        "file": "documents",
        "unit_id": "unit",
        "for_person_id": "colleague",
    }

    language = LanguageField(_("Welke taal?"), [REQUIRED, Length(max=60)], render_kw={"list": "languages"})
    talk = RadioField(
        _("Wat voor gesprek wordt het?"),
        [Optional()],
        choices=[
            SelectChoice(Talk.SHORT.value, _("kort en eenvoudig")),
            SelectChoice(Talk.DEEP.value, _("lang, gevoelig of ingewikkeld")),
            SelectChoice(Talk.TOGETHER.value, _("met meerdere mensen, of er wordt iets getoond of gedaan")),
            SelectChoice(Talk.DOCUMENT.value, _("geen gesprek: een brief of document")),
        ],
    )
    service = RadioField(
        _("Hoe komt de tolk?"),
        [Optional()],
        choices=[
            SelectChoice("on_site", _("ter plaatse")),
            SelectChoice("telephone", _("telefoon")),
            SelectChoice("video", _("video")),
            SelectChoice("translation", _("vertaling van een document")),
        ],
    )
    slot = StringField(_("Moment"), [Optional(), Length(max=20)])
    immediate = BooleanField(_("Nu meteen (alleen telefoon)"))
    day = DateField(_("Dag"), [Optional()])
    hour = TimeField(_("Beginuur"), [Optional()])
    fold = SelectField(
        _("Welk van de twee?"),
        choices=[
            SelectChoice("", ""),
            SelectChoice("0", _("het eerste (zomeruur)")),
            SelectChoice("1", _("het tweede (winteruur)")),
        ],
        default="",
    )
    minutes = SelectField(_("Hoe lang?"), choices=[], coerce=int, default=60)
    extra_days = StringField(_("Nog meer dagen, zelfde uur"), [Optional(), Length(max=200)])
    street = StringField(_("Straat en nummer"), [Optional(), Length(max=LIMITS["street"])])
    postcode = StringField(
        _("Postcode"), [Optional(), Length(max=LIMITS["postcode"])], render_kw={"inputmode": "numeric"}
    )
    municipality = StringField(
        _("Gemeente"), [Optional(), Length(max=LIMITS["municipality"])], render_kw={"list": "municipalities"}
    )
    phone = TelField(_("Op welk nummer bellen we u?"), [Optional(), Length(max=40)])
    deadline_day = DateField(_("Tegen welke dag?"), [Optional()])
    documents = MultipleFileField(_("Bestanden"), [Optional()])
    fallback = SelectMultipleField(
        _("Vinden we niemand, mag het dan ook zo?"),
        choices=[
            SelectChoice("video", _("video")),
            SelectChoice("telephone", _("telefoon")),
            SelectChoice("on_site", _("ter plaatse")),
        ],
        option_widget=widgets.CheckboxInput(),
    )
    alternative_language = LanguageField(
        _("Of in een andere taal"), [Optional(), Length(max=60)], render_kw={"list": "languages"}
    )
    interpreter_gender = SelectField(
        _("Liever een"),
        choices=[
            SelectChoice("", _("geen voorkeur")),
            SelectChoice("female", _("vrouw")),
            SelectChoice("male", _("man")),
        ],
        default="",
    )
    subject = StringField(_("Onderwerp, zonder namen"), [Optional(), Length(max=LIMITS["subject"])])
    client_reference = StringField(_("Uw kenmerk"), [Optional(), Length(max=LIMITS["client_reference"])])
    unit = SelectField(_("Voor welke afdeling?"), choices=[SelectChoice("", "")], default="")
    colleague = SelectField(_("Wie krijgt de berichten?"), choices=[SelectChoice("", "")], default="")
    note = TextAreaField(_("Wat moet de tolk weten?"), [Optional(), Length(max=LIMITS["note"])])
    version = HiddenField()
    language_unclear = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.minutes.choices = [SelectChoice(it, _length(it)) for it in DURATIONS]

    def offer(self, organisation_id: int | None, asker_id: int | None) -> None:
        """Let somebody choose among the units and the people of an organisation."""
        if organisation_id is None:
            return
        units = [SelectChoice(str(it.id), it.name) for it in people.units_of(organisation_id)]
        others = [it for it in people.requesters_of(organisation_id) if it.id != asker_id]
        self.unit.choices = [SelectChoice("", gettext("geen bepaalde")), *units]
        self.colleague.choices = [
            SelectChoice("", gettext("ikzelf")),
            *(SelectChoice(str(it.id), it.name) for it in others),
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators) and not self.language_unclear
        if not self.chosen_service:
            self.service.errors = [*self.service.errors, gettext("Kies hoe, of zeg wat voor gesprek het wordt.")]
        return fine and bool(self.chosen_service)

    @property
    def chosen_service(self) -> str | None:
        """The service chosen, else the one that suits the talk."""
        if self.service.data:
            return str(self.service.data)
        return advise(Talk(self.talk.data)).value if self.talk.data in set(Talk) else None

    def take_slot(self) -> None:
        """Put the moment that was picked from those shown into the fields of day and hour."""
        try:
            picked = datetime.strptime(self.slot.data or "", "%Y-%m-%dT%H:%M")
        except ValueError:
            return
        self.day.data, self.hour.data = picked.date(), picked.time()

    def typed(self) -> list[Typed]:
        """Return what was filled in, once per day.

        Raises: Invalid: a time that does not exist or exists twice, a day that cannot be read.
        """
        self.take_slot()
        service = Service(self.chosen_service or "")
        fallback = tuple(Service(it) for it in self.fallback.data or () if it != service)
        alternative = (self.alternative_language.code,) if self.alternative_language.code else ()
        same = {"service": service, "language": self.language.code or ""}
        if service is Service.TRANSLATION:
            day = self.deadline_day.data
            return [Typed(**same, deadline_at=resolve_local(day, _NOON) if day else None)]
        length = {"duration": timedelta(minutes=self.minutes.data), "alternative_languages": alternative}
        if self.immediate.data:
            return [Typed(**same, **length, immediate=True)]
        fold = int(self.fold.data) if self.fold.data else None
        starts = [resolve_local(day, self.hour.data, fold) for day in self._days()] if self.hour.data else [None]
        return [Typed(**same, **length, starts_at=start, fallback_services=fallback) for start in starts or [None]]

    def typed_any(self, day: date) -> Typed:
        """Return what was filled in, at some moment of a day: for the chances of other moments."""
        length = timedelta(minutes=self.minutes.data)
        noon = resolve_local(day + timedelta(days=1), _NOON)
        same = {"service": Service(self.chosen_service or ""), "language": self.language.code or ""}
        return Typed(**same, starts_at=noon, duration=length)

    def details(self) -> dict[str, Any]:
        """Return everything about the request but its slot.

        Raises: Invalid: an unreadable text, a number we do not call.
        """
        texts = {name: readable(self[name].data, name) or None for name in _TEXTS if self[name].data}
        town = texts.pop("municipality", None)
        place = Place(texts.pop("street", None), texts.pop("postcode", None), town) if town else None
        phone = normal_phone(self.phone.data) if self.phone.data else None
        texts = {name: texts.get(name) for name in ("subject", "client_reference", "note")}
        chosen = {"unit_id": self.unit.data, "for_person_id": self.colleague.data}
        numbers = {name: int(value) if value else None for name, value in chosen.items()}
        return (
            texts
            | numbers
            | {"place": place, "phone": phone, "interpreter_gender": self.interpreter_gender.data or None}
        )

    def show(self, request: RequestRow) -> None:
        """Fill the form with what a request asks now."""
        start = request.starts_at.astimezone(BRUSSELS)
        self.language.data = reference.language_name(request.language, get_locale().language)
        self.service.data, self.immediate.data = request.service, False
        self.day.data, self.hour.data = start.date(), start.time()
        self.minutes.data = round((request.ends_at - request.starts_at) / timedelta(minutes=1))
        self.deadline_day.data = request.ends_at.astimezone(BRUSSELS).date()
        self.fallback.data = [it.service for it in request.options]
        self.version.data = str(request.version)
        self.unit.data = str(request.unit_id or "")
        for name in (*_TEXTS, "phone", "interpreter_gender"):
            self[name].data = getattr(request, name) or ""

    def _days(self) -> list[Any]:
        days = [self.day.data] if self.day.data else []
        for word in (self.extra_days.data or "").replace(",", " ").replace(";", " ").split():
            days.append(_day(word, self.day.data))
        return list(dict.fromkeys(days))


_TEXTS = ("street", "postcode", "municipality", "subject", "client_reference", "note")
_NOON = datetime(2000, 1, 1, 12).time()  # noqa: DTZ001 - only its time of day


def _day(word: str, near: Any) -> Any:
    """Return the day meant by 24/12, 24-12-2026 or 2026-12-24; without a year the one of `near`.

    Raises: BadRequest.
    """
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"):
        for text in (word, f"{word}/{near.year}" if near else word):
            try:
                return datetime.strptime(text, form).date()
            except ValueError:
                continue
    raise BadRequest(fields={"extra_days": "bad_day"})


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    words = ([gettext("%(n)s uur", n=hours)] if hours else []) + ([gettext("%(n)s min", n=rest)] if rest else [])
    return " ".join(words)


class CancelForm(Form):
    reason = SelectField(
        _("Waarom?"),
        choices=[
            SelectChoice(CancelReason.NO_LONGER_NEEDED.value, _("niet meer nodig")),
            SelectChoice(CancelReason.CLIENT_CANCELLED.value, _("de cliënt zegde af")),
            SelectChoice(CancelReason.FORCE_MAJEURE.value, _("overmacht")),
            SelectChoice(CancelReason.OTHER.value, _("andere reden")),
        ],
    )


class DisputeForm(Form):
    why = TextAreaField(_("Wat klopt er niet?"), [REQUIRED, Length(max=2000)])


class DayForm(Form):
    """A day in an address: `?on=2026-12-01`."""

    on = DateField(_("Dag"), [Optional()])

    def day(self) -> date | None:
        """Return the day asked for, or None: none was, or no agency ever worked or will work on it."""
        chosen: date | None = self.on.data if self.validate() else None
        return chosen if chosen and 2000 <= chosen.year <= 2100 else None
