"""Migrations bring a database exactly to the shape of the models, and back."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from kernel import migrations
from processes.postgres import EmbeddedPostgres
from web.models import metadata

pytestmark = pytest.mark.slow


def test_down_and_up_again_ends_at_the_models(cluster: EmbeddedPostgres) -> None:
    engine = sa.create_engine(cluster.url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE DATABASE up_and_down TEMPLATE template0"))
    url = cluster.url("up_and_down")
    migrations.upgrade(url)
    migrations.downgrade(url, "base")
    migrations.upgrade(url)
    there = sa.create_engine(url)
    with there.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _ours, "compare_type": True})
        assert compare_metadata(context, metadata) == []
    there.dispose()
    engine.dispose()


def _ours(thing: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    return not (name or "").startswith("procrastinate")
