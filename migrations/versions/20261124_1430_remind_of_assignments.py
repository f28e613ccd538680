"""Remind of assignments, and ask interpreters whether they still come."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_1430"
down_revision = "20261124_1330"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("assignments", sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("assignments", sa.Column("reconfirm_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("assignments", sa.Column("reconfirm_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("assignments", sa.Column("reconfirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("assignments", sa.Column("reconfirm_missed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_assignments_notice",
        "assignments",
        ["starts_at"],
        unique=False,
        postgresql_where=sa.text(
            "status = 'booked' AND (remind_at IS NOT NULL OR reconfirm_at IS NOT NULL OR reconfirm_until IS NOT NULL OR reconfirm_missed_at IS NOT NULL)"
        ),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_assignments_notice",
        table_name="assignments",
        postgresql_where=sa.text(
            "status = 'booked' AND (remind_at IS NOT NULL OR reconfirm_at IS NOT NULL OR reconfirm_until IS NOT NULL OR reconfirm_missed_at IS NOT NULL)"
        ),
    )
    op.drop_column("assignments", "reconfirm_missed_at")
    op.drop_column("assignments", "reconfirmed_at")
    op.drop_column("assignments", "reconfirm_until")
    op.drop_column("assignments", "reconfirm_at")
    op.drop_column("assignments", "remind_at")
