"""Shapes of the coordinator's forms."""

from datetime import time, timedelta

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, DecimalField, IntegerField, SelectField, TextAreaField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, Optional

from dispatch.booking.forms import DURATIONS, LanguageField
from dispatch.calendars.domain import resolve_local
from dispatch.requests.domain import Reason, Service, Wish
from dispatch.translations.domain import Quote
from kernel.money import to_cents
from people.forms import REQUIRED, Form

_REASONS = [
    SelectChoice(Reason.INTERPRETER_UNAVAILABLE.value, _("geen tolk beschikbaar")),
    SelectChoice(Reason.LANGUAGE_UNAVAILABLE.value, _("taal niet beschikbaar")),
    SelectChoice(Reason.SERVICE_UNAVAILABLE.value, _("dienst niet beschikbaar")),
    SelectChoice(Reason.NOT_ELIGIBLE.value, _("komt niet in aanmerking")),
    SelectChoice(Reason.DUPLICATE.value, _("dubbel")),
    SelectChoice(Reason.TECHNICAL.value, _("technisch")),
    SelectChoice(Reason.OTHER.value, _("andere reden")),
]


class CloseForm(Form):
    reason = SelectField(_("Reden"), choices=[SelectChoice("", _("zoals afgeleid")), *_REASONS], default="")
    note = TextAreaField(_("Motief, als u van de afgeleide reden afwijkt"), [Optional(), Length(max=2000)])


class NoteForm(Form):
    text = TextAreaField(_("Notitie voor collega's"), [REQUIRED, Length(max=4000)])


class MessageForm(Form):
    text = TextAreaField(_("Bericht aan de aanvrager"), [REQUIRED, Length(max=4000)])


class AlertForm(Form):
    minutes = IntegerField(_("Minuten voor het te laat is"), [Optional(), NumberRange(min=1, max=240)])
    sound = BooleanField(_("met een geluid"))
    desktop = BooleanField(_("met een melding van de browser"))


class QuestionForm(Form):
    question = TextAreaField(_("Wat moet de aanvrager nog geven?"), [REQUIRED, Length(max=2000)])


class ProposalForm(Form):
    service = SelectField(
        _("Hoe"),
        choices=[
            SelectChoice("video", _("video")),
            SelectChoice("telephone", _("telefoon")),
            SelectChoice("on_site", _("ter plaatse")),
        ],
    )
    language = LanguageField(_("Taal"), [REQUIRED, Length(max=60)])
    day = DateField(_("Dag"), [REQUIRED])
    hour = TimeField(_("Beginuur"), [REQUIRED])
    minutes = SelectField(_("Hoe lang"), choices=[SelectChoice(it, str(it)) for it in DURATIONS], coerce=int)
    language_unclear = False

    def wish(self) -> Wish:
        """Return the alternative.

        Raises: Invalid: a time that does not exist or exists twice.
        """
        start = resolve_local(self.day.data, self.hour.data, 0)
        end = start + timedelta(minutes=self.minutes.data)
        return Wish(Service(self.service.data), self.language.code or "", start, end)


class QuoteForm(Form):
    words = IntegerField(_("Aantal woorden"), [REQUIRED, NumberRange(min=1, max=1_000_000)])
    price = DecimalField(_("Prijs in euro"), [REQUIRED, NumberRange(min=0, max=100_000)], places=2)
    day = DateField(_("Klaar op"), [REQUIRED])

    def quote(self) -> Quote:
        ready = resolve_local(self.day.data, time(17, 0))
        return Quote(self.words.data or 0, to_cents(self.price.data), ready)
