"""Know the media nodes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_2315"
down_revision = "20261125_2310"
branch_labels = None
depends_on = None

_NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "media_nodes",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("load_percent", sa.Integer(), nullable=False),
        sa.Column("busy", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("draining", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("stats", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.CheckConstraint("load_percent BETWEEN 0 AND 100", name=op.f("ck_media_nodes_load_percent_is_one")),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_media_nodes")),
    )
    op.create_table(
        "media_rooms",
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("epoch", sa.Text(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.PrimaryKeyConstraint("room", name=op.f("pk_media_rooms")),
    )
    op.create_index("ix_media_rooms_node", "media_rooms", ["address", "epoch"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_media_rooms_node", table_name="media_rooms")
    op.drop_table("media_rooms")
    op.drop_table("media_nodes")
