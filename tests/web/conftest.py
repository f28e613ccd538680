"""Browsers of the people of one agency."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.services.dispatch.conftest import World, a_world


@pytest.fixture
def world(house: Flask) -> Iterator[World]:
    house.config["WTF_CSRF_ENABLED"] = False
    yield a_world()
    house.config["WTF_CSRF_ENABLED"] = True
