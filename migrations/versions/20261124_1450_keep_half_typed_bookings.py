"""Keep what somebody typed of a booking and did not send."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_1450"
down_revision = "20261124_1430"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "half_typed_bookings",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_half_typed_bookings_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_half_typed_bookings")),
    )


def downgrade() -> None:
    op.drop_table("half_typed_bookings")
