"""Shapes of the forms of the register."""

from datetime import datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    EmailField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
    widgets,
)
from wtforms.validators import Length, NumberRange, Optional

from dispatch.calendars.domain import at
from dispatch.interpreters.domain import Skill, Stretch
from kernel.errors import Invalid
from people.forms import REQUIRED, Form

SERVICES = [
    ("on_site", _("ter plaatse")),
    ("telephone", _("telefoon")),
    ("video", _("video")),
    ("translation", _("vertaling")),
]
DAYS = [_("maandag"), _("dinsdag"), _("woensdag"), _("donderdag"), _("vrijdag"), _("zaterdag"), _("zondag")]


class RegisterForm(Form):
    name = StringField(_("Naam"), [REQUIRED, Length(max=200)])
    email = EmailField(_("E-mailadres"), [REQUIRED, Length(max=320)])
    phone = StringField(_("Telefoon"), [Optional(), Length(max=40)])
    number = StringField(_("Tolknummer"), [REQUIRED, Length(max=20)])
    gender = SelectField(_("Geslacht"), choices=[("female", _("vrouw")), ("male", _("man")), ("other", _("anders"))])
    postcode = StringField(_("Postcode"), [Optional(), Length(max=10)])
    municipality = StringField(_("Gemeente"), [REQUIRED, Length(max=100)])
    travel_limit_km = DecimalField(_("Reist hoogstens (km, enkel)"), [Optional(), NumberRange(min=0, max=500)])
    services = SelectMultipleField(_("Diensten"), choices=SERVICES, option_widget=widgets.CheckboxInput())


class LanguageForm(Form):
    language = StringField(_("Taal (ISO 639-3)"), [REQUIRED, Length(min=3, max=3)])
    direction = SelectField(
        _("Richting"),
        choices=[
            ("both", _("beide richtingen")),
            ("to_dutch", _("naar het Nederlands")),
            ("from_dutch", _("uit het Nederlands")),
        ],
    )
    certificate = StringField(_("Certificaat"), [Optional(), Length(max=100)])
    certified_from = DateField(_("Geldig vanaf"), [Optional()])
    certified_until = DateField(_("Geldig tot en met"), [Optional()])

    def skill(self) -> Skill:
        return Skill(
            (self.language.data or "").lower(),
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
    available = SelectField(_("Dan"), choices=[("0", _("kan ik niet")), ("1", _("kan ik wel"))], default="0")

    def stretch(self) -> tuple[datetime, datetime]:
        """Return the stretch; without hours it is whole days."""
        first, last = self.first_day.data, self.last_day.data or self.first_day.data
        start = at(first, self.from_time.data or time(0))
        end = at(last, self.to_time.data) if self.to_time.data else at(last + timedelta(days=1), time(0))
        return start, end


class LimitsForm(Form):
    travel_limit_km = DecimalField(_("Ik reis hoogstens (km, enkel)"), [Optional(), NumberRange(min=0, max=500)])
    quiet_from = TimeField(_("Stuur mij niets van"), [Optional()])
    quiet_until = TimeField(_("tot"), [Optional()])


class PresenceForm(Form):
    on = BooleanField(_("nu beschikbaar"))


def week_from(form: Any) -> list[Stretch]:
    """Return the week somebody filled in: per day at most two stretches, empty ones left out.

    Raises: Invalid: an hour that cannot be read.
    """
    week = []
    for day in range(7):
        for part in range(2):
            first, last = form.get(f"from-{day}-{part}", ""), form.get(f"to-{day}-{part}", "")
            if first and last:
                week.append(Stretch(day, _hour(first), _hour(last)))
    return week


def _hour(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise Invalid(fields={"week": "bad_hour"}) from error
