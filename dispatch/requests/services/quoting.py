"""What happens to a request because of its quote (translations)."""

from datetime import datetime

from dispatch.requests.domain import Ending, Reason, unanswered
from dispatch.requests.models import RequestRow
from dispatch.requests.services.asking import begin
from dispatch.requests.services.ending import close
from dispatch.requests.status import TRANSITIONS, Action
from kernel.actor import Actor
from kernel.database import transaction


def mark_quoted(request_id: int, *, by: Actor, deadline_at: datetime, valid_until: datetime) -> None:
    """The desk made a quote; the request waits for the requester until it runs out."""
    with transaction() as tx:
        request = tx.locked(RequestRow, request_id)
        request.status = TRANSITIONS.next(Action.QUOTE, request.status, by.role)
        request.ends_at, request.next_step_at, request.hard_stop_at = deadline_at, valid_until, valid_until


def accept_quote_of(request_id: int, *, by: Actor) -> None:
    """The requester accepts: search a translator.

    Emits: SearchStarted.
    """
    with transaction() as tx:
        request = tx.locked(RequestRow, request_id)
        request.status = TRANSITIONS.next(Action.ACCEPT_QUOTE, request.status, by.role)
        begin(tx, request, by, tx.now())


def decline_quote_of(request_id: int, *, by: Actor) -> Ending:
    """The requester declines, or the quote ran out.

    Emits: RequestClosed.
    """
    with transaction() as tx:
        request = tx.locked(RequestRow, request_id)
        target = TRANSITIONS.next(Action.DECLINE_QUOTE, request.status, by.role)
        ending = unanswered(Reason.QUOTE_REFUSED)
        close(tx, request, target, ending, by)
        return ending
