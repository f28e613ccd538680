"""The main menu of each role."""

from flask import current_app
from flask_babel import lazy_gettext as _

from kernel.actor import Actor, Role

MENU = {
    Role.REQUESTER: [
        ("booking.index", _("Aanvragen")),
        ("booking.new", _("Tolk aanvragen")),
        ("organisation.index", _("Onze organisatie")),
    ],
    Role.INTERPRETER: [
        ("fieldwork.index", _("Aanbod")),
        ("fieldwork.agenda", _("Agenda")),
        ("availability.index", _("Beschikbaar")),
        ("fieldwork.records", _("Prestaties")),
        ("fieldwork.mine", _("Ik")),
    ],
    Role.COORDINATOR: [
        ("desk.board", _("Onbeantwoord")),
        ("desk.waiting", _("Te doen")),
        ("desk.day", _("De dag")),
        ("desk.index", _("Alle aanvragen")),
        ("register.index", _("Tolken")),
        ("customers.index", _("Afnemers")),
        ("telephone.index", _("Telefoon")),
        ("partners.index", _("Partners")),
        ("spreadsheets.index", _("Rekenbladen")),
        ("reports.answered", _("Vandaag")),
    ],
    Role.MANAGER: [
        ("reports.answered", _("Vandaag")),
        ("reports.index", _("Cijfers")),
        ("reports.bottlenecks", _("Knelpunttalen")),
    ],
    Role.ADMINISTRATOR: [
        ("people.index", _("Mensen")),
        ("register.index", _("Tolken")),
        ("customers.index", _("Afnemers")),
        ("telephone.index", _("Telefoon")),
        ("spreadsheets.index", _("Rekenbladen")),
        ("terms.index", _("Termijnen")),
        ("replays.index", _("Wat als")),
        ("reports.index", _("Cijfers")),
        ("reports.bottlenecks", _("Knelpunttalen")),
        ("operations.index", _("Toestand")),
    ],
}


def items(actor: Actor) -> list[tuple[str, str]]:
    """Return the menu of an actor: endpoint and label, only what exists in this process."""
    hidden = set() if actor.manages_organisation else {"organisation.index"}
    known = current_app.view_functions.keys() - hidden
    return [(endpoint, label) for endpoint, label in MENU[actor.role] if endpoint in known]
