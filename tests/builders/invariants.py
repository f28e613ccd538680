"""What must hold of the whole house after whatever happened."""

from sqlalchemy import text

from kernel.database import db

# Name of the rule -> a query that finds what breaks it.
RULES = {
    "a request that has its interpreter is bound to exactly one": """
        SELECT r.id FROM requests r LEFT JOIN assignments a ON a.request_id = r.id
          AND a.status IN ('booked', 'started', 'performed')
        WHERE r.status IN ('assigned', 'in_progress', 'to_confirm') GROUP BY r.id HAVING count(a.id) <> 1""",
    "a request without interpreter binds nobody": """
        SELECT r.id FROM requests r JOIN assignments a ON a.request_id = r.id AND a.status IN ('booked', 'started')
        WHERE r.status NOT IN ('assigned', 'in_progress', 'to_confirm')""",
    "nobody is in two places at once": """
        SELECT a.id FROM assignments a JOIN assignments b ON a.interpreter_id = b.interpreter_id AND a.id < b.id
          AND a.blocked && b.blocked
        WHERE a.status IN ('booked', 'started', 'performed') AND b.status IN ('booked', 'started', 'performed')""",
    "nobody is asked about what is not looked for any more": """
        SELECT o.id FROM offers o JOIN requests r ON r.id = o.request_id
        WHERE o.status IN ('queued', 'sent', 'delivered', 'seen')
          AND r.status NOT IN ('searching', 'escalated', 'proposed')""",
    "an open offer is about the request as it is now": """
        SELECT o.id FROM offers o JOIN requests r ON r.id = o.request_id
        WHERE o.status IN ('queued', 'sent', 'delivered', 'seen') AND o.request_version <> r.version""",
    "nobody is asked twice at the same time about the same": """
        SELECT min(id) FROM offers WHERE status IN ('queued', 'sent', 'delivered', 'seen')
        GROUP BY request_id, interpreter_id HAVING count(*) > 1""",
    "a closed request has one outcome, an open one none": """
        SELECT id FROM requests WHERE (status = 'closed') <> (outcome IS NOT NULL)
           OR (outcome = 'cancelled') <> (timely IS NOT NULL)""",
    "what waits for nobody has a next step or waits for a person": """
        SELECT id FROM requests WHERE status = 'searching' AND next_step_at IS NULL""",
    "one request has one record": "SELECT min(id) FROM performances GROUP BY request_id HAVING count(*) > 1",
    "a completed request was performed and confirmed": """
        SELECT r.id FROM requests r WHERE r.outcome = 'completed' AND NOT EXISTS (
          SELECT FROM performances p WHERE p.request_id = r.id AND p.status = 'confirmed')""",
    "what happened once is written once": """
        SELECT min(id) FROM events WHERE name IN ('request_submitted', 'request_closed', 'performance_confirmed')
          AND request_id IS NOT NULL GROUP BY name, request_id HAVING count(*) > 1""",
    "whoever was bound was told": """
        SELECT a.id FROM assignments a WHERE a.made_by = 'offer' AND NOT EXISTS (
          SELECT FROM messages m WHERE m.request_id = a.request_id AND m.kind = 'assignment_made')""",
}


def broken() -> dict[str, list[int]]:
    """Return which rules do not hold, with the ids that break them; nothing, when all is well."""
    found = {rule: [row[0] for row in db.session.execute(text(query))] for rule, query in RULES.items()}
    return {rule: ids for rule, ids in found.items() if ids}
