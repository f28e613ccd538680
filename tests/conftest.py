"""What every test stands on: one throwaway PostgreSQL per run, one database per worker, a savepoint per test.

Tests below `tests/pure` and `tests/architecture` that ask for no fixture need none of this.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from dispatch.billing.services import seed_tariffs
from dispatch.terms.models import TermRow
from dispatch.terms.queries import forget
from dispatch.terms.services import seed_terms
from kernel import jobs, migrations
from kernel.database import db
from kernel.settings import Settings
from processes.postgres import EmbeddedPostgres
from reference.services import load_reference
from web.app import create_app

_TEMPLATE = "tolkdienst_template"
# These take a browser and look at real time: one after another, so that they do not take each other's processor.
_WITH_BROWSERS = ("tests/e2e/", "tests/contract/test_media_", "tests/contract/test_turn")

# How long one example takes says how busy the machine is, not whether it is right.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


class Files(LoadFileScheduling):
    """Hands whole files to the processes of a run, those with browsers all to one."""

    def _split_scope(self, nodeid: str) -> str:
        return "with browsers" if nodeid.startswith(_WITH_BROWSERS) else str(super()._split_scope(nodeid))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-pictures", action="store_true", help="keep what pages look like now, to compare with")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Files | None:
    """Said by `pytest -n`, in the process that hands out; whoever names another way of handing out gets that."""
    return Files(config, log) if config.getoption("dist") == "load" else None


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[EmbeddedPostgres]:
    """A real PostgreSQL that may forget everything, for this worker's run."""
    home = Path(tempfile.mkdtemp(prefix="tolk-test-"))
    server = EmbeddedPostgres(home / "postgres", throwaway=True)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def worker_id() -> str:
    """The name of the xdist worker, or `master`."""
    return os.environ.get("PYTEST_XDIST_WORKER", "master")


@pytest.fixture(scope="session")
def template(cluster: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database to clone from, with the reference data and the seeds every house has."""
    _create(cluster, _TEMPLATE)
    migrations.upgrade(cluster.url(_TEMPLATE))
    seeding = _app(cluster.url(_TEMPLATE), tmp_path_factory.mktemp("seeds"))
    with seeding.app_context():
        load_reference()
        seed_terms()
        seed_tariffs()
        db.session.remove()
        db.engine.dispose()
    return _TEMPLATE


@pytest.fixture(scope="session")
def app(cluster: EmbeddedPostgres, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on a database of its own."""
    _create(cluster, "shared", template)
    made = _app(cluster.url("shared"), tmp_path_factory.mktemp("data"))
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def house(app: Flask) -> Iterator[Flask]:
    """The application inside its context; whatever the test writes is undone. For tests in one thread."""
    jobs.run_inside(app.app_context)  # of the applications made in this process, the last one made has them
    with app.app_context():
        engine = db.engines[None]
        connection = engine.connect()
        outer = connection.begin()
        db.engines[None] = connection  # type: ignore[assignment]
        try:
            yield app
        finally:
            db.session.remove()
            outer.rollback()
            connection.close()
            db.engines[None] = engine


@pytest.fixture
def in_waves(house: Flask) -> Iterator[None]:
    """People are asked in waves of the size in the terms, as where no chance of a yes is aimed at."""
    db.session.execute(sa.delete(TermRow).where(TermRow.name == "fill_target"))
    forget()
    yield
    forget()


@pytest.fixture
def own_house(cluster: EmbeddedPostgres, app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own, really committing: for races, workers and servers."""
    name = f"own_{os.getpid()}_{abs(hash(tmp_path))}"
    _create(cluster, name, _TEMPLATE)
    own = _app(cluster.url(name), tmp_path)
    with own.app_context():
        yield own
        db.session.remove()
        db.engine.dispose()
    _execute(cluster, f'DROP DATABASE "{name}" WITH (FORCE)')


def _app(url: str, data_dir: Path) -> Flask:
    settings = Settings(data_dir=data_dir, database_url=url, secret_key="only-for-tests", role="test", database_pool=10)
    made = create_app(settings)
    made.testing = True
    return made


def _create(cluster: EmbeddedPostgres, name: str, template: str = "template0") -> None:
    _execute(cluster, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def _execute(cluster: EmbeddedPostgres, statement: str) -> None:
    engine = sa.create_engine(cluster.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()
