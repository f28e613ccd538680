"""Where a room is: on the least loaded node that lives, and elsewhere when that one is gone."""

import pytest
from flask import Flask
from sqlalchemy import text

from kernel.database import db
from kernel.errors import Unavailable
from media import queries
from media.services import forget_the_dead, place_room, release_room

FREE, BUSY = "http://127.0.0.1:9001", "http://127.0.0.1:9002"


def a_node(address: str = FREE, epoch: str = "first", age_s: float = 0, **changes: object) -> None:
    values = {"address": address, "epoch": epoch, "age": age_s, "load": 0, "busy": False, "draining": False} | changes
    db.session.execute(
        text(
            "INSERT INTO media_nodes (address, epoch, engine, load_percent, busy, draining, stats, beat_at) VALUES"
            " (:address, :epoch, 'embedded', :load, :busy, :draining, '{\"rooms\": 2}',"
            "  clock_timestamp() - make_interval(secs => :age))"
            " ON CONFLICT (address) DO UPDATE SET epoch = excluded.epoch, draining = excluded.draining,"
            "  beat_at = excluded.beat_at"
        ),
        values,
    )


def test_a_room_is_put_on_the_node_with_the_fewest_and_stays_there(house: Flask) -> None:
    a_node(FREE)
    a_node(BUSY, load=60)
    first = place_room("one")
    assert first.address == FREE
    assert place_room("two").address == BUSY
    assert place_room("one") == first == queries.find_room("one")


def test_a_busy_or_draining_node_gets_no_new_room_while_there_is_another(house: Flask) -> None:
    a_node(BUSY, busy=True)
    assert place_room("one").address == BUSY
    a_node(FREE)
    for name in ("two", "three", "four"):
        assert place_room(name).address == FREE
    a_node(FREE, draining=True)
    assert place_room("two").address == FREE  # it ends where it is
    assert place_room("five").address == BUSY
    assert queries.has_node()


def test_a_room_moves_when_its_node_is_silent_and_when_it_lives_again_as_another(house: Flask) -> None:
    a_node(FREE)
    assert place_room("one").epoch == "first"
    a_node(FREE, epoch="second")
    assert queries.find_room("one") is None
    assert place_room("one").epoch == "second"
    a_node(FREE, epoch="second", age_s=5)
    a_node(BUSY)
    assert place_room("one").address == BUSY


def test_without_a_node_there_is_no_room(house: Flask) -> None:
    a_node(FREE, age_s=5)
    a_node(BUSY, draining=True)
    with pytest.raises(Unavailable):
        place_room("one")
    assert not queries.has_node()


def test_what_is_over_is_forgotten(house: Flask) -> None:
    a_node(FREE)
    a_node(BUSY, age_s=4000)
    place_room("one")
    release_room("one")
    release_room("one")
    assert queries.find_room("one") is None
    forget_the_dead()
    assert [it.address for it in queries.list_nodes()] == [FREE]
    assert queries.counted() == {"nodes": 1, "rooms": 2}
