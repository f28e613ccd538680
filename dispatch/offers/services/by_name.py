"""People who are asked by name: whom the desk points at, and who has just lost other work."""

from collections.abc import Collection
from datetime import datetime

from dispatch.interpreters import queries as register
from dispatch.offers import queries
from dispatch.offers.services.asking import ask, keep, plan_of
from dispatch.requests import permissions as request_permissions
from dispatch.requests import services as requests
from dispatch.requests.status import UNANSWERED
from kernel.actor import SYSTEM, Actor
from kernel.database import retried, transaction


@retried
def ask_by_name(request_id: int, interpreter_ids: Collection[int], *, by: Actor) -> int:
    """Offer a request to these people, as far as every hard rule allows; return how many were asked.

    It is no wave: the search goes on beside it. Asking somebody twice is asking once.

    Emits: OfferMade.
    Raises: NotFound, Forbidden.
    """
    with transaction() as tx:
        request = requests.lock_request(tx, request_id)
        request_permissions.require_desk(by, request)
        now = tx.now()
        if request.status not in UNANSWERED or now >= (request.hard_stop_at or now):
            return 0
        question = queries.question_of(request, plan_of(request, now), now, only=interpreter_ids)
        decision = question.decide()
        if not decision.chosen:
            return 0
        decision_id = keep(tx, question, decision, now)
        over = ask(tx, request, decision, decision_id, now, wave=max(1, request.wave))
        moments = [it for it in (request.next_step_at, over) if it]
        requests.schedule_step(request.id, wave=request.wave, next_step_at=min(moments))
        return len(decision.chosen)


def offer_to_freed(interpreter_id: int, since: datetime, until: datetime) -> int:
    """Somebody lost work between two moments: offer her every open request that fits there; return how many.

    Each is its own transaction, the least time left first. Whoever was asked before is not asked again.
    """
    languages = {it.language for it in register.find_interpreter(interpreter_id, by=SYSTEM).languages}
    fitting = queries.open_around(register.agencies_of(interpreter_id), languages, since, until)
    return sum(ask_by_name(it, [interpreter_id], by=SYSTEM) for it in fitting)
