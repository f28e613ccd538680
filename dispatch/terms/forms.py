"""Shapes of the forms about terms and closing days."""

from flask_babel import lazy_gettext as _
from wtforms import DateField, DecimalField, SelectField, StringField
from wtforms.validators import Length, NumberRange

from people.forms import REQUIRED, Form


class TermForm(Form):
    value = DecimalField(_("Nieuwe waarde"), [REQUIRED, NumberRange(min=0, max=100_000)], places=None)
    valid_from = DateField(_("Geldt vanaf"), [REQUIRED])
    source = StringField(_("Bron of beslissing"), [REQUIRED, Length(max=200)])


class ClosingDayForm(Form):
    agency = SelectField(_("Dienst"), choices=[], coerce=int)
    day = DateField(_("Dag"), [REQUIRED])
    name = StringField(_("Naam"), [REQUIRED, Length(max=100)])
