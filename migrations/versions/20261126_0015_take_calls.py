"""Take calls: the telephones of agencies, customer codes, calls and their legs; rings nobody answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_0015"
down_revision = "20261125_2335"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "call_lines",
        sa.Column("agency_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("desk_number", sa.Text(), nullable=True),
        sa.Column("ceiling_told_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_call_lines_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_call_lines")),
        sa.UniqueConstraint("number", name=op.f("uq_call_lines_number")),
    )
    op.create_table(
        "call_codes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("ends_with", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_call_codes_not_empty")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_call_codes_agency_id")),
        sa.ForeignKeyConstraint(["made_by"], ["persons.id"], name=op.f("fk_call_codes_made_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_call_codes_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_call_codes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_codes")),
    )
    op.create_index("ix_call_codes_organisation", "call_codes", ["organisation_id", "id"], unique=False)
    op.create_index(
        "uq_call_codes_key",
        "call_codes",
        ["agency_id", "key"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "calls",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("code_id", sa.BigInteger(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("conversation_id", sa.BigInteger(), nullable=True),
        sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.CheckConstraint("direction = 'out' OR state IS NOT NULL", name=op.f("ck_calls_caller_has_state")),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_calls_direction_known")),
        sa.CheckConstraint("(ended_at IS NULL) = (why IS NULL)", name=op.f("ck_calls_ended_has_reason")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_calls_agency_id")),
        sa.ForeignKeyConstraint(["code_id"], ["call_codes.id"], name=op.f("fk_calls_code_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_calls_conversation_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_calls_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sa.UniqueConstraint("conference", name=op.f("uq_calls_conference")),
        sa.UniqueConstraint("request_id", name=op.f("uq_calls_request_id")),
    )
    op.create_index("ix_calls_agency", "calls", ["agency_id", "began_at"], unique=False)
    op.create_index(op.f("ix_calls_conversation_id"), "calls", ["conversation_id"], unique=False)
    op.create_index(
        "ix_calls_kept", "calls", ["ended_at"], unique=False, postgresql_where=sa.text("number IS NOT NULL")
    )
    op.create_index(
        "ix_calls_wake", "calls", ["wake_at"], unique=False, postgresql_where=sa.text("wake_at IS NOT NULL")
    )
    op.create_table(
        "call_legs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("interpreter_id", sa.BigInteger(), nullable=True),
        sa.Column("offer_id", sa.BigInteger(), nullable=True),
        sa.Column("incoming", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("sid", sa.Text(), nullable=True),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pressed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("in_room", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("(status = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_call_legs_ended_has_moment")),
        sa.CheckConstraint("(status = 'ended') = (result IS NOT NULL)", name=op.f("ck_call_legs_ended_has_result")),
        sa.CheckConstraint(
            "result IN ('completed', 'no_answer', 'busy', 'failed', 'canceled', 'machine')",
            name=op.f("ck_call_legs_result_known"),
        ),
        sa.CheckConstraint(
            "role IN ('requester', 'interpreter', 'client', 'coordinator')", name=op.f("ck_call_legs_role_known")
        ),
        sa.CheckConstraint(
            "status IN ('planned', 'ringing', 'answered', 'ended')", name=op.f("ck_call_legs_status_known")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_call_legs_call_id")),
        sa.ForeignKeyConstraint(["interpreter_id"], ["interpreters.id"], name=op.f("fk_call_legs_interpreter_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_call_legs_offer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_legs")),
    )
    op.create_index("ix_call_legs_call", "call_legs", ["call_id", "id"], unique=False)
    op.create_index("ix_call_legs_made", "call_legs", ["made_at"], unique=False)
    op.create_index(
        "ix_call_legs_open",
        "call_legs",
        ["check_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('planned', 'ringing', 'answered')"),
    )
    op.create_index(
        "uq_call_legs_offer", "call_legs", ["offer_id"], unique=True, postgresql_where=sa.text("offer_id IS NOT NULL")
    )
    op.create_index("uq_call_legs_sid", "call_legs", ["sid"], unique=True, postgresql_where=sa.text("sid IS NOT NULL"))
    op.add_column("interpreters", sa.Column("unanswered_rings", sa.SmallInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("interpreters", "unanswered_rings")
    op.drop_index("uq_call_legs_sid", table_name="call_legs", postgresql_where=sa.text("sid IS NOT NULL"))
    op.drop_index("uq_call_legs_offer", table_name="call_legs", postgresql_where=sa.text("offer_id IS NOT NULL"))
    op.drop_index(
        "ix_call_legs_open",
        table_name="call_legs",
        postgresql_where=sa.text("status IN ('planned', 'ringing', 'answered')"),
    )
    op.drop_index("ix_call_legs_made", table_name="call_legs")
    op.drop_index("ix_call_legs_call", table_name="call_legs")
    op.drop_table("call_legs")
    op.drop_index("ix_calls_wake", table_name="calls", postgresql_where=sa.text("wake_at IS NOT NULL"))
    op.drop_index("ix_calls_kept", table_name="calls", postgresql_where=sa.text("number IS NOT NULL"))
    op.drop_index(op.f("ix_calls_conversation_id"), table_name="calls")
    op.drop_index("ix_calls_agency", table_name="calls")
    op.drop_table("calls")
    op.drop_index("uq_call_codes_key", table_name="call_codes", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index("ix_call_codes_organisation", table_name="call_codes")
    op.drop_table("call_codes")
    op.drop_table("call_lines")
