"""Shapes of the forms about spreadsheets."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from dispatch.spreadsheets.domain.sheets import Kind
from dispatch.spreadsheets.permissions import KINDS
from kernel.actor import Actor
from people import queries as people
from people.forms import Form

_WORDS = {
    Kind.REGISTER: _("tolken en hun talen"),
    Kind.CUSTOMERS: _("afnemers, hun mensen en afspraken"),
    Kind.REQUESTS: _("aanvragen uit het verleden"),
}


class _SheetForm(Form):
    agency = SelectField(_("Dienst"), choices=[], coerce=int)
    kind = RadioField(_("Wat"), choices=[])

    def offer_to(self, actor: Actor) -> None:
        """Offer the agencies and kinds the actor may choose from."""
        self.agency.choices = [SelectChoice(it.id, it.name) for it in people.list_agencies(actor)]
        self.kind.choices = [SelectChoice(it.value, _WORDS[it]) for it in KINDS.get(actor.role, ())]


class UploadForm(_SheetForm):
    file = FileField(_("Rekenblad (CSV of XLSX)"), [FileRequired(_("Kies een bestand."))])


class ExportForm(_SheetForm):
    file_format = RadioField(
        _("Vorm"), choices=[SelectChoice("xlsx", "Excel (XLSX)"), SelectChoice("csv", "CSV")], default="xlsx"
    )
    since = DateField(_("Aanvragen vanaf"), [Optional()])
    until = DateField(_("Aanvragen tot en met"), [Optional()])
