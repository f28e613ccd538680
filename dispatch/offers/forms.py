"""Shapes of the forms about asking."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import DecimalField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange

from people.forms import REQUIRED, Form


class ReplayForm(Form):
    term = SelectField(_("Wat verandert?"), choices=[])
    value = DecimalField(_("Nieuwe waarde"), [REQUIRED, NumberRange(min=0, max=100_000)], places=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {
            "fill_target": gettext("gewenste kans op een ja, in procent"),
            "weight_travel": gettext("reistijd: minuten per minuut"),
            "weight_workload": gettext("werklast: minuten per gewerkte minuut deze maand"),
            "weight_recent_offer": gettext("recent gevraagd: minuten per aanbod deze week"),
            "weight_related_language": gettext("verwante taal: minuten"),
            "weight_uncertified": gettext("zonder certificaat: minuten"),
            "weight_worked_here": gettext("kent de plaats: minuten voordeel"),
            "weight_same_client": gettext("kent de cliënt: minuten voordeel"),
        }
        self.term.choices = [SelectChoice(name, word) for name, word in words.items()]
