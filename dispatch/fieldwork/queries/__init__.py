"""What an interpreter reads: the public face. Nothing here writes."""

from dispatch.fieldwork.queries.own import Earned, earned, fits_of, kept_agenda, share_of, week_of
from dispatch.fieldwork.queries.shapes import assignment_json, offer_json, performance_json

__all__ = [
    "Earned",
    "assignment_json",
    "earned",
    "fits_of",
    "kept_agenda",
    "offer_json",
    "performance_json",
    "share_of",
    "week_of",
]
