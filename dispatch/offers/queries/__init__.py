"""Every read of offers, and what matching needs to know: the public face. Nothing here writes."""

from dispatch.offers.queries.chances import Chance, Outlook, chances, imagine, outlook
from dispatch.offers.queries.deciding import (
    Question,
    decision_again,
    decisions_of,
    everything_learned,
    first_chances,
    learned,
    newest_model,
    offer_log,
    question_of,
)
from dispatch.offers.queries.offers import (
    find_offer,
    frozen_funnel,
    list_offers_of,
    offer_row,
    offers_of,
    open_offers,
    reached_of,
    recent_offers,
    standing,
)
from dispatch.offers.queries.people import Way, crowd_of, needs_of, rankings, wishes_of

__all__ = [
    "Chance",
    "Outlook",
    "Question",
    "Way",
    "chances",
    "crowd_of",
    "decision_again",
    "decisions_of",
    "everything_learned",
    "find_offer",
    "first_chances",
    "frozen_funnel",
    "imagine",
    "learned",
    "list_offers_of",
    "needs_of",
    "newest_model",
    "offer_log",
    "offer_row",
    "offers_of",
    "outlook",
    "open_offers",
    "question_of",
    "rankings",
    "reached_of",
    "recent_offers",
    "standing",
    "wishes_of",
]
