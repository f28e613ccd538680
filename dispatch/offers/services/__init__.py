"""Everything that can be done with offers: the public face of the module. Nothing else writes its rows."""

from dispatch.offers.services.answering import accept_offer, decline_offer, hold_offer, see_offers
from dispatch.offers.services.asking import (
    advance_due_searches,
    advance_search,
    close_unanswered,
    mark_delivered,
    mark_sent,
    withdraw_offers,
)
from dispatch.offers.services.by_hand import assign_by_hand
from dispatch.offers.services.by_name import ask_by_name, offer_to_freed
from dispatch.offers.services.learning import forget_decision_inputs, learn_from_offers, learn_when_due
from dispatch.offers.services.replaying import ask_replay, require_replayed, run_replay

__all__ = [
    "accept_offer",
    "advance_due_searches",
    "advance_search",
    "ask_replay",
    "ask_by_name",
    "assign_by_hand",
    "close_unanswered",
    "decline_offer",
    "forget_decision_inputs",
    "hold_offer",
    "learn_from_offers",
    "learn_when_due",
    "mark_delivered",
    "mark_sent",
    "require_replayed",
    "offer_to_freed",
    "run_replay",
    "see_offers",
    "withdraw_offers",
]
