"""Keep ratings of performances, addresses of calendar feeds, and who manages an organisation."""

import sqlalchemy as sa
from alembic import op

revision = "20261125_2310"
down_revision = "20261124_1505"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "performance_ratings",
        sa.Column("performance_id", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side IN ('requester', 'interpreter')", name=op.f("ck_performance_ratings_side_known")),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_performance_ratings_score_known")),
        sa.ForeignKeyConstraint(
            ["performance_id"], ["performances.id"], name=op.f("fk_performance_ratings_performance_id")
        ),
        sa.PrimaryKeyConstraint("performance_id", "side", name=op.f("pk_performance_ratings")),
    )
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('requester', 'interpreter')", name=op.f("ck_calendar_feeds_role_known")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_calendar_feeds_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
    )
    op.create_index(
        "uq_calendar_feeds_live",
        "calendar_feeds",
        ["person_id", "role"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.add_column("memberships", sa.Column("manages", sa.Boolean(), server_default="false", nullable=False))


def downgrade() -> None:
    op.drop_column("memberships", "manages")
    op.drop_index("uq_calendar_feeds_live", table_name="calendar_feeds")
    op.drop_table("calendar_feeds")
    op.drop_table("performance_ratings")
