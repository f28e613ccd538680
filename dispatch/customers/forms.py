"""Shapes of the forms about customers."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, SelectMultipleField, widgets
from wtforms.validators import Optional

from people.forms import REQUIRED, Form


class AgreementForm(Form):
    services = SelectMultipleField(
        _("Diensten"),
        choices=[
            ("on_site", _("ter plaatse")),
            ("telephone", _("telefoon")),
            ("video", _("video")),
            ("translation", _("vertaling")),
        ],
        option_widget=widgets.CheckboxInput(),
    )
    valid_from = DateField(_("Vanaf"), [REQUIRED])
    valid_until = DateField(_("Tot en met"), [Optional()])
    needs_review = BooleanField(_("Elke aanvraag eerst nakijken"))
