"""The main menu of each role."""

from flask import current_app
from flask_babel import lazy_gettext as _

from kernel.actor import Actor, Role

MENU = {
    Role.REQUESTER: [("booking.index", _("Aanvragen")), ("booking.new", _("Tolk aanvragen"))],
    Role.INTERPRETER: [
        ("fieldwork.index", _("Aanbod")),
        ("fieldwork.agenda", _("Agenda")),
        ("availability.index", _("Beschikbaar")),
        ("fieldwork.records", _("Prestaties")),
    ],
    Role.COORDINATOR: [
        ("desk.board", _("Onbeantwoord")),
        ("desk.waiting", _("Te doen")),
        ("desk.index", _("Alle aanvragen")),
        ("register.index", _("Tolken")),
        ("customers.index", _("Afnemers")),
        ("telephone.index", _("Telefoon")),
        ("spreadsheets.index", _("Rekenbladen")),
    ],
    Role.MANAGER: [("reports.index", _("Cijfers"))],
    Role.ADMINISTRATOR: [
        ("people.index", _("Mensen")),
        ("register.index", _("Tolken")),
        ("customers.index", _("Afnemers")),
        ("telephone.index", _("Telefoon")),
        ("spreadsheets.index", _("Rekenbladen")),
        ("terms.index", _("Termijnen")),
        ("replays.index", _("Wat als")),
        ("reports.index", _("Cijfers")),
        ("operations.index", _("Toestand")),
    ],
}


def items(actor: Actor) -> list[tuple[str, str]]:
    """Return the menu of an actor: endpoint and label, only what exists in this process."""
    return [(endpoint, label) for endpoint, label in MENU[actor.role] if endpoint in current_app.view_functions]
