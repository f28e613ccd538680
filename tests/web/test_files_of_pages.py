"""Files are kept by browsers under a name that changes with their content; what is text goes out small."""

import gzip
import re

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders.people import signed_in
from tests.services.dispatch.conftest import World

SMALL = {"Accept-Encoding": "gzip, br"}


def get(client: FlaskClient, path: str, **more: object) -> TestResponse:
    """Return an answer read to its end: a file of it is closed."""
    answer = client.get(path, **more)  # type: ignore[arg-type]
    assert answer.data is not None
    answer.close()
    return answer


def test_a_file_named_by_its_content_is_kept_for_a_year(house: Flask) -> None:
    client = house.test_client()
    [named, *_] = re.findall(r'href="(/static/css/[^"]+)"', get(client, "/sign-in").text)
    assert re.search(r"\?v=[0-9a-f]{10}$", named)
    assert "immutable" in get(client, named).headers["Cache-Control"]
    assert "immutable" not in get(client, named[:-3] + "abc").headers["Cache-Control"]
    assert "immutable" not in get(client, named.partition("?")[0]).headers["Cache-Control"]


def test_text_is_sent_small_where_the_browser_takes_it(house: Flask, world: World) -> None:
    client = signed_in(house, world.requester)
    for path in ("/requests/new", "/static/css/components.css"):
        plain, small = get(client, path), get(client, path, headers=SMALL)
        assert "Content-Encoding" not in plain.headers
        assert small.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in small.headers["Vary"]
        assert len(small.data) < len(plain.data) / 2
        assert int(small.headers["Content-Length"]) == len(small.data)
    assert gzip.decompress(get(client, "/static/css/base.css", headers=SMALL).data).startswith(b"/*")


def test_pictures_and_small_answers_are_left_alone(house: Flask) -> None:
    client = house.test_client()
    for path in ("/static/icons/mark-512.png", "/healthz"):
        assert "Content-Encoding" not in get(client, path, headers=SMALL).headers


def test_a_page_is_kept_by_nobody(house: Flask, world: World) -> None:
    assert signed_in(house, world.requester).get("/requests").headers["Cache-Control"] == "no-store"
