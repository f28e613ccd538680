"""Keep decisions of matching, and what was learned of offers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_1330"
down_revision = "20261124_1000"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "acceptance_models",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("learned", sa.Boolean(), nullable=False),
        sa.Column("model", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fill", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_acceptance_models_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance_models")),
    )
    op.create_index("ix_acceptance_models_agency", "acceptance_models", ["agency_id", "id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("chance", sa.Float(), nullable=False),
        sa.Column("model_id", sa.BigInteger(), nullable=True),
        sa.Column("explanation", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("inputs", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("chance >= 0 AND chance <= 1", name=op.f("ck_decisions_chance_is_one")),
        sa.ForeignKeyConstraint(["model_id"], ["acceptance_models.id"], name=op.f("fk_decisions_model_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_decisions_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(
        "ix_decisions_made", "decisions", ["made_at"], unique=False, postgresql_where=sa.text("inputs IS NOT NULL")
    )
    op.create_index("ix_decisions_request", "decisions", ["request_id", "id"], unique=False)
    op.add_column("offers", sa.Column("decision_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_offers_decision_id"), "offers", "decisions", ["decision_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint(op.f("fk_offers_decision_id"), "offers", type_="foreignkey")
    op.drop_column("offers", "decision_id")
    op.drop_index("ix_decisions_request", table_name="decisions")
    op.drop_index("ix_decisions_made", table_name="decisions", postgresql_where=sa.text("inputs IS NOT NULL"))
    op.drop_table("decisions")
    op.drop_index("ix_acceptance_models_agency", table_name="acceptance_models")
    op.drop_table("acceptance_models")
