"""Pages everybody may read: how accessible the screens are; and, in development, every component in every state."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, render_template

from kernel import clock
from kernel.actor import SYSTEM
from kernel.http import policy
from people import queries as people
from people.forms import PersonForm, ProfileForm

pages = Blueprint("public", __name__)


@pages.get("/accessibility")
@policy(public=True)
def accessibility() -> str:
    """Say how accessible the screens are, what is not, and where to complain."""
    return render_template("public/accessibility.html", agencies=people.list_agencies(SYSTEM))


@policy(public=True)
def styleguide() -> str:
    """Show every component in every state."""
    now = clock.now()
    fine = ProfileForm(formdata=None, data={"name": "Amina El Idrissi", "phone": "016 12 34 56", "locale": "nl"})
    wrong = PersonForm(formdata=None)
    wrong.role.choices = wrong.scope.choices = []
    wrong.email.errors, wrong.name.errors = ["Dit is geen e-mailadres."], ["Vul dit in."]
    shown: dict[str, Any] = {"now": now, "later": now + timedelta(hours=19), "end": now + timedelta(hours=20)}
    hours = {"starts_at": shown["later"], "ends_at": shown["end"]}
    shown["moments"] = [{"service": it} | hours for it in ("on_site", "translation")]
    return render_template("public/styleguide.html", fine=fine, wrong=wrong, **shown)


def register(app: Flask) -> None:
    """Show the components where people work on them."""
    if app.config["SETTINGS"].development:
        app.add_url_rule("/styleguide", "styleguide", styleguide)
