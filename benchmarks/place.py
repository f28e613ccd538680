"""Where benchmarks run: a PostgreSQL of their own that keeps its promises, databases in it, and servers before it."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from demo.year import load_year
from dispatch.billing.services import seed_tariffs
from dispatch.terms.services import seed_terms
from kernel import migrations
from kernel.database import db
from kernel.settings import Settings
from processes.postgres import EmbeddedPostgres
from processes.roles import ROLES, ROOT
from reference.services import load_reference
from web.app import create_app

YEAR, SEED = 2020, 37
_SECRET = "only-for-benchmarks"
_START_S = 60


@dataclass(frozen=True, slots=True)
class Server:
    """A process that serves `database` at `address`."""

    process: subprocess.Popen[bytes]
    address: str
    log: Path


class Place:
    """A folder with a database cluster, gone afterwards. The cluster is no throwaway: it writes as in production."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="tolk-bench-"))
        self.home.chmod(0o755)
        self.cluster = EmbeddedPostgres(self.home / "postgres")
        self.cluster.start()
        self.year_took_s = 0.0

    def close(self) -> None:
        """Stop the cluster and remove everything."""
        self.cluster.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    @cached_property
    def template(self) -> str:
        """A migrated database with the reference data and the seeds every house has."""
        self._create("template_house")
        migrations.upgrade(self.cluster.url("template_house"))
        with self.app("template_house"):
            load_reference()
            seed_terms()
            seed_tariffs()
        return "template_house"

    @cached_property
    def year(self) -> str:
        """A database with the synthetic year; notes how many seconds loading it took."""
        self._create("template_year", self.template)
        with self.app("template_year"):
            before = time.perf_counter()
            load_year(YEAR, SEED)
            self.year_took_s = time.perf_counter() - before
        self._execute("VACUUM ANALYZE", "template_year")
        return "template_year"

    def database(self, name: str, template: str) -> str:
        """Make a database like `template` and return its name."""
        self._create(name, template)
        return name

    def drop(self, name: str) -> None:
        self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def settings(self, database: str, **changes: object) -> Settings:
        usual = {"data_dir": self.home, "database_url": self.cluster.url(database), "secret_key": _SECRET}
        return Settings(**(usual | {"role": "bench"} | changes))  # type: ignore[arg-type]

    @contextmanager
    def app(self, database: str) -> Iterator[Flask]:
        """The application on `database`, inside its context, with the pool of a web process."""
        made = create_app(self.settings(database))
        with made.app_context():
            yield made
            db.session.remove()
            db.engine.dispose()

    @contextmanager
    def role(self, name: str, database: str, *, wsgi: str = "wsgi:app") -> Iterator[Server]:
        """A process of the platform, started as in production; `wsgi` serves something else in its place."""
        port, log = free_port(), self.home / f"{name}-{time.monotonic_ns()}.log"
        settings = self.settings(database, port=port)
        argv = [wsgi if word == "wsgi:app" else word for word in ROLES[name].argv(settings, port)]
        with log.open("wb") as said:
            process = subprocess.Popen(argv, cwd=ROOT, env=self._environment(database), stdout=said, stderr=said)
        server = Server(process, f"http://127.0.0.1:{port}", log)
        try:
            if ROLES[name].listens:
                _wait(server)
            yield server
        finally:
            process.terminate()
            process.wait(60)

    def _environment(self, database: str) -> dict[str, str]:
        ours = {"DATA_DIR": str(self.home), "DATABASE_URL": self.cluster.url(database), "SECRET_KEY": _SECRET}
        return os.environ | ours | {"LOG_LEVEL": "WARNING"}

    def _create(self, name: str, template: str = "template0") -> None:
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def _execute(self, statement: str, database: str = "postgres") -> None:
        engine = sa.create_engine(self.cluster.url(database), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.execute(sa.text(statement))
        engine.dispose()


def free_port() -> int:
    """Return a port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: Server) -> None:
    until = time.monotonic() + _START_S
    while True:
        try:
            with urllib.request.urlopen(f"{server.address}/healthz", timeout=5):
                return
        except OSError as error:
            if server.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the server did not start: {server.log.read_text()[-2000:]}") from error
            time.sleep(0.1)
