"""What a person reads when the platform says no: what happened, what it means, what to do. By code, in Dutch.

Modules own the codes; this table owns the words. A test fails when a code has none.
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext

_ = lazy_gettext

SENTENCES = {
    "refused": _("Dat kan niet."),
    "invalid": _("Er klopt iets niet in wat u invulde. Kijk de aangeduide velden na."),
    "forbidden": _("U mag dit niet doen met uw rol. Vraag het aan uw coördinator als u het nodig hebt."),
    "not_found": _("Dit bestaat niet, of u mag het niet zien."),
    "not_allowed_now": _("Dat kan nu niet (meer): de toestand is intussen veranderd. Laad de pagina opnieuw."),
    "unavailable": _("Het lukt op dit moment niet. Probeer het over enkele seconden opnieuw."),
    "busy": _("Het is heel druk. Probeer het over enkele seconden opnieuw."),
    "unexpected": _("Er ging iets mis bij ons. Het is genoteerd. Probeer het opnieuw of bel ons."),
    "error": _("Dat lukte niet."),
    "bad_request": _("Dit konden we niet lezen."),
    "csrf": _("Uw pagina was te lang open. Laad ze opnieuw en probeer nog eens."),
    "sign_in_first": _("Meld u eerst aan."),
    "second_factor_first": _("Geef eerst de code van uw tweede stap."),
    "method_not_allowed": _("Dat kan op dit adres niet."),
    "not_acceptable": _("In die vorm kunnen we niet antwoorden."),
    "too_large": _("Dit is te groot."),
    "unsupported_media_type": _("Deze vorm kunnen we niet lezen."),
    "too_many_requests": _("U probeerde het te vaak. Wacht even en probeer het dan opnieuw."),
    "idempotency_key_reused": _("Deze sleutel werd al gebruikt voor een andere vraag."),
    "idempotency_key_too_long": _("De sleutel mag hoogstens 255 tekens lang zijn."),
}


def sentence(code: str, facts: Mapping[str, Any]) -> str:
    """Return the sentence for `code` in the reader's language, with `facts` filled in where it names them."""
    text = str(SENTENCES.get(code) or gettext("Dat kan niet."))
    simple = {key: value for key, value in facts.items() if isinstance(value, str | int | float)}
    return text % simple if "%(" in text and all(f"%({key})" not in text or key in simple for key in facts) else text
