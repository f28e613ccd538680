"""A backup holds everything; putting it back sends nothing twice."""

from pathlib import Path

from flask import Flask
from sqlalchemy import text

from kernel.database import db
from tests.builders.requests import a_request
from tests.services.dispatch.conftest import a_world


def test_what_was_saved_comes_back_and_open_messages_are_not_sent_again(own_house: Flask, tmp_path: Path) -> None:
    world = a_world()
    request = a_request(world.requester, subject="intake")
    file, run = tmp_path / "house.dump", own_house.test_cli_runner().invoke
    assert run(args=["backup", "create", str(file)]).exit_code == 0
    db.session.execute(text("UPDATE requests SET subject = 'weg'"))
    db.session.commit()
    db.session.remove()
    restored = run(args=["backup", "restore", str(file), "--yes"])
    assert restored.exit_code == 0, restored.output
    subject = db.session.scalar(text("SELECT subject FROM requests WHERE id = :id"), {"id": request.id})
    waiting = db.session.scalar(
        text("SELECT count(*) FROM deliveries WHERE status IN ('queued', 'sending', 'unknown')")
    )
    jobs = db.session.scalar(
        text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND task_name = 'messages.deliver'")
    )
    assert (subject, waiting, jobs) == ("intake", 0, 0)
    assert run(args=["audit", "verify"]).exit_code == 0


def test_a_backup_that_is_not_one_changes_nothing(own_house: Flask, tmp_path: Path) -> None:
    world = a_world()
    request = a_request(world.requester)
    bad = tmp_path / "bad.dump"
    bad.write_bytes(b"not a backup")
    answer = own_house.test_cli_runner().invoke(args=["backup", "restore", str(bad), "--yes"])
    assert answer.exit_code == 1
    db.session.remove()
    assert db.session.scalar(text("SELECT count(*) FROM requests WHERE id = :id"), {"id": request.id}) == 1
