"""Shapes of the forms of the register."""

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    DateField,
    EmailField,
    FloatField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TimeField,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, Optional

from dispatch.calendars.domain import at
from dispatch.interpreters import queries
from dispatch.interpreters.domain import Skill
from kernel.errors import Invalid
from matching.hours import Stretch
from people.forms import REQUIRED, Form

SERVICES = [
    SelectChoice("on_site", _("ter plaatse")),
    SelectChoice("telephone", _("telefoon")),
    SelectChoice("video", _("video")),
    SelectChoice("translation", _("vertaling")),
]
GENDERS = [SelectChoice("female", _("vrouw")), SelectChoice("male", _("man")), SelectChoice("other", _("anders"))]
DAYS = [_("maandag"), _("dinsdag"), _("woensdag"), _("donderdag"), _("vrijdag"), _("zaterdag"), _("zondag")]


class KilometresField(FloatField):
    """Kilometres one way; nothing is the usual limit."""

    widget = widgets.NumberInput(step="any")

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, [Optional(), NumberRange(min=0, max=500)], **more)

    def _value(self) -> str:
        """Return what stands in the field: what was typed, else the number without zeros that say nothing."""
        return str(super()._value()) if self.raw_data or self.data is None else f"{self.data:g}"


class RegisterForm(Form):
    name = StringField(_("Naam"), [REQUIRED, Length(max=200)])
    email = EmailField(_("E-mailadres"), [REQUIRED, Length(max=320)])
    phone = TelField(_("Telefoon"), [Optional(), Length(max=40)])
    number = StringField(_("Tolknummer"), [REQUIRED, Length(max=20)])
    gender = SelectField(_("Geslacht"), choices=GENDERS)
    postcode = StringField(_("Postcode"), [Optional(), Length(max=10)])
    municipality = StringField(_("Gemeente"), [REQUIRED, Length(max=100)])
    travel_limit_km = KilometresField(_("Reist hoogstens (km, enkel)"))
    services = SelectMultipleField(_("Diensten"), choices=SERVICES, option_widget=widgets.CheckboxInput())
    agencies = SelectMultipleField(_("Werkt voor"), choices=[], coerce=int, option_widget=widgets.CheckboxInput())


class LanguageForm(Form):
    language = StringField(
        _("Taal"), [REQUIRED, Length(max=60)], render_kw={"list": "languages", "autocomplete": "off"}
    )
    direction = SelectField(
        _("Richting"),
        choices=[
            SelectChoice("both", _("beide richtingen")),
            SelectChoice("to_dutch", _("naar het Nederlands")),
            SelectChoice("from_dutch", _("uit het Nederlands")),
        ],
    )
    certificate = StringField(_("Certificaat"), [Optional(), Length(max=100)])
    certified_from = DateField(_("Geldig vanaf"), [Optional()])
    certified_until = DateField(_("Geldig tot en met"), [Optional()])

    def skill(self) -> Skill:
        """Return the language with its certificate; one nobody knows is refused by the use case."""
        return Skill(
            queries.language_meant(self.language.data or "") or "",
            self.direction.data,
            self.certificate.data or None,
            self.certified_from.data,
            self.certified_until.data,
        )


class ExceptionForm(Form):
    first_day = DateField(_("Van"), [REQUIRED])
    from_time = TimeField(_("om"), [Optional()])
    last_day = DateField(_("Tot en met"), [Optional()])
    to_time = TimeField(_("tot"), [Optional()])
    available = SelectField(
        _("Dan"), choices=[SelectChoice("0", _("kan ik niet")), SelectChoice("1", _("kan ik wel"))], default="0"
    )

    reason = StringField(_("Waarom (mag leeg)"), [Optional(), Length(max=200)])

    def what(self) -> dict[str, Any]:
        return {"available": self.available.data == "1", "reason": self.reason.data or None}

    def stretch(self) -> tuple[datetime, datetime]:
        """Return the stretch; without hours it is whole days."""
        first, last = self.first_day.data, self.last_day.data or self.first_day.data
        start = at(first, self.from_time.data or time(0))
        end = at(last, self.to_time.data) if self.to_time.data else at(last + timedelta(days=1), time(0))
        return start, end


