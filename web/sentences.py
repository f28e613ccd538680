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
    "call_refused": _("Dit nummer bellen we niet: er zijn te veel nummers of oproepen, of de dag kost al te veel."),
    "call_over": _("Voor dit gesprek kan niemand meer gebeld worden."),
    "no_such_code": _("Deze klantcode kennen we niet."),
    "no_requester": _("Voeg eerst iemand toe die voor deze organisatie mag aanvragen."),
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
    # signing in
    "wrong_credentials": _("Dit adres en wachtwoord horen niet bij elkaar."),
    "too_many_tries": _("Er werd te vaak geprobeerd. Wacht %(minutes)s minuten en probeer het dan opnieuw."),
    "wrong_code": _("Deze code klopt niet of is al gebruikt. Neem de code die u nu ziet."),
    "weak_password": _("Dit wachtwoord is te makkelijk. Neem minstens 12 tekens, zonder uw naam of een bekend woord."),
    "link_over": _("Deze link is al gebruikt of verlopen. Vraag een nieuwe."),
    "works_elsewhere": _("Deze persoon werkt ook voor een andere dienst. Haal de tolk in het tolkenbestand bij u weg."),
    "email_taken": _("Iemand heeft dit adres al."),
    "bad_email": _("Dit is geen e-mailadres."),
    "scope_does_not_fit": _("Een aanvrager hoort bij een organisatie, een ander bij een dienst."),
    # what was typed
    "required": _("Vul dit in."),
    "too_long": _("Dit is te lang."),
    "too_many": _("Dit zijn er te veel."),
    "unknown_choice": _("Dit is geen van de mogelijkheden."),
    "unknown_field": _("Dit kunt u niet veranderen."),
    "out_of_range": _("Dit is te klein of te groot."),
    "replay_first": _("Speel eerst het voorbije jaar opnieuw met deze waarde, onder “Wat als”."),
    "replay_lost": _("Met deze waarde zou een dienst meer dan één procentpunt antwoorden verliezen."),
    "negative": _("Dit kan niet minder dan nul zijn."),
    "not_a_number": _("Dit is geen getal."),
    "not_positive": _("Het einde ligt niet na het begin."),
    "before_start": _("Het einde ligt voor het begin."),
    "moment_passed": _("Dit moment is voorbij. Kies een later."),
    "too_far_away": _("Dit ligt meer dan twee jaar vooruit."),
    "unstorable": _(
        "Hierin staat iets dat we niet kunnen bewaren: een teken dat niemand leest, of een te groot getal."
    ),
    "unreadable_text": _("Hierin staat een teken dat niemand kan lezen."),
    "bad_phone": _("Dit nummer kunnen we niet bellen. Schrijf het als 016 12 34 56 of +32 16 12 34 56."),
    "bad_day": _("Deze dag kunnen we niet lezen. Schrijf ze als 3/12 of 3/12/2026."),
    "bad_hour": _("Dit uur kunnen we niet lezen. Schrijf het als 14:30."),
    "bad_endpoint": _("Dit is geen adres van een pushdienst."),
    "not_ours": _("Deze pagina bestaat niet. Begin opnieuw bij de eerste."),
    "bad_measure": _("Deze minuten of kilometers kunnen niet."),
    "bad_tariff": _("Dit tarief klopt niet."),
    "no_tariff": _("Voor die dag is er geen tarief. Vraag het aan de beheerder."),
    "not_done_together": _("Niet gedaan, want bij een andere kon het niet en u koos alles of niets."),
    # requests
    "bad_request_fields": _("Dit kunnen we zo niet aanvragen. Kijk de aangeduide velden na."),
    "unknown_language": _("Deze taal kennen we niet."),
    "unknown_place": _("Deze gemeente kennen we niet."),
    "already_closed": _("Deze aanvraag is al afgesloten."),
    "request_changed": _("Iemand wijzigde deze aanvraag intussen. Laad de pagina opnieuw."),
    "interpreter_not_free_then": _("De tolk is op dat moment niet vrij."),
    "proposal_over": _("Op dit voorstel is al geantwoord, of het is verlopen."),
    "only_by_telephone": _("Nu meteen kan alleen per telefoon."),
    "video_not_yet_offered": _("Videotolken bestaat sinds 1 december 2020."),
    "not_for_translations": _("Bij een vertaling kan dat niet."),
    "time_does_not_exist": _("Dit uur bestaat die nacht niet: dan begint het zomeruur. Kies een ander."),
    "time_exists_twice": _("Dit uur bestaat die nacht twee keer: dan begint het winteruur. Kies welk u bedoelt."),
    "motive_required": _("U wijkt af van wat afgeleid werd: schrijf waarom."),
    "never_assigned": _("Er was nooit een tolk: deze uitkomst kan niet."),
    "partners_first": _("Partners kunnen nog helpen. Vraag hun tolken eerst, of schrijf waarom niet."),
    "no_partner": _("Met deze dienst is er daarvoor geen samenwerking."),
    "partnership_known": _("Met deze dienst is er in die periode al een samenwerking."),
    # offers, assignments, performances
    "already_taken": _("Net door iemand anders aangenomen. Dank u."),
    "offer_expired": _("De tijd om te antwoorden is voorbij."),
    "offer_closed": _("U antwoordde al op dit aanbod."),
    "offer_changed": _("De aanvraag is gewijzigd. U krijgt een nieuw aanbod als het nog past."),
    "request_cancelled": _("De aanvraag is intussen geannuleerd of afgesloten."),
    "double_booking": _("Dan is er al een andere opdracht, de reistijd meegerekend."),
    "wrong_door_code": _("Deze code klopt niet. Vraag de aanvrager de zes cijfers bij de aanvraag."),
    "not_over_yet": _("Met een code kan pas als het gesprek voorbij is."),
    "already_recorded": _("Deze prestatie is al ingevuld, met andere gegevens."),
    "too_soon": _("Wacht eerst %(minutes)s minuten na het afgesproken uur."),
    "far_from_agreed": _("Dit ligt meer dan een dag van wat afgesproken was."),
    "only_on_site": _("Kilometers horen alleen bij tolken ter plaatse."),
    "customer_known": _("Dit klantnummer of deze naam bestaat al."),
    # conversations
    "room_closed": _("Dit gesprek is voorbij of afgezegd."),
    "room_not_open": _("De kamer is nog niet open."),
    "room_full": _("Er kan niemand meer bij in dit gesprek."),
    "guest_link_over": _("Deze link is al gebruikt, verlopen of ingetrokken. Vraag een nieuwe aan wie u uitnodigde."),
    "bad_message": _("Dit konden we niet lezen."),
    "file_not_showable": _("Dit kunnen we niet tonen. Kies een PDF van hoogstens 60 bladzijden, of een PNG of JPEG."),
    "too_many_pages": _("Dit heeft te veel bladzijden."),
    # spreadsheets
    "unreadable_file": _("Dit rekenblad kunnen we niet lezen."),
    "file_old_excel": _("Dit is een oude Excel (XLS). Bewaar het als XLSX of CSV."),
    "file_broken": _("Dit bestand is beschadigd of geen XLSX. Bewaar het opnieuw vanuit uw rekenbladprogramma."),
    "file_no_text": _("Dit is geen CSV die we kunnen lezen. Bewaar het als CSV (UTF-8) of XLSX."),
    "file_bad_quotes": _("De aanhalingstekens in deze CSV kloppen niet. Bewaar het als XLSX."),
    "too_many_columns": _("Dit rekenblad heeft meer dan 60 kolommen."),
    "too_many_rows": _("Dit rekenblad heeft meer dan 20.000 rijen. Verdeel het over meerdere bestanden."),
    "too_many_empty_rows": _("Tussen de rijen staan duizenden lege. Verwijder die."),
    "import_has_errors": _("Er zijn nog fouten: er is niets ingelezen."),
    "import_over": _("Dit rekenblad is al ingelezen of weggegooid."),
    "missing_column": _("Deze kolom ontbreekt."),
    "duplicate_column": _("Deze kolom staat er twee keer."),
    "no_rows": _("Onder de koppen staat niets."),
    "duplicate": _("Dit staat al op een andere rij, of bij een ander."),
    "differs_from_first_row": _("Dit verschilt van de eerste rij over dezelfde tolk of organisatie."),
    "bad_date": _("Deze dag kunnen we niet lezen. Schrijf ze als 2020-03-14 of 14/03/2020."),
    "bad_time": _(
        "Dit uur kunnen we niet lezen. Schrijf het als 14:30, of als 02:30+01:00 in de nacht van het winteruur."
    ),
    "bad_number": _("Dit is geen getal."),
    "unknown_customer": _("Dit klantnummer kennen we niet. Lees eerst de afnemers in."),
    "unknown_interpreter": _("Dit tolknummer kennen we niet. Lees eerst de tolken in."),
    "already_imported": _("Deze aanvraag is al ingelezen."),
    "not_past": _("Dit is nog niet voorbij. Alleen aanvragen uit het verleden kunnen ingelezen worden."),
    "after_the_start": _("De aanvraag kwam na het begin."),
    "video_too_early": _("Videotolken bestaat sinds 1 december 2020."),
    "only_cancelled": _("Dit vult u alleen in bij een geannuleerde aanvraag."),
    "does_not_fit_outcome": _("Dit past niet bij deze uitkomst."),
    # register, terms, files
    "overlapping_hours": _("Deze uren overlappen met andere."),
    "already_registered": _("Deze tolk of dit nummer staat al in het bestand."),
    "not_in_force": _("Deze waarde is al vervangen."),
    "file_refused": _("Dit bestand kunnen we niet aannemen."),
    "file_without_name": _("Dit bestand heeft geen naam."),
    "file_empty": _("Dit bestand is leeg."),
    "file_too_large": _("Dit bestand is groter dan 10 MB."),
    "file_type_refused": _("Neem PDF, Word, OpenDocument, gewone tekst, PNG of JPEG."),
    "file_with_macros": _(
        "Dit bestand doet iets als men het opent: macro's, scripts, of iets van elders. Bewaar het zonder."
    ),
    "quote_over": _("Op deze offerte is al geantwoord, of ze is verlopen."),
}


def sentence(code: str, facts: Mapping[str, Any]) -> str:
    """Return the sentence for `code` in the reader's language, with `facts` filled in where it names them."""
    text = str(SENTENCES.get(code) or gettext("Dat kan niet."))
    return text % _Facts(facts) if "%(" in text else text


class _Facts(dict[str, Any]):
    """Facts by name; one that is missing leaves a gap instead of an error."""

    def __missing__(self, key: str) -> str:
        return "…"
