"""Keep what the desk writes to requesters, and how each coordinator works; a code for the door; certificates told of."""

import sqlalchemy as sa
from alembic import op

revision = "20261125_2335"
down_revision = "20261125_2320"
branch_labels = None
depends_on = None

_CODE = "lpad(((('x' || substr(gen_random_uuid()::text, 1, 8))::bit(32)::bigint) % 1000000)::text, 6, '0')"
_HOW = "confirmed_how IN ('requester', 'silence', 'coordinator'{more})"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("request_notes", sa.Column("to_requester", sa.Boolean(), server_default="false", nullable=False))
    op.create_table(
        "desk_views",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_desk_views_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_views")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_desk_views_person_id_name")),
    )
    op.create_table(
        "desk_alerts",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("sound", sa.Boolean(), nullable=False),
        sa.Column("desktop", sa.Boolean(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 1 AND 240", name=op.f("ck_desk_alerts_minutes_sane")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_desk_alerts_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_desk_alerts")),
    )
    op.add_column("assignments", sa.Column("door_code", sa.Text(), server_default=sa.text(_CODE), nullable=False))
    op.add_column("interpreter_languages", sa.Column("expiry_told_for", sa.Date(), nullable=True))
    _confirmed_how(", 'code'")


def downgrade() -> None:
    op.execute("UPDATE performances SET confirmed_how = 'requester' WHERE confirmed_how = 'code'")
    _confirmed_how("")
    op.drop_column("interpreter_languages", "expiry_told_for")
    op.drop_column("assignments", "door_code")
    op.drop_table("desk_alerts")
    op.drop_table("desk_views")
    op.drop_column("request_notes", "to_requester")


def _confirmed_how(more: str) -> None:
    name = op.f("ck_performances_confirmed_how_known")
    op.drop_constraint(name, "performances", type_="check")
    op.create_check_constraint(name, "performances", _HOW.format(more=more))
