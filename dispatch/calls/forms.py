"""Shapes of the forms about calls."""

from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField, TelField
from wtforms.validators import Length, Optional

from people.forms import REQUIRED, Form


class CodeForm(Form):
    organisation = SelectField(_("Organisatie"), [REQUIRED], coerce=int)
    valid_until = DateField(_("Geldig tot en met"), [Optional()])


class NumbersForm(Form):
    agency = SelectField(_("Dienst"), [REQUIRED], coerce=int)
    number = TelField(_("Nummer waarop klanten bellen"), [REQUIRED, Length(max=40)])
    desk_number = TelField(_("Nummer van de coördinator"), [Optional(), Length(max=40)])


class InviteForm(Form):
    number = TelField(
        _("Telefoonnummer"), [REQUIRED, Length(max=40)], render_kw={"autocomplete": "off", "inputmode": "tel"}
    )
