"""Everything that can be done with assignments: the public face of the module. Nothing else writes its rows."""

from dispatch.assignments.services.binding import (
    bind,
    bound_to,
    cancel_assignment_of,
    finish_past_assignments,
    mark_absent,
    mark_performed,
    move_assignment_of,
    record_past_assignment,
    start_assignment,
    withdraw_assignment,
)
from dispatch.assignments.services.reminding import reconfirm_assignment, remind_of_assignments

__all__ = [
    "bind",
    "bound_to",
    "cancel_assignment_of",
    "finish_past_assignments",
    "mark_absent",
    "mark_performed",
    "move_assignment_of",
    "reconfirm_assignment",
    "record_past_assignment",
    "remind_of_assignments",
    "start_assignment",
    "withdraw_assignment",
]
