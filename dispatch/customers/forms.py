"""Shapes of the forms about customers."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, EmailField, SelectMultipleField, StringField, TelField, widgets
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from people.forms import REQUIRED, Form

SECTORS = [
    SelectChoice("welfare", _("welzijn")),
    SelectChoice("health", _("gezondheid")),
    SelectChoice("education", _("onderwijs")),
    SelectChoice("local_authority", _("lokaal bestuur")),
    SelectChoice("asylum", _("asielopvang")),
    SelectChoice("integration", _("integratie")),
    SelectChoice("justice", _("justitie")),
    SelectChoice("housing", _("wonen")),
    SelectChoice("other", _("andere")),
]


class AgreementForm(Form):
    services = SelectMultipleField(
        _("Diensten"),
        choices=[
            SelectChoice("on_site", _("ter plaatse")),
            SelectChoice("telephone", _("telefoon")),
            SelectChoice("video", _("video")),
            SelectChoice("translation", _("vertaling")),
        ],
        option_widget=widgets.CheckboxInput(),
    )
    valid_from = DateField(_("Vanaf"), [REQUIRED])
    valid_until = DateField(_("Tot en met"), [Optional()])
    needs_review = BooleanField(_("Elke aanvraag eerst nakijken"))


class UnitForm(Form):
    name = StringField(_("Naam van de afdeling"), [REQUIRED, Length(max=200)], id="unit-name")


class RequesterForm(Form):
    name = StringField(_("Naam"), [REQUIRED, Length(max=200)])
    email = EmailField(_("E-mailadres"), [REQUIRED, Length(max=320)])
    phone = TelField(_("Telefoon"), [Optional(), Length(max=40)])
