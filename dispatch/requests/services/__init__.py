"""Everything that can be done with a request: the public face of the module. Nothing else writes its rows."""

from dispatch.requests.services.asking import save_draft, submit_draft, submit_request, submit_series
from dispatch.requests.services.binding import (
    finish_request,
    lock_request,
    mark_assigned,
    reopen_request,
    start_request,
)
from dispatch.requests.services.changing import change_request
from dispatch.requests.services.desk import (
    answer_proposal,
    ask_completion,
    escalate_request,
    expire_proposal,
    hand_over,
    keep_searching,
    propose_alternative,
    release_from_review,
    resubmit_as_it_is,
    resume_search,
    schedule_step,
    take_over,
    write_note,
    write_to_requester,
)
from dispatch.requests.services.ending import (
    cancel_request,
    close_request,
    confirm_request,
    correct_outcome,
    end_by_absence,
)
from dispatch.requests.services.forgetting import forget_details
from dispatch.requests.services.past import record_past_request
from dispatch.requests.services.quoting import accept_quote_of, decline_quote_of, mark_quoted
from dispatch.requests.services.reading import note_list_reading, note_reading

__all__ = [
    "accept_quote_of",
    "answer_proposal",
    "ask_completion",
    "cancel_request",
    "change_request",
    "close_request",
    "confirm_request",
    "correct_outcome",
    "decline_quote_of",
    "end_by_absence",
    "escalate_request",
    "expire_proposal",
    "finish_request",
    "forget_details",
    "hand_over",
    "keep_searching",
    "lock_request",
    "mark_assigned",
    "mark_quoted",
    "note_list_reading",
    "note_reading",
    "propose_alternative",
    "record_past_request",
    "release_from_review",
    "reopen_request",
    "resubmit_as_it_is",
    "resume_search",
    "save_draft",
    "schedule_step",
    "start_request",
    "submit_draft",
    "submit_request",
    "submit_series",
    "take_over",
    "write_note",
    "write_to_requester",
]
