"""What the clock does, and how often: short sweeps that derive their work from the tables. One table for all of it."""

from collections.abc import Callable

from dispatch.assignments import services as assignments
from dispatch.booking import services as booking
from dispatch.calls import services as calls
from dispatch.conversations import services as conversations
from dispatch.interpreters import services as interpreters
from dispatch.offers import services as offers
from dispatch.performances import services as performances
from dispatch.requests import services as requests
from dispatch.spreadsheets import services as spreadsheets
from kernel import audit, idempotency, queue
from media import services as media
from messages import services as messages
from people import services as people
from reporting import services as reporting

# name -> (every so many seconds, what to do). Telephone "now" needs the second; nothing else does.
SWEEPS: dict[str, tuple[float, Callable[[], object]]] = {
    "advance searches": (1, offers.advance_due_searches),
    "watch calls": (1, calls.watch_calls),
    "watch conversations": (1, conversations.watch_conversations),
    "advance silent messages": (2, messages.advance_silent_messages),
    "ask after silent telephones": (5, calls.watch_legs),
    "requeue stalled deliveries": (5, messages.requeue_stalled),
    "requeue stalled jobs": (10, queue.requeue_stalled),
    "remind of assignments": (15, assignments.remind_of_assignments),
    "finish past assignments": (15, assignments.finish_past_assignments),
    "confirm silent performances": (30, performances.confirm_silent_performances),
    "seal events": (60, audit.seal_events),
    "warn of expiry": (3600, interpreters.warn_of_expiry),
    "learn from offers": (3600, offers.learn_when_due),
    "count bottlenecks": (3600, reporting.ask_due_bottlenecks),
    "forget old details": (3600, requests.forget_details),
    "forget numbers of calls": (3600, calls.forget_numbers),
    "forget half-typed bookings": (3600, booking.forget_old_half_typed),
    "forget inputs of decisions": (3600, offers.forget_decision_inputs),
    "forget old access": (3600, people.forget_old_access),
    "forget waiting spreadsheets": (3600, spreadsheets.forget_waiting),
    "forget dead media nodes": (3600, media.forget_the_dead),
    "forget old answers": (3600, idempotency.forget_old_answers),
    "forget old jobs": (3600, queue.forget_old),
}
