"""Shapes of the forms between agencies."""

from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField, SelectMultipleField, widgets
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from people.forms import REQUIRED, Form


class PartnershipForm(Form):
    agency = SelectField(_("Voor"), coerce=int, choices=[])
    partner = SelectField(_("Partner die meehelpt"), coerce=int, choices=[])
    services = SelectMultipleField(
        _("Diensten"),
        choices=[
            SelectChoice("on_site", _("ter plaatse")),
            SelectChoice("telephone", _("telefoon")),
            SelectChoice("video", _("video")),
            SelectChoice("translation", _("vertaling")),
        ],
        default=["on_site", "telephone", "video"],
        option_widget=widgets.CheckboxInput(),
    )
    valid_from = DateField(_("Vanaf"), [REQUIRED])
    valid_until = DateField(_("Tot en met"), [Optional()])
