"""Alembic's entry: connect, take the migration lock, run."""

import sqlalchemy as sa
from alembic import context

from web.models import metadata

# Tables that belong to the job queue: its own schema file makes them.
_FOREIGN = "procrastinate_"


def include(thing: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    return not (name or "").startswith(_FOREIGN)


def run() -> None:
    url = context.config.get_main_option("sqlalchemy.url")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            include_name=None,
            include_object=include,
            compare_type=True,
        )
        with context.begin_transaction():
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('migrations'))"))
            context.run_migrations()
    engine.dispose()


run()