class LimitsForm(Form):
    travel_limit_km = KilometresField(_("Ik reis hoogstens (km, enkel)"))
    quiet_from = TimeField(_("Stuur mij niets van"), [Optional()])
    quiet_until = TimeField(_("tot"), [Optional()])

    def changes(self) -> dict[str, Any]:
        """Return the limits she sets herself."""
        return {name: self[name].data for name in ("travel_limit_km", "quiet_from", "quiet_until")}


class ChangeForm(Form):
    number = StringField(_("Tolknummer"), [REQUIRED, Length(max=20)])
    gender = SelectField(_("Geslacht"), choices=GENDERS)
    postcode = StringField(_("Postcode"), [Optional(), Length(max=10)])
    municipality = StringField(_("Gemeente"), [REQUIRED, Length(max=100)])
    travel_limit_km = KilometresField(_("Reist hoogstens (km, enkel)"))
    quiet_from = TimeField(_("Niets sturen van"), [Optional()])
    quiet_until = TimeField(_("tot"), [Optional()])
    active_until = DateField(_("Actief tot en met"), [Optional()])

    def changes(self) -> dict[str, Any]:
        """Return what is to stand in the register."""
        names = ("number", "gender", "municipality", "quiet_from", "quiet_until", "active_until")
        changes = {name: self[name].data for name in names}
        return changes | {"postcode": self.postcode.data or "", "travel_limit_km": self.travel_limit_km.data}


class ExclusionForm(Form):
    organisation = SelectField(_("Organisatie"), choices=[], coerce=int)
    reason = StringField(_("Waarom (mag leeg)"), [Optional(), Length(max=500)])

    def offer(self, organisations: list[tuple[int, str]]) -> None:
        """Offer the organisations that may be chosen."""
        self.organisation.choices = [SelectChoice(number, name) for number, name in organisations]


class WeekForm(Form):
    """The usual week: two parts a day, each from an hour until an hour; both empty is not working then.

    `painted` comes from the page's own grid and says the whole week; it wins over the hours.
    """

    painted = HiddenField()

    def show(self, week: Sequence[Stretch]) -> None:
        """Fill the form with a week."""
        for day in range(7):
            for part, it in enumerate([it for it in week if it.weekday == day][:PARTS]):
                self[f"from-{day}-{part}"].data, self[f"to-{day}-{part}"].data = it.from_time, it.to_time

    def week(self) -> list[Stretch]:
        """Return the week somebody filled in, or painted: "day from to" each, as many as the day has.

        Raises: Invalid: an hour without the one it goes with.
        """
        if self.painted.data:
            return [_painted(it) for it in self.painted.data.split(",") if it.strip()]
        week, wrong = [], {}
        for day in range(7):
            for part in range(PARTS):
                first, last = self[f"from-{day}-{part}"].data, self[f"to-{day}-{part}"].data
                if first is not None and last is not None:
                    week.append(Stretch(day, first, last))
                elif first is not None or last is not None:
                    wrong[f"to-{day}-{part}" if last is None else f"from-{day}-{part}"] = "required"
        if wrong:
            raise Invalid(fields=wrong)
        return week


def _painted(words: str) -> Stretch:
    """Return a stretch written as "0 08:00 12:30": the day (0 is Monday), from, until.

    Raises: Invalid.
    """
    fits = _PAINTED.fullmatch(words.strip())
    if fits is None:
        raise Invalid(fields={"painted": "not_positive"})
    day, *times = (int(it) for it in fits.groups())
    return Stretch(day, time(*times[:2]), time(*times[2:]))


_PAINTED = re.compile(r"([0-6]) ([01][0-9]|2[0-3]):([0-5][0-9]) ([01][0-9]|2[0-3]):([0-5][0-9])")
PARTS = 2
for _day in range(7):
    for _part in range(PARTS):
        setattr(WeekForm, f"from-{_day}-{_part}", TimeField(DAYS[_day], [Optional()]))
        setattr(WeekForm, f"to-{_day}-{_part}", TimeField(DAYS[_day], [Optional()]))
