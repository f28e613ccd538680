"""Shapes of the interpreter's forms."""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, DecimalField, IntegerField, SelectField, StringField, TextAreaField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, Optional

from dispatch.assignments.models import AssignmentRow
from dispatch.calendars.domain import resolve_local
from dispatch.performances.domain import NOTE_LIMIT, Report
from kernel.clock import BRUSSELS
from kernel.words import readable
from people.forms import REQUIRED, Form


class PerformanceForm(Form):
    day = DateField(_("Dag"), [REQUIRED])
    start = TimeField(_("Begonnen om"), [REQUIRED])
    end_day = DateField(_("Geëindigd op"), [Optional()])
    end = TimeField(_("Geëindigd om"), [REQUIRED])
    travel_km = DecimalField(_("Kilometers heen en terug"), [Optional(), NumberRange(min=0, max=1000)], places=1)
    disturbance_minutes = IntegerField(_("Minuten storing of wachten"), [Optional(), NumberRange(min=0, max=600)])
    disturbance = TextAreaField(_("Wat stoorde?"), [Optional(), Length(max=NOTE_LIMIT)])
    note = TextAreaField(_("Opmerking"), [Optional(), Length(max=NOTE_LIMIT)])
    code = StringField(
        _("Code van de aanvrager"),
        [Optional(), Length(max=12)],
        render_kw={"inputmode": "numeric", "autocomplete": "off", "pattern": "[0-9 ]{6,8}"},
    )

    def show(self, assignment: AssignmentRow, draft: Report | None = None) -> None:
        """Begin with what took place in the room, where that is known, else with what was agreed."""
        moments = (draft.started_at, draft.ended_at) if draft else (assignment.starts_at, assignment.ends_at)
        start, end = (it.astimezone(BRUSSELS) for it in moments)
        if draft:
            self.disturbance_minutes.data = draft.disturbance_minutes
            whole = end.replace(second=0, microsecond=0)
            end = whole + timedelta(minutes=end > whole)  # a begun minute counts
        self.day.data, self.start.data = start.date(), start.time()
        self.end_day.data, self.end.data = end.date(), end.time()
        if assignment.distance_km:
            self.travel_km.data = round(2 * assignment.distance_km, 1)

    def report(self, *, on_site: bool) -> Report:
        """Return what was written down.

        Raises: Invalid: a time that does not exist or exists twice.
        """
        end_day = self.end_day.data or self.day.data
        return Report(
            started_at=_moment(self.day.data, self.start.data),
            ended_at=_moment(end_day, self.end.data),
            travel_km=float(self.travel_km.data) if self.travel_km.data is not None and on_site else None,
            disturbance_minutes=self.disturbance_minutes.data or 0,
            disturbance=readable(self.disturbance.data or "", "disturbance") or None,
            note=readable(self.note.data or "", "note") or None,
        )


class DeclineForm(Form):
    reason = SelectField(
        _("Waarom niet?"),
        choices=[
            SelectChoice("not_free", _("ik ben niet vrij")),
            SelectChoice("too_far", _("te ver")),
            SelectChoice("subject", _("niet over dit onderwerp")),
            SelectChoice("knows_client", _("ik ken de betrokkene")),
            SelectChoice("other", _("andere reden")),
        ],
    )


class WithdrawForm(Form):
    reason = SelectField(
        _("Waarom geeft u de opdracht terug?"),
        choices=[
            SelectChoice("ill", _("ziek")),
            SelectChoice("not_free", _("niet meer vrij")),
            SelectChoice("knows_client", _("ik ken de betrokkene")),
            SelectChoice("other", _("andere reden")),
        ],
    )


def _moment(day: Any, hour: Any) -> datetime:
    return resolve_local(day, hour, 0)
