"""Shapes of the forms around a room."""

from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from dispatch.conversations.domain import LABEL_LIMIT
from people.forms import Form


class GuestForm(Form):
    role = SelectField(
        _("Wie komt erbij?"),
        choices=[SelectChoice("client", _("de cliënt")), SelectChoice("third_party", _("iemand anders"))],
    )
    label = StringField(_("Hoe noemen we die persoon? Geen naam."), [Optional(), Length(max=LABEL_LIMIT)])
    channel = SelectField(
        _("Hoe bezorgen we de link?"),
        choices=[
            SelectChoice("show", _("toon de link")),
            SelectChoice("sms", _("per sms")),
            SelectChoice("mail", _("per e-mail")),
        ],
        default="show",
    )
    to = StringField(_("Nummer of e-mailadres"), [Optional(), Length(max=200)])
