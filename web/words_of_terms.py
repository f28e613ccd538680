"""The words for the terms of an agency, and for their values: `web.words` has all the others."""

from math import ceil
from typing import Any

from babel import units
from flask_babel import lazy_gettext, ngettext

from web.locale import decimal, name

_ = lazy_gettext

TERMS: dict[str, Any] = {
    "wave_size": _("hoeveel tolken samen gevraagd worden"),
    "offer_life": _("hoelang op een antwoord gewacht wordt"),
    "max_waves": _("hoogstens zoveel rondes"),
    "escalate_after_waves": _("een mens kijkt na zoveel rondes"),
    "escalate": _("een mens kijkt zo lang voor de start"),
    "answer_by": _("de aanvrager weet het zo lang voor de start"),
    "answer_hour": _("uur waarop het antwoord er dan is (minuten na middernacht)"),
    "answer_within": _("bij korte termijn: antwoord binnen"),
    "hard_stop": _("zoeken stopt zo lang voor de start"),
    "stop_travel": _("reistijd die daar nog bij komt"),
    "wave_size_1": _("meteen: hoeveel tolken eerst gebeld worden"),
    "wave_size_2": _("meteen: hoeveel daarna"),
    "spoken_choice": _("beller krijgt de keuze om te wachten na"),
    "call_back": _("terugbellen kan gedurende"),
    "review_answer": _("aanvulling van een aanvraag verwacht binnen"),
    "proposal_life": _("een voorstel aan de aanvrager geldt"),
    "proposal_share": _("of dit deel van de resterende tijd, als dat minder is"),
    "quote_due": _("offerte voor een vertaling binnen"),
    "quote_valid": _("een offerte geldt"),
    "confirm_by": _("wie een prestatie niet betwist, bevestigt ze na"),
    "record_due": _("de tolk vult de prestatie in binnen"),
    "cancel_cut_off": _("kosteloos annuleren tot (minuten na middernacht, werkdag ervoor)"),
    "absence_wait": _("wachten op wie er niet is"),
    "silence": _("een toestel zwijgt: het volgende kanaal na"),
    "presence": _("“nu beschikbaar” vervalt zonder teken na"),
    "reminder": _("herinnering aan de opdracht, zo lang ervoor"),
    "reconfirm": _("tolk bevestigt opnieuw, zo lang ervoor"),
    "reconfirm_answer": _("herbevestiging verwacht binnen"),
    "travel_limit": _("gebruikelijke reisgrens, enkel"),
    "retention": _("gegevens van een aanvraag bewaren (dagen)"),
    "fill_target": _("gewenste kans op een ja"),
    "decision_inputs": _("waaruit beslist werd bewaren (dagen)"),
    "half_typed": _("half ingevulde aanvraag bewaren (dagen)"),
    "weight_travel": _("gewicht van reistijd: per minuut onderweg"),
    "weight_workload": _("gewicht van werklast: per gewerkte minuut deze maand"),
    "weight_recent_offer": _("gewicht van recent gevraagd: per aanbod deze week"),
    "weight_related_language": _("gewicht van een verwante taal"),
    "weight_uncertified": _("gewicht van geen certificaat"),
    "weight_worked_here": _("voordeel van wie de plaats kent"),
    "weight_same_client": _("voordeel van wie de cliënt kent"),
    "room_opens": _("een gesprek gaat open, zo lang voor de start"),
    "room_closes": _("en sluit, zo lang na het einde"),
    "room_size": _("mensen in een gesprek, hoogstens"),
    "room_guests": _("van wie gasten, hoogstens"),
    "guest_link": _("een link voor een gast geldt"),
    "room_pages": _("bladzijden van een getoond document, hoogstens"),
    "call_menu_for": _("een beller mag in het keuzemenu blijven"),
    "call_withdrawn_within": _("wie zo snel inhaakt, vroeg niets"),
    "call_come_within": _("wie ja zei, is op de lijn binnen"),
    "call_release_after": _("anders wordt iemand anders gevraagd na"),
    "call_early_drop": _("wegvallen telt als vroeg binnen"),
    "call_redial_within": _("wie vroeg wegviel, vindt het gesprek terug binnen"),
    "call_seat_kept": _("wie later wegvalt, houdt zijn plaats"),
    "call_recall_after": _("wie wegviel, bellen we terug na"),
    "call_disturbance_from": _("een onderbreking telt als storing vanaf"),
    "call_dial_before": _("we bellen de tolk, zo lang voor de start"),
    "call_missing_after": _("de coördinator hoort dat iemand ontbreekt na"),
    "call_missing_stop": _("en het gesprek gaat niet door na"),
    "call_overrun": _("uitlopen mag"),
    "call_longest": _("een gesprek zonder eindtijd duurt hoogstens"),
    "answer_hold": _("wie opneemt, krijgt de tijd om ja te zeggen"),
    "ring_for": _("een toestel laten overgaan"),
    "unanswered_rings": _("zo vaak niet opgenomen: niet meer beschikbaar"),
    "call_code_tries": _("foute klantcodes van één nummer"),
    "call_code_tries_all": _("foute klantcodes in het geheel"),
    "call_numbers": _("nummers die een gesprek mag bellen"),
    "call_rings_a_day": _("één nummer bellen, per dag"),
    "call_minute_price": _("een begonnen belminuut (cent)"),
    "call_ceiling": _("bellen per dag en dienst, hoogstens (cent)"),
    "call_number_kept": _("het nummer van een beller bewaren (dagen)"),
    "desk_call": _("een coördinator heeft nodig om te bellen"),
    "desk_assign": _("om iemand toe te wijzen"),
    "desk_propose": _("om iets anders voor te stellen"),
    "share_group": _("vergelijken met anderen vanaf zoveel tolken"),
    "door_tries": _("foute codes aan de deur"),
    "certificate_notice": _("waarschuwen voor een certificaat vervalt (dagen)"),
    "desk_fine": _("vanaf deze kans hoeft een mens niet te kijken"),
    "partners_after": _("partners worden gevraagd na dit deel van de tijd"),
    "most_hours_day": _("werk van een tolk, hoogstens per dag"),
    "most_hours_week": _("werk van een tolk, hoogstens per week"),
}

# Units of terms that every language of Babel has words for.
_UNITS = {
    "seconds": "duration-second",
    "minutes": "duration-minute",
    "percent": "concentr-percent",
    "km": "length-kilometer",
}


def measured(value: float, unit: str) -> str:
    """Return a value with what it counts in: "1 minuut", "4 werkuren"; what is only counted stands alone."""
    if unit in _UNITS:
        return units.format_unit(value, _UNITS[unit], locale=name())
    said, whole = decimal(value, 3), ceil(value)
    if unit == "working_hours":
        return ngettext("%(said)s werkuur", "%(said)s werkuren", whole, said=said)
    if unit == "working_days":
        return ngettext("%(said)s werkdag", "%(said)s werkdagen", whole, said=said)
    return said
