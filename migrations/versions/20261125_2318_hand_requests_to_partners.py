"""Hand requests to partners."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_2318"
down_revision = "20261125_2316"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "partnerships",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("services", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("agency_id <> partner_id", name=op.f("ck_partnerships_two_agencies")),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_partnerships_not_empty")),
        sa.CheckConstraint("cardinality(services) > 0", name=op.f("ck_partnerships_some_service")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_partnerships_agency_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["agencies.id"], name=op.f("fk_partnerships_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnerships")),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(agency_id, agency_id, '[]')"), "&&"),
            (sa.text("int8range(partner_id, partner_id, '[]')"), "&&"),
            (sa.text("daterange(valid_from, valid_until, '[]')"), "&&"),
            name="partnerships_no_overlap",
            using="gist",
        ),
    )
    op.create_index("ix_partnerships_agency_id", "partnerships", ["agency_id"], unique=False)
    op.create_index("ix_partnerships_partner_id", "partnerships", ["partner_id"], unique=False)
    op.create_table(
        "handovers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_handovers_request_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["agencies.id"], name=op.f("fk_handovers_partner_id")),
        sa.ForeignKeyConstraint(["handed_by"], ["persons.id"], name=op.f("fk_handovers_handed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
        sa.UniqueConstraint("request_id", "partner_id", name=op.f("uq_handovers_request_id_partner_id")),
    )
    op.create_index("ix_handovers_partner", "handovers", ["partner_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("handovers")
    op.drop_table("partnerships")
