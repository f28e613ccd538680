"""A process of the platform that does one thing, to be killed while it does it.

`python -m tests.faults.victim request '{"token": ..., "path": ..., "body": ..., "key": ...}'` sends one POST and prints
the answer; `... press` with `{"leg_id": ..., "digits": ...}` takes a key; `... deliver` with `{}` delivers every
message that waits. `FAILPOINTS` says where it dies.
"""

import json
import sys

from sqlalchemy import text

from dispatch.calls import services as calls
from kernel import clock
from kernel.database import db
from kernel.settings import Settings
from messages import tasks
from web.app import create_app


def main(what: str, facts: dict[str, str]) -> None:
    app = create_app(Settings.from_environment())
    with app.app_context():
        if what == "request":
            head = {"Authorization": f"Bearer {facts['token']}", "Idempotency-Key": facts["key"]}
            answer = app.test_client().post(facts["path"], json=facts["body"], headers=head)
            replayed = answer.headers.get("Idempotency-Replayed") == "true"
            sys.stdout.write(json.dumps({"status": answer.status_code, "body": answer.json, "replayed": replayed}))
        elif what == "press":
            calls.press(int(facts["leg_id"]), facts["digits"], at=clock.now())
        else:
            waiting = "SELECT id FROM deliveries WHERE status IN ('queued', 'sending', 'unknown') ORDER BY id"
            for delivery_id in list(db.session.scalars(text(waiting))):
                tasks.deliver(delivery_id)
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
