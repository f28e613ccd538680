"""Keep years that were tried again under other rules."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_1505"
down_revision = "20261124_1450"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "policy_replays",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("requests", sa.Integer(), server_default="0", nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'passed', 'failed', 'nothing')", name=op.f("ck_policy_replays_status_known")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_policy_replays_agency_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["persons.id"], name=op.f("fk_policy_replays_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_replays")),
    )
    op.create_index("ix_policy_replays_agency", "policy_replays", ["agency_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_policy_replays_agency", table_name="policy_replays")
    op.drop_table("policy_replays")
