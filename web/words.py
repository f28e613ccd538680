"""The words for codes, in one place: what a person reads for a service, a status, a reason, an action."""

from functools import lru_cache
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext

from reference import queries as reference
from web.locale import name as name_of_language

_ = lazy_gettext

WORDS: dict[str, dict[str, Any]] = {
    "service": {
        "on_site": _("ter plaatse"),
        "telephone": _("telefoon"),
        "video": _("video"),
        "translation": _("vertaling"),
        "total": _("totaal"),
    },
    "status": {
        "draft": _("concept"),
        "submitted": _("ontvangen"),
        "in_review": _("wordt nagekeken"),
        "incomplete": _("uw aanvulling nodig"),
        "searching": _("we zoeken een tolk"),
        "escalated": _("we zoeken verder"),
        "proposed": _("uw keuze gevraagd"),
        "quoted": _("offerte ter goedkeuring"),
        "assigned": _("tolk gevonden"),
        "in_progress": _("bezig"),
        "to_confirm": _("prestatie te bevestigen"),
        "closed": _("afgesloten"),
    },
    "outcome": {
        "requested": _("Vraag"),
        "answered": _("Beantwoord"),
        "completed": _("Volbracht"),
        "cancelled": _("Niet volbracht (geannuleerd)"),
        "not_answered": _("Niet beantwoord"),
        "not_available": _("Tolk, taal of dienst niet beschikbaar"),
        "other_reason": _("Andere reden"),
    },
    "reason": {
        "interpreter_unavailable": _("geen tolk beschikbaar"),
        "language_unavailable": _("taal niet beschikbaar"),
        "service_unavailable": _("dienst niet beschikbaar"),
        "withdrawn": _("ingetrokken voor er een tolk was"),
        "not_eligible": _("komt niet in aanmerking"),
        "incomplete": _("onvolledig gebleven"),
        "duplicate": _("dubbel"),
        "proposal_refused": _("tegenvoorstel geweigerd"),
        "quote_refused": _("offerte geweigerd of verlopen"),
        "interpreter_absent": _("tolk kwam niet opdagen"),
        "technical": _("technisch"),
        "other": _("andere"),
    },
    "offer": {
        "queued": _("wordt verstuurd"),
        "sent": _("verstuurd"),
        "delivered": _("toegekomen"),
        "seen": _("gezien"),
        "accepted": _("aangenomen"),
        "declined": _("geweigerd"),
        "expired": _("verlopen"),
        "withdrawn": _("ingetrokken"),
    },
    "withdrawn": {
        "filled": _("een andere tolk was eerst"),
        "cancelled": _("de aanvraag werd geannuleerd"),
        "changed": _("de aanvraag werd gewijzigd"),
    },
    "assignment": {
        "booked": _("vastgelegd"),
        "started": _("bezig"),
        "performed": _("uitgevoerd"),
        "withdrawn": _("teruggegeven"),
        "cancelled": _("geannuleerd"),
        "absent": _("iemand kwam niet opdagen"),
    },
    "performance": {
        "submitted": _("wacht op bevestiging"),
        "disputed": _("betwist"),
        "confirmed": _("bevestigd"),
    },
    "urgency": {"now": _("NU"), "soon": _("vandaag"), "later": _("later")},
    "role": {
        "requester": _("aanvrager"),
        "interpreter": _("tolk"),
        "coordinator": _("coördinator"),
        "manager": _("leidinggevende"),
        "administrator": _("beheerder"),
        "system": _("het systeem"),
    },
    "rejected": {
        "inactive": _("niet meer actief"),
        "speaks_language": _("spreekt de taal niet"),
        "direction": _("andere vertaalrichting"),
        "is_certified": _("geen geldig certificaat"),
        "offers_service": _("doet deze dienst niet"),
        "gender": _("ander geslacht dan gevraagd"),
        "within_travel_limit": _("te ver"),
        "is_free": _("heeft dan een opdracht"),
        "is_available": _("werkt dan niet"),
        "is_present": _("nu niet aanwezig"),
        "excluded": _("werken niet samen"),
        "already_answered": _("zei al neen"),
        "quiet_hours": _("stille uren"),
        "arrives_in_time": _("kan er niet op tijd zijn"),
        "hours_cap": _("zou over het maximum aan uren gaan"),
        "knows_client": _("kent de betrokkene"),
    },
    "part": {
        "travel": _("reistijd"),
        "workload": _("werklast deze maand"),
        "recent_offers": _("recent al gevraagd"),
        "recent_offer": _("recent al gevraagd"),
        "related_language": _("via een verwante taal"),
        "uncertified": _("geen certificaat"),
        "worked_here_before": _("kent de plaats"),
        "same_client": _("werkte al voor deze cliënt"),
        "worked_here": _("kent de plaats"),
        "same_tour": _("is dan al in de buurt"),
    },
    "tried": {
        "fill_target": _("gewenste kans op een ja, in procent"),
        "weight_travel": _("reistijd: minuten per minuut"),
        "weight_workload": _("werklast: minuten per gewerkte minuut deze maand"),
        "weight_recent_offer": _("recent gevraagd: minuten per aanbod deze week"),
        "weight_related_language": _("verwante taal: minuten"),
        "weight_uncertified": _("zonder certificaat: minuten"),
        "weight_worked_here": _("kent de plaats: minuten voordeel"),
        "weight_same_client": _("kent de cliënt: minuten voordeel"),
    },
    "replay": {
        "waiting": _("wordt gespeeld"),
        "passed": _("verliest niets"),
        "failed": _("verliest antwoorden"),
        "nothing": _("te weinig bewaard om te vergelijken"),
    },
    "plan": {
        "asked": _("De volgende tolken werden gevraagd"),
        "enough_asked": _("Er zijn genoeg tolken gevraagd"),
        "not_yet": _("Het is nog te vroeg om te vragen"),
        "nobody_left": _("Er is niemand meer om te vragen"),
        "too_late": _("Het is te laat om nog te vragen"),
        "quiet_hours": _("Op dit uur wordt niemand gestoord"),
    },
    "policy": {
        "adaptive": _("zoveel tolken als de kans vraagt"),
        "in_turn": _("in vaste golven"),
        "by_name": _("deze tolk, met naam"),
    },
    "change": {
        "video": _("Per video"),
        "telephone": _("Per telefoon"),
        "gender": _("Zonder voorkeur voor man of vrouw"),
        "is_certified": _("Zonder certificaat"),
        "within_travel_limit": _("Tolken die verder wonen dan hun eigen grens"),
        "is_available": _("Tolken die dan gewoonlijk niet werken"),
        "is_free": _("Tolken die dan een opdracht hebben"),
    },
    "decline": {
        "not_free": _("ik ben niet vrij"),
        "too_far": _("te ver"),
        "subject": _("niet over dit onderwerp"),
        "knows_client": _("ik ken de betrokkene"),
        "other": _("andere reden"),
    },
    "withdraw": {
        "ill": _("ziek"),
        "not_free": _("niet meer vrij"),
        "knows_client": _("ik ken de betrokkene"),
        "certificate_expired": _("certificaat verlopen"),
        "other": _("andere reden"),
    },
    "cancel": {
        "no_longer_needed": _("niet meer nodig"),
        "client_cancelled": _("de cliënt zegde af"),
        "force_majeure": _("overmacht"),
        "other": _("andere reden"),
    },
    "absent": {
        "interpreter": _("de tolk kwam niet"),
        "client": _("de cliënt kwam niet"),
        "requester": _("de aanvrager kwam niet"),
    },
    "sector": {
        "welfare": _("welzijn"),
        "health": _("gezondheid"),
        "education": _("onderwijs"),
        "local_authority": _("lokaal bestuur"),
        "asylum": _("asielopvang"),
        "integration": _("integratie"),
        "justice": _("justitie"),
        "housing": _("wonen"),
        "other": _("andere"),
    },
    "spreadsheet": {
        "register": _("tolken"),
        "customers": _("afnemers"),
        "requests": _("aanvragen uit het verleden"),
    },
    "gender": {"female": _("vrouw"), "male": _("man"), "other": _("anders")},
    "direction": {
        "both": _("beide richtingen"),
        "to_dutch": _("naar het Nederlands"),
        "from_dutch": _("uit het Nederlands"),
    },
    "group": {
        "month": _("maand"),
        "region": _("regio"),
        "language": _("taal"),
        "organisation": _("organisatie"),
        "agency": _("dienst"),
    },
    "stage": {
        "registered": _("in het bestand"),
        "right_language": _("spreken de taal"),
        "certified": _("gecertificeerd"),
        "service": _("doen deze dienst"),
        "suitable": _("passen bij de wens"),
        "available": _("vrij"),
        "reachable": _("bereikbaar"),
        "offered": _("gevraagd"),
        "delivered": _("bericht toegekomen"),
        "seen": _("gezien"),
        "answered": _("geantwoord"),
    },
    "event": {
        "request_drafted": _("begonnen"),
        "request_opened": _("gelezen"),
        "details_forgotten": _("gegevens gewist"),
        "request_submitted": _("ingediend"),
        "request_sent_to_review": _("wordt nagekeken"),
        "completion_asked": _("aanvulling gevraagd"),
        "search_started": _("zoektocht begonnen"),
        "request_escalated": _("bij de coördinator"),
        "request_taken_over": _("coördinator neemt het op"),
        "proposal_made": _("tegenvoorstel gedaan"),
        "proposal_answered": _("tegenvoorstel beantwoord"),
        "quote_made": _("offerte gemaakt"),
        "quote_answered": _("offerte beantwoord"),
        "request_assigned": _("tolk gevonden"),
        "request_reopened": _("tolk valt weg, we zoeken opnieuw"),
        "request_changed": _("gewijzigd"),
        "request_started": _("begonnen"),
        "request_finished": _("afgelopen"),
        "performance_submitted": _("prestatie ingevuld"),
        "performance_confirmed": _("prestatie bevestigd"),
        "performance_disputed": _("prestatie betwist"),
        "performance_settled": _("prestatie vastgesteld"),
        "request_closed": _("afgesloten"),
        "outcome_corrected": _("uitkomst verbeterd"),
        "absence_reported": _("afwezigheid gemeld"),
        "offer_made": _("aanbod verstuurd"),
        "offer_seen": _("aanbod gezien"),
        "offer_accepted": _("aanbod aangenomen"),
        "offer_declined": _("aanbod geweigerd"),
        "offer_expired": _("aanbod verlopen"),
        "offers_withdrawn": _("aanbod ingetrokken"),
        "assigned_by_hand": _("met de hand toegewezen"),
        "assignment_withdrawn": _("opdracht teruggegeven"),
        "assignment_cancelled": _("opdracht geannuleerd"),
        "assignment_reminded": _("herinnering verstuurd"),
        "reconfirmation_asked": _("gevraagd of de tolk komt"),
        "reconfirmation_missed": _("tolk bevestigde niet"),
        "assignment_reconfirmed": _("tolk bevestigde opnieuw"),
        "assignment_moved": _("opdracht verplaatst"),
        "assignment_started": _("tolk is er"),
        "request_handed_over": _("tolken van een partner mee gevraagd"),
        "request_handed_back": _("partner heeft niemand"),
        "note_written": _("notitie geschreven"),
        "document_added": _("bestand toegevoegd"),
        "document_opened": _("bestand geopend"),
        "document_removed": _("bestand verwijderd"),
        "past_request_recorded": _("uit het verleden ingelezen"),
    },
}


def label(code: str | None, kind: str) -> str:
    """Return the word for a code; a code without a word is shown as it is."""
    if code is None:
        return ""
    locale = name_of_language()
    return reference.language_name(code, locale) if kind == "language" else _word(code, kind, locale)


@lru_cache(maxsize=4096)
def _word(code: str, kind: str, locale: str) -> str:
    return str(WORDS[kind].get(code, code))


def register(app: Flask) -> None:
    """Give the templates their words."""
    app.jinja_env.filters["label"] = label
