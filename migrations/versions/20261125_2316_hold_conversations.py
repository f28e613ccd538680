"""Hold conversations: rooms, who may be in them, what happened, and what is shown there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_2316"
down_revision = "20261125_2315"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "conversations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("call", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disturbance_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("connect_seconds", sa.Float(), nullable=True),
        sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "(status IN ('ended', 'cancelled')) = (closed_at IS NOT NULL)",
            name=op.f("ck_conversations_closed_has_moment"),
        ),
        sa.CheckConstraint("kind IN ('audio', 'video')", name=op.f("ck_conversations_kind_known")),
        sa.CheckConstraint("status <> 'live' OR began_at IS NOT NULL", name=op.f("ck_conversations_live_has_begun")),
        sa.CheckConstraint(
            "status IN ('planned', 'live', 'ended', 'cancelled')", name=op.f("ck_conversations_status_known")
        ),
        sa.CheckConstraint("disturbance_minutes >= 0", name=op.f("ck_conversations_disturbance_not_negative")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_conversations_opening_not_empty")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_conversations_slot_not_empty")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_conversations_agency_id")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_conversations_assignment_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_conversations_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_conversations_assignment_id")),
        sa.UniqueConstraint("room", name=op.f("uq_conversations_room")),
    )
    op.create_index("ix_conversations_request", "conversations", ["request_id", "id"], unique=False)
    op.create_index(
        "ix_conversations_wake",
        "conversations",
        ["wake_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('planned', 'live')"),
    )
    op.create_table(
        "conversation_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_conversation_events_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_events")),
        sa.UniqueConstraint("conversation_id", "key", name=op.f("uq_conversation_events_conversation_id_key")),
    )
    op.create_table(
        "conversation_participants",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("link_hash", sa.LargeBinary(), nullable=True),
        sa.Column("link_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=True),
        sa.Column("invited_by", sa.BigInteger(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seat", sa.Text(), nullable=True),
        sa.Column("present_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("muted", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("camera_off", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("hand_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(person_id IS NULL) = (role IN ('client', 'third_party'))",
            name=op.f("ck_conversation_participants_guest_or_person"),
        ),
        sa.CheckConstraint(
            "role IN ('requester', 'interpreter', 'coordinator', 'client', 'third_party')",
            name=op.f("ck_conversation_participants_role_known"),
        ),
        sa.CheckConstraint(
            "status IN ('invited', 'waiting', 'admitted', 'removed')",
            name=op.f("ck_conversation_participants_status_known"),
        ),
        sa.CheckConstraint("length(label) <= 60", name=op.f("ck_conversation_participants_label_short")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_conversation_participants_conversation_id")
        ),
        sa.ForeignKeyConstraint(["invited_by"], ["persons.id"], name=op.f("fk_conversation_participants_invited_by")),
        sa.ForeignKeyConstraint(
            ["language"], ["languages.iso639_3"], name=op.f("fk_conversation_participants_language")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_conversation_participants_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_participants")),
        sa.UniqueConstraint(
            "conversation_id", "person_id", name=op.f("uq_conversation_participants_conversation_id_person_id")
        ),
        sa.UniqueConstraint("key", name=op.f("uq_conversation_participants_key")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_conversation_participants_link_hash")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_conversation_participants_secret_hash")),
    )
    op.create_index(
        op.f("ix_conversation_participants_conversation_id"),
        "conversation_participants",
        ["conversation_id"],
        unique=False,
    )
    op.create_index(
        "ix_conversation_participants_seat",
        "conversation_participants",
        ["present_until"],
        unique=False,
        postgresql_where=sa.text("seat IS NOT NULL"),
    )
    op.create_table(
        "conversation_files",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "content_type IN ('application/pdf', 'image/png', 'image/jpeg')",
            name=op.f("ck_conversation_files_type_known"),
        ),
        sa.CheckConstraint("pages >= 1", name=op.f("ck_conversation_files_pages_positive")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_conversation_files_conversation_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["conversation_participants.id"], name=op.f("fk_conversation_files_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_files")),
    )
    op.create_index(
        op.f("ix_conversation_files_conversation_id"), "conversation_files", ["conversation_id"], unique=False
    )
    op.execute(
        "CREATE TRIGGER conversation_events_append_only BEFORE UPDATE OR DELETE ON conversation_events"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_conversation_files_conversation_id"), table_name="conversation_files")
    op.drop_table("conversation_files")
    op.drop_index(
        "ix_conversation_participants_seat",
        table_name="conversation_participants",
        postgresql_where=sa.text("seat IS NOT NULL"),
    )
    op.drop_index(op.f("ix_conversation_participants_conversation_id"), table_name="conversation_participants")
    op.drop_table("conversation_participants")
    op.drop_table("conversation_events")
    op.drop_index(
        "ix_conversations_wake", table_name="conversations", postgresql_where=sa.text("status IN ('planned', 'live')")
    )
    op.drop_index("ix_conversations_request", table_name="conversations")
    op.drop_table("conversations")
