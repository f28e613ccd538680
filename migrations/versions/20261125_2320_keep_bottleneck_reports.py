"""Keep bottleneck reports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_2320"
down_revision = "20261125_2318"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "bottleneck_reports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("quarter", sa.Text(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_bottleneck_reports_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bottleneck_reports")),
        sa.UniqueConstraint("agency_id", "quarter", name=op.f("uq_bottleneck_reports_agency_id_quarter")),
    )


def downgrade() -> None:
    op.drop_table("bottleneck_reports")
