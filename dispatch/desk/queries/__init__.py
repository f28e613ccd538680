"""What the desk reads: the public face. Nothing here writes."""

from dispatch.desk.queries.board import BoardRow, Choice, alert_of, board_items, board_page, live_row, pace_on, views_of
from dispatch.desk.queries.planning import Day, Load, Week, day_of, outline, printed_board, told_plan, week_of
from dispatch.desk.queries.requests import (
    Trail,
    candidates_of,
    colleagues_of,
    insight_of,
    next_actions,
    told_of,
    told_relays,
)
from dispatch.desk.queries.search import search

__all__ = [
    "BoardRow",
    "Choice",
    "Day",
    "Load",
    "Trail",
    "Week",
    "alert_of",
    "board_items",
    "board_page",
    "candidates_of",
    "colleagues_of",
    "day_of",
    "live_row",
    "insight_of",
    "next_actions",
    "outline",
    "pace_on",
    "printed_board",
    "search",
    "told_of",
    "told_plan",
    "told_relays",
    "views_of",
    "week_of",
]
