"""Shapes of the forms about asking."""

from flask_babel import lazy_gettext as _
from wtforms import DecimalField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange

from dispatch.offers.domain import WEIGHTS
from people.forms import REQUIRED, Form


class ReplayForm(Form):
    # Pages have the words.
    term = SelectField(_("Wat verandert?"), choices=[SelectChoice(it, it) for it in ("fill_target", *WEIGHTS)])
    value = DecimalField(_("Nieuwe waarde"), [REQUIRED, NumberRange(min=0, max=100_000)], places=None)
