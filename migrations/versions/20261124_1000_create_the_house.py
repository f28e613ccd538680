"""Create the house: every table of the first release."""

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

revision = "20261124_1000"
down_revision = None
branch_labels = None
depends_on = None


# The audit trail is append-only for everybody, the owner of the table included.
_APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_not_truncated BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER seals_append_only BEFORE UPDATE OR DELETE ON event_seals FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER seals_not_truncated BEFORE TRUNCATE ON event_seals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE SEQUENCE request_number;
""".replace("%%", "%")

_QUEUE_AWAY = """
DO $$ DECLARE thing record; BEGIN
    FOR thing IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'procrastinate%' LOOP
        EXECUTE format('DROP TABLE %I CASCADE', thing.tablename);
    END LOOP;
    FOR thing IN SELECT oid::regprocedure AS name FROM pg_proc WHERE proname LIKE 'procrastinate%' LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', thing.name);
    END LOOP;
    FOR thing IN SELECT typname FROM pg_type WHERE typname LIKE 'procrastinate%' AND typtype IN ('e', 'c') LOOP
        EXECUTE format('DROP TYPE IF EXISTS %I CASCADE', thing.typname);
    END LOOP;
END $$;
DROP FUNCTION refuse_change() CASCADE;
DROP SEQUENCE request_number;
"""


def _run(statements: str) -> None:
    """Run several statements as they stand: the driver must not look for parameters in them."""
    cursor = op.get_bind().connection.dbapi_connection.cursor()
    cursor.execute(statements)


def upgrade() -> None:
    _run(SchemaManager.get_schema())
    op.create_table(
        "agencies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("opens", sa.Time(), server_default="08:00", nullable=False),
        sa.Column("closes", sa.Time(), server_default="18:00", nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("second_factor_required", sa.Boolean(), server_default="true", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agencies")),
        sa.UniqueConstraint("code", name=op.f("uq_agencies_code")),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index("ix_attempts_key_at", "attempts", ["key", "at"], unique=False)
    op.create_table(
        "event_seals",
        sa.Column("last_event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("previous_id", sa.BigInteger(), nullable=True),
        sa.Column("event_count", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["previous_id"], ["event_seals.last_event_id"], name=op.f("fk_event_seals_previous_id")
        ),
        sa.PrimaryKeyConstraint("last_event_id", name=op.f("pk_event_seals")),
        sa.UniqueConstraint("previous_id", name=op.f("uq_event_seals_previous_id")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("agency_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(
        "ix_events_actor", "events", ["actor_id", "id"], unique=False, postgresql_where=sa.text("actor_id IS NOT NULL")
    )
    op.create_index("ix_events_at", "events", ["at"], unique=False, postgresql_using="brin")
    op.create_index(
        "ix_events_request",
        "events",
        ["request_id", "id"],
        unique=False,
        postgresql_where=sa.text("request_id IS NOT NULL"),
    )
    op.create_index("ix_events_subject", "events", ["subject", "subject_id", "id"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "languages",
        sa.Column("iso639_3", sa.Text(), nullable=False),
        sa.Column("bcp47", sa.Text(), nullable=False),
        sa.Column("name_nl", sa.Text(), nullable=False),
        sa.Column("name_fr", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("endonym", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("rtl", sa.Boolean(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["parent"], ["languages.iso639_3"], name=op.f("fk_languages_parent")),
        sa.PrimaryKeyConstraint("iso639_3", name=op.f("pk_languages")),
    )
    op.create_table(
        "municipalities",
        sa.Column("nis_code", sa.Text(), nullable=False),
        sa.Column("name_nl", sa.Text(), nullable=False),
        sa.Column("name_fr", sa.Text(), nullable=False),
        sa.Column("postcodes", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("nis_code", name=op.f("pk_municipalities")),
    )
    op.create_table(
        "persons",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), server_default="nl", nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deactivated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_persons_email_is_lower_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
        sa.UniqueConstraint("email", name=op.f("uq_persons_email")),
    )
    op.create_table(
        "tariffs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("first_hour_cents", sa.Integer(), nullable=False),
        sa.Column("quarter_cents", sa.Integer(), nullable=False),
        sa.Column("km_cents", sa.Integer(), nullable=False),
        sa.Column("km_cap", sa.Integer(), nullable=False),
        sa.Column("late_fee_cents", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "first_hour_cents >= 0 AND quarter_cents >= 0 AND km_cents >= 0 AND km_cap >= 0 AND late_fee_cents >= 0",
            name=op.f("ck_tariffs_not_negative"),
        ),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_tariffs_not_empty")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tariffs")),
        sa.UniqueConstraint("service", "valid_from", name=op.f("uq_tariffs_service_valid_from")),
    )
    op.create_table(
        "terms",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("band_from", sa.Integer(), nullable=False),
        sa.Column("band_to", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "unit IN ('seconds', 'minutes', 'working_hours', 'working_days', 'count', 'percent', 'km')",
            name=op.f("ck_terms_unit_known"),
        ),
        sa.CheckConstraint("band_from < band_to", name=op.f("ck_terms_band_not_empty")),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_terms_not_empty")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_terms_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms")),
    )
    op.create_index(
        "uq_terms_in_force",
        "terms",
        ["name", "service", "band_from"],
        unique=True,
        postgresql_where=sa.text("valid_until IS NULL"),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_api_tokens_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_tokens_secret_hash")),
    )
    op.create_index(op.f("ix_api_tokens_person_id"), "api_tokens", ["person_id"], unique=False)
    op.create_table(
        "closing_days",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_closing_days_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "day", name=op.f("pk_closing_days")),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("error_count", sa.Integer(), nullable=False),
        sa.Column("ignored", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sample", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("errors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger(), nullable=False),
        sa.Column(
            "uploaded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("approved_as", sa.Text(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('register', 'customers', 'requests')", name=op.f("ck_imports_kind_known")),
        sa.CheckConstraint(
            "applied_at IS NULL OR (approved_at IS NOT NULL AND error_count = 0)",
            name=op.f("ck_imports_applied_if_right"),
        ),
        sa.CheckConstraint("applied_at IS NULL OR discarded_at IS NULL", name=op.f("ck_imports_applied_or_discarded")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_imports_agency_id")),
        sa.ForeignKeyConstraint(["approved_by"], ["persons.id"], name=op.f("fk_imports_approved_by")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["persons.id"], name=op.f("fk_imports_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index("ix_imports_agency", "imports", ["agency_id", "id"], unique=False)
    op.create_table(
        "interpreters",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("gender", sa.Text(), nullable=False),
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("municipality", sa.Text(), nullable=False),
        sa.Column("home_lat", sa.Float(), nullable=True),
        sa.Column("home_lon", sa.Float(), nullable=True),
        sa.Column("travel_limit_km", sa.Float(), nullable=True),
        sa.Column("active_from", sa.Date(), server_default=sa.text("CURRENT_DATE"), nullable=False),
        sa.Column("active_until", sa.Date(), nullable=True),
        sa.Column("available_now", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("present_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.CheckConstraint("gender IN ('female', 'male', 'other')", name=op.f("ck_interpreters_gender_known")),
        sa.CheckConstraint(
            "travel_limit_km >= 0 AND travel_limit_km <= 500", name=op.f("ck_interpreters_travel_limit_sane")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_interpreters_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interpreters")),
        sa.UniqueConstraint("number", name=op.f("uq_interpreters_number")),
        sa.UniqueConstraint("person_id", name=op.f("uq_interpreters_person_id")),
    )
    op.create_table(
        "language_understands",
        sa.Column("speaker_of", sa.Text(), nullable=False),
        sa.Column("understands", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["speaker_of"], ["languages.iso639_3"], name=op.f("fk_language_understands_speaker_of")
        ),
        sa.ForeignKeyConstraint(
            ["understands"], ["languages.iso639_3"], name=op.f("fk_language_understands_understands")
        ),
        sa.PrimaryKeyConstraint("speaker_of", "understands", name=op.f("pk_language_understands")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("offer_id", sa.BigInteger(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("channels", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("next_channel_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'sent', 'delivered', 'seen', 'undeliverable', 'cancelled')",
            name=op.f("ck_messages_status_known"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_messages_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index(
        "ix_messages_offer", "messages", ["offer_id"], unique=False, postgresql_where=sa.text("offer_id IS NOT NULL")
    )
    op.create_index("ix_messages_person", "messages", ["person_id", "id"], unique=False)
    op.create_index(
        "ix_messages_silent",
        "messages",
        ["next_channel_at"],
        unique=False,
        postgresql_where=sa.text("next_channel_at IS NOT NULL"),
    )
    op.create_table(
        "one_time_links",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_one_time_links_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_links")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_one_time_links_secret_hash")),
    )
    op.create_index(op.f("ix_one_time_links_person_id"), "one_time_links", ["person_id"], unique=False)
    op.create_table(
        "organisations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("enterprise_number", sa.Text(), nullable=True),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("municipality", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_organisations_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("agency_id", "customer_code", name=op.f("uq_organisations_agency_id_customer_code")),
        sa.UniqueConstraint("agency_id", "name", name=op.f("uq_organisations_agency_id_name")),
    )
    op.create_index(op.f("ix_organisations_agency_id"), "organisations", ["agency_id"], unique=False)
    op.create_table(
        "push_subscriptions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("keys", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_push_subscriptions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscriptions")),
        sa.UniqueConstraint("endpoint", name=op.f("uq_push_subscriptions_endpoint")),
    )
    op.create_index(op.f("ix_push_subscriptions_person_id"), "push_subscriptions", ["person_id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("second_factor_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_agent", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_sessions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sessions_secret_hash")),
    )
    op.create_index(op.f("ix_sessions_person_id"), "sessions", ["person_id"], unique=False)
    op.create_table(
        "agreements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("services", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("suspended_from", sa.Date(), nullable=True),
        sa.Column("needs_review", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_agreements_not_empty")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_agreements_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
    )
    op.create_index(op.f("ix_agreements_organisation_id"), "agreements", ["organisation_id"], unique=False)
    op.create_table(
        "availability_exceptions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("interpreter_id", sa.BigInteger(), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(interpreter_id, interpreter_id, '[]')"), "&&"),
            (sa.column("during"), "&&"),
            using="gist",
            name="availability_exceptions_no_overlap",
        ),
        sa.ForeignKeyConstraint(
            ["interpreter_id"], ["interpreters.id"], name=op.f("fk_availability_exceptions_interpreter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability_exceptions")),
    )
    op.create_index(
        op.f("ix_availability_exceptions_interpreter_id"), "availability_exceptions", ["interpreter_id"], unique=False
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("channel IN ('push', 'sms', 'mail')", name=op.f("ck_deliveries_channel_known")),
        sa.CheckConstraint(
            "status IN ('queued', 'sending', 'unknown', 'sent', 'delivered', 'failed')",
            name=op.f("ck_deliveries_status_known"),
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_deliveries_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index("ix_deliveries_message", "deliveries", ["message_id"], unique=False)
    op.create_index(
        "ix_deliveries_open",
        "deliveries",
        ["status"],
        unique=False,
        postgresql_where=sa.text("status IN ('queued', 'sending', 'unknown')"),
    )
    op.create_index(
        "uq_deliveries_provider",
        "deliveries",
        ["channel", "provider_id"],
        unique=True,
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )
    op.create_table(
        "exclusions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("interpreter_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "set_by IN ('interpreter', 'organisation', 'agency')", name=op.f("ck_exclusions_side_known")
        ),
        sa.ForeignKeyConstraint(["interpreter_id"], ["interpreters.id"], name=op.f("fk_exclusions_interpreter_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_exclusions_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusions")),
        sa.UniqueConstraint(
            "interpreter_id",
            "organisation_id",
            "set_by",
            name=op.f("uq_exclusions_interpreter_id_organisation_id_set_by"),
        ),
    )
    op.create_index(op.f("ix_exclusions_interpreter_id"), "exclusions", ["interpreter_id"], unique=False)
    op.create_index(op.f("ix_exclusions_organisation_id"), "exclusions", ["organisation_id"], unique=False)
    op.create_table(
        "interpreter_agencies",
        sa.Column("interpreter_id", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_interpreter_agencies_agency_id")),
        sa.ForeignKeyConstraint(
            ["interpreter_id"], ["interpreters.id"], name=op.f("fk_interpreter_agencies_interpreter_id")
        ),
        sa.PrimaryKeyConstraint("interpreter_id", "agency_id", name=op.f("pk_interpreter_agencies")),
    )
    op.create_index(op.f("ix_interpreter_agencies_agency_id"), "interpreter_agencies", ["agency_id"], unique=False)
    op.create_table(
        "interpreter_languages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("interpreter_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), server_default="both", nullable=False),
        sa.Column("certificate", sa.Text(), nullable=True),
        sa.Column("certified_from", sa.Date(), nullable=True),
        sa.Column("certified_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "direction IN ('both', 'to_dutch', 'from_dutch')", name=op.f("ck_interpreter_languages_direction_known")
        ),
        sa.CheckConstraint(
            "certified_until IS NULL OR certified_from IS NOT NULL",
            name=op.f("ck_interpreter_languages_certificate_has_start"),
        ),
        sa.ForeignKeyConstraint(
            ["interpreter_id"], ["interpreters.id"], name=op.f("fk_interpreter_languages_interpreter_id")
        ),
        sa.ForeignKeyConstraint(["language"], ["languages.iso639_3"], name=op.f("fk_interpreter_languages_language")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interpreter_languages")),
        sa.UniqueConstraint(
            "interpreter_id", "language", name=op.f("uq_interpreter_languages_interpreter_id_language")
        ),
    )
    op.create_index(op.f("ix_interpreter_languages_language"), "interpreter_languages", ["language"], unique=False)
    op.create_table(
        "interpreter_services",
        sa.Column("interpreter_id", sa.BigInteger(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "service IN ('on_site', 'telephone', 'video', 'translation')",
            name=op.f("ck_interpreter_services_service_known"),
        ),
        sa.ForeignKeyConstraint(
            ["interpreter_id"], ["interpreters.id"], name=op.f("fk_interpreter_services_interpreter_id")
        ),
        sa.PrimaryKeyConstraint("interpreter_id", "service", name=op.f("pk_interpreter_services")),
    )
    op.create_table(
        "series",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_series_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    op.create_table(
        "units",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("municipality", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_units_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_units_organisation_id_name")),
    )
    op.create_index(op.f("ix_units_organisation_id"), "units", ["organisation_id"], unique=False)
    op.create_table(
        "weekly_availability",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("interpreter_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("from_time", sa.Time(), nullable=False),
        sa.Column("to_time", sa.Time(), nullable=False),
        sa.CheckConstraint("from_time < to_time", name=op.f("ck_weekly_availability_not_empty")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_weekly_availability_weekday_known")),
        sa.ForeignKeyConstraint(
            ["interpreter_id"], ["interpreters.id"], name=op.f("fk_weekly_availability_interpreter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_availability")),
    )
    op.create_index(
        op.f("ix_weekly_availability_interpreter_id"), "weekly_availability", ["interpreter_id"], unique=False
    )
    op.create_table(
        "memberships",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=True),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("interpreter_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(role = 'requester' AND organisation_id IS NOT NULL) OR (role = 'interpreter' AND interpreter_id IS NOT NULL) OR (role NOT IN ('requester', 'interpreter') AND agency_id IS NOT NULL)",
            name=op.f("ck_memberships_scope_fits_role"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_memberships_agency_id")),
        sa.ForeignKeyConstraint(["interpreter_id"], ["interpreters.id"], name=op.f("fk_memberships_interpreter_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_memberships_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_memberships_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_memberships_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_person_id"), "memberships", ["person_id"], unique=False)
    op.create_index(
        "uq_memberships_live",
        "memberships",
        ["person_id", "role", "agency_id", "organisation_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("requester_id", sa.BigInteger(), nullable=False),
        sa.Column("series_id", sa.BigInteger(), nullable=True),
        sa.Column("moved_from_id", sa.BigInteger(), nullable=True),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("immediate", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("municipality", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("interpreter_gender", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("client_reference", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("priority", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("wave", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_step_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalate_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hard_stop_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("outcome_reason", sa.Text(), nullable=True),
        sa.Column("timely", sa.Boolean(), nullable=True),
        sa.Column("derived_outcome", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("outcome_note", sa.Text(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("was_assigned", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint(
            "(outcome = 'cancelled') = (timely IS NOT NULL) OR outcome IS NULL",
            name=op.f("ck_requests_timely_when_cancelled"),
        ),
        sa.CheckConstraint("(status = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_requests_outcome_when_closed")),
        sa.CheckConstraint(
            "outcome <> 'not_available' OR coalesce(outcome_reason IN ('interpreter_unavailable', 'language_unavailable', 'service_unavailable'), false)",
            name=op.f("ck_requests_not_available_has_reason"),
        ),
        sa.CheckConstraint(
            "outcome IN ('completed', 'cancelled', 'not_available', 'other_reason')",
            name=op.f("ck_requests_outcome_known"),
        ),
        sa.CheckConstraint(
            "outcome NOT IN ('completed', 'cancelled') OR answered_at IS NOT NULL",
            name=op.f("ck_requests_answered_first"),
        ),
        sa.CheckConstraint(
            "service <> 'video' OR held_on >= '2020-12-01'", name=op.f("ck_requests_video_from_december_2020")
        ),
        sa.CheckConstraint(
            "service IN ('on_site', 'telephone', 'video', 'translation')", name=op.f("ck_requests_service_known")
        ),
        sa.CheckConstraint(
            "status = 'draft' OR service <> 'on_site' OR municipality IS NOT NULL",
            name=op.f("ck_requests_on_site_has_place"),
        ),
        sa.CheckConstraint(
            "status = 'draft' OR submitted_at IS NOT NULL", name=op.f("ck_requests_submitted_has_moment")
        ),
        sa.CheckConstraint("(outcome IS NULL) = (closed_at IS NULL)", name=op.f("ck_requests_closed_has_moment")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_requests_slot_not_empty")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_requests_agency_id")),
        sa.ForeignKeyConstraint(["language"], ["languages.iso639_3"], name=op.f("fk_requests_language")),
        sa.ForeignKeyConstraint(["moved_from_id"], ["requests.id"], name=op.f("fk_requests_moved_from_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_requests_organisation_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["persons.id"], name=op.f("fk_requests_owner_id")),
        sa.ForeignKeyConstraint(["requester_id"], ["persons.id"], name=op.f("fk_requests_requester_id")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_requests_series_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_requests_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        sa.UniqueConstraint("reference", name=op.f("uq_requests_reference")),
    )
    op.create_index("ix_requests_agency", "requests", ["agency_id", "id"], unique=False)
    op.create_index(
        "ix_requests_board",
        "requests",
        ["agency_id", "hard_stop_at", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('searching', 'escalated', 'proposed')"),
    )
    op.create_index(
        "ix_requests_figure",
        "requests",
        ["held_on"],
        unique=False,
        postgresql_include=[
            "agency_id",
            "service",
            "outcome",
            "outcome_reason",
            "language",
            "region",
            "organisation_id",
        ],
        postgresql_where=sa.text("outcome IS NOT NULL"),
    )
    op.create_index(
        "ix_requests_next_step",
        "requests",
        ["next_step_at"],
        unique=False,
        postgresql_where=sa.text("next_step_at IS NOT NULL"),
    )
    op.create_index(
        "ix_requests_open_end",
        "requests",
        ["ends_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('assigned', 'in_progress')"),
    )
    op.create_index("ix_requests_organisation", "requests", ["organisation_id", "id"], unique=False)
    op.create_index("ix_requests_requester", "requests", ["requester_id", "id"], unique=False)
    op.create_index(op.f("ix_requests_series_id"), "requests", ["series_id"], unique=False)
    op.create_table(
        "documents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('source', 'translation', 'attachment')", name=op.f("ck_documents_kind_known")),
        sa.CheckConstraint("size_bytes > 0 AND size_bytes <= 10485760", name=op.f("ck_documents_size_limited")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_documents_request_id")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["persons.id"], name=op.f("fk_documents_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    op.create_index("ix_documents_request", "documents", ["request_id", "id"], unique=False)
    op.create_table(
        "funnels",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_funnels_request_id")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_funnels")),
    )
    op.create_table(
        "proposals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("answer IN ('accepted', 'declined', 'expired')", name=op.f("ck_proposals_answer_known")),
        sa.ForeignKeyConstraint(["language"], ["languages.iso639_3"], name=op.f("fk_proposals_language")),
        sa.ForeignKeyConstraint(["proposed_by"], ["persons.id"], name=op.f("fk_proposals_proposed_by")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_proposals_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_index(
        "uq_proposals_open", "proposals", ["request_id"], unique=True, postgresql_where=sa.text("answer IS NULL")
    )
    op.create_table(
        "quotes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("word_count", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("quoted_by", sa.BigInteger(), nullable=False),
        sa.Column("quoted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("answer IN ('accepted', 'declined', 'expired')", name=op.f("ck_quotes_answer_known")),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_quotes_price_not_negative")),
        sa.CheckConstraint("word_count > 0", name=op.f("ck_quotes_words_positive")),
        sa.ForeignKeyConstraint(["quoted_by"], ["persons.id"], name=op.f("fk_quotes_quoted_by")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_quotes_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotes")),
    )
    op.create_index(op.f("ix_quotes_request_id"), "quotes", ["request_id"], unique=False)
    op.create_index("uq_quotes_open", "quotes", ["request_id"], unique=True, postgresql_where=sa.text("answer IS NULL"))
    op.create_table(
        "request_notes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["persons.id"], name=op.f("fk_request_notes_author_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_request_notes_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_notes")),
    )
    op.create_index(op.f("ix_request_notes_request_id"), "request_notes", ["request_id"], unique=False)
    op.create_table(
        "request_options",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "service IN ('on_site', 'telephone', 'video', 'translation')", name=op.f("ck_request_options_service_known")
        ),
        sa.CheckConstraint("rank >= 1", name=op.f("ck_request_options_rank_positive")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_request_options_slot_not_empty")),
        sa.ForeignKeyConstraint(["language"], ["languages.iso639_3"], name=op.f("fk_request_options_language")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_request_options_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_options")),
        sa.UniqueConstraint("request_id", "rank", name=op.f("uq_request_options_request_id_rank")),
    )
    op.create_table(
        "document_contents",
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_document_contents_document_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_contents")),
    )
    op.create_table(
        "offers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger(), nullable=True),
        sa.Column("interpreter_id", sa.BigInteger(), nullable=False),
        sa.Column("request_version", sa.Integer(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("distance_km", sa.Float(), nullable=True),
        sa.Column("travel_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fee_cents", sa.Integer(), nullable=False),
        sa.Column("travel_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("explanation", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("withdrawn_because", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'sent', 'delivered', 'seen', 'accepted', 'declined', 'expired', 'withdrawn')",
            name=op.f("ck_offers_status_known"),
        ),
        sa.ForeignKeyConstraint(["interpreter_id"], ["interpreters.id"], name=op.f("fk_offers_interpreter_id")),
        sa.ForeignKeyConstraint(["language"], ["languages.iso639_3"], name=op.f("fk_offers_language")),
        sa.ForeignKeyConstraint(["option_id"], ["request_options.id"], name=op.f("fk_offers_option_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_offers_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
    )
    op.create_index(
        "ix_offers_expiry",
        "offers",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('queued', 'sent', 'delivered', 'seen')"),
    )
    op.create_index("ix_offers_interpreter", "offers", ["interpreter_id", "id"], unique=False)
    op.create_index("ix_offers_request", "offers", ["request_id", "id"], unique=False)
    op.create_index(
        "uq_offers_accepted",
        "offers",
        ["request_id", "request_version"],
        unique=True,
        postgresql_where=sa.text("status = 'accepted'"),
    )
    op.create_index(
        "uq_offers_open",
        "offers",
        ["request_id", "interpreter_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('queued', 'sent', 'delivered', 'seen')"),
    )
    op.create_table(
        "assignments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=True),
        sa.Column("interpreter_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("travel_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("distance_km", sa.Float(), nullable=True),
        sa.Column("fee_cents", sa.Integer(), nullable=False),
        sa.Column("travel_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(interpreter_id, interpreter_id, '[]')"), "&&"),
            (sa.column("blocked"), "&&"),
            where=sa.text("status IN ('booked', 'started', 'performed')"),
            using="gist",
            name="assignments_no_double_booking",
        ),
        sa.CheckConstraint(
            "(status IN ('booked', 'started')) = (ended_at IS NULL)", name=op.f("ck_assignments_ended_has_moment")
        ),
        sa.CheckConstraint("made_by IN ('offer', 'hand')", name=op.f("ck_assignments_made_by_known")),
        sa.CheckConstraint(
            "status IN ('booked', 'started', 'performed', 'withdrawn', 'cancelled', 'absent')",
            name=op.f("ck_assignments_status_known"),
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_assignments_slot_not_empty")),
        sa.ForeignKeyConstraint(["interpreter_id"], ["interpreters.id"], name=op.f("fk_assignments_interpreter_id")),
        sa.ForeignKeyConstraint(["language"], ["languages.iso639_3"], name=op.f("fk_assignments_language")),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_assignments_offer_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_assignments_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
    )
    op.create_index("ix_assignments_interpreter", "assignments", ["interpreter_id", "starts_at"], unique=False)
    op.create_index("ix_assignments_request", "assignments", ["request_id", "id"], unique=False)
    op.create_index(
        "uq_assignments_live",
        "assignments",
        ["request_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('booked', 'started', 'performed')"),
    )
    op.create_index(
        "uq_assignments_offer",
        "assignments",
        ["offer_id"],
        unique=True,
        postgresql_where=sa.text("offer_id IS NOT NULL"),
    )
    op.create_table(
        "absences",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("reported_by", sa.BigInteger(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("who IN ('interpreter', 'client', 'requester')", name=op.f("ck_absences_who_known")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_absences_assignment_id")),
        sa.ForeignKeyConstraint(["reported_by"], ["persons.id"], name=op.f("fk_absences_reported_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_absences_assignment_id")),
    )
    op.create_table(
        "performances",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disturbance_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("disturbance", sa.Text(), nullable=True),
        sa.Column("travel_km", sa.Float(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("fee_cents", sa.Integer(), nullable=False),
        sa.Column("travel_cents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.BigInteger(), nullable=True),
        sa.Column("confirm_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_how", sa.Text(), nullable=True),
        sa.Column("dispute", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(status = 'confirmed') = (confirmed_at IS NOT NULL)", name=op.f("ck_performances_confirmed_has_moment")
        ),
        sa.CheckConstraint(
            "confirmed_how IN ('requester', 'silence', 'coordinator')", name=op.f("ck_performances_confirmed_how_known")
        ),
        sa.CheckConstraint("ended_at - started_at <= interval '90 days'", name=op.f("ck_performances_length_sane")),
        sa.CheckConstraint(
            "status IN ('submitted', 'disputed', 'confirmed')", name=op.f("ck_performances_status_known")
        ),
        sa.CheckConstraint("started_at < ended_at", name=op.f("ck_performances_not_empty")),
        sa.CheckConstraint("travel_km >= 0 AND travel_km <= 1000", name=op.f("ck_performances_travel_km_sane")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_performances_assignment_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_performances_request_id")),
        sa.ForeignKeyConstraint(["submitted_by"], ["persons.id"], name=op.f("fk_performances_submitted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_performances")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_performances_assignment_id")),
    )
    op.create_index(
        "ix_performances_confirm_by",
        "performances",
        ["confirm_by"],
        unique=False,
        postgresql_where=sa.text("status = 'submitted'"),
    )
    op.create_index("ix_performances_request", "performances", ["request_id"], unique=False)
    _run(_APPEND_ONLY)


def downgrade() -> None:
    _run(_QUEUE_AWAY)
    op.drop_index("ix_performances_request", table_name="performances")
    op.drop_index(
        "ix_performances_confirm_by", table_name="performances", postgresql_where=sa.text("status = 'submitted'")
    )
    op.drop_table("performances")
    op.drop_table("absences")
    op.drop_index("uq_assignments_offer", table_name="assignments", postgresql_where=sa.text("offer_id IS NOT NULL"))
    op.drop_index(
        "uq_assignments_live",
        table_name="assignments",
        postgresql_where=sa.text("status IN ('booked', 'started', 'performed')"),
    )
    op.drop_index("ix_assignments_request", table_name="assignments")
    op.drop_index("ix_assignments_interpreter", table_name="assignments")
    op.drop_table("assignments")
    op.drop_index(
        "uq_offers_open",
        table_name="offers",
        postgresql_where=sa.text("status IN ('queued', 'sent', 'delivered', 'seen')"),
    )
    op.drop_index("uq_offers_accepted", table_name="offers", postgresql_where=sa.text("status = 'accepted'"))
    op.drop_index("ix_offers_request", table_name="offers")
    op.drop_index("ix_offers_interpreter", table_name="offers")
    op.drop_index(
        "ix_offers_expiry",
        table_name="offers",
        postgresql_where=sa.text("status IN ('queued', 'sent', 'delivered', 'seen')"),
    )
    op.drop_table("offers")
    op.drop_table("document_contents")
    op.drop_table("request_options")
    op.drop_index(op.f("ix_request_notes_request_id"), table_name="request_notes")
    op.drop_table("request_notes")
    op.drop_index("uq_quotes_open", table_name="quotes", postgresql_where=sa.text("answer IS NULL"))
    op.drop_index(op.f("ix_quotes_request_id"), table_name="quotes")
    op.drop_table("quotes")
    op.drop_index("uq_proposals_open", table_name="proposals", postgresql_where=sa.text("answer IS NULL"))
    op.drop_table("proposals")
    op.drop_table("funnels")
    op.drop_index("ix_documents_request", table_name="documents")
    op.drop_table("documents")
    op.drop_index(op.f("ix_requests_series_id"), table_name="requests")
    op.drop_index("ix_requests_requester", table_name="requests")
    op.drop_index("ix_requests_organisation", table_name="requests")
    op.drop_index(
        "ix_requests_open_end", table_name="requests", postgresql_where=sa.text("status IN ('assigned', 'in_progress')")
    )
    op.drop_index("ix_requests_next_step", table_name="requests", postgresql_where=sa.text("next_step_at IS NOT NULL"))
    op.drop_index(
        "ix_requests_figure",
        table_name="requests",
        postgresql_include=[
            "agency_id",
            "service",
            "outcome",
            "outcome_reason",
            "language",
            "region",
            "organisation_id",
        ],
        postgresql_where=sa.text("outcome IS NOT NULL"),
    )
    op.drop_index(
        "ix_requests_board",
        table_name="requests",
        postgresql_where=sa.text("status IN ('searching', 'escalated', 'proposed')"),
    )
    op.drop_index("ix_requests_agency", table_name="requests")
    op.drop_table("requests")
    op.drop_index(
        "uq_memberships_live",
        table_name="memberships",
        postgresql_where=sa.text("ended_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.drop_index(op.f("ix_memberships_person_id"), table_name="memberships")
    op.drop_table("memberships")
    op.drop_index(op.f("ix_weekly_availability_interpreter_id"), table_name="weekly_availability")
    op.drop_table("weekly_availability")
    op.drop_index(op.f("ix_units_organisation_id"), table_name="units")
    op.drop_table("units")
    op.drop_table("series")
    op.drop_table("interpreter_services")
    op.drop_index(op.f("ix_interpreter_languages_language"), table_name="interpreter_languages")
    op.drop_table("interpreter_languages")
    op.drop_index(op.f("ix_interpreter_agencies_agency_id"), table_name="interpreter_agencies")
    op.drop_table("interpreter_agencies")
    op.drop_index(op.f("ix_exclusions_organisation_id"), table_name="exclusions")
    op.drop_index(op.f("ix_exclusions_interpreter_id"), table_name="exclusions")
    op.drop_table("exclusions")
    op.drop_index(
        "uq_deliveries_provider", table_name="deliveries", postgresql_where=sa.text("provider_id IS NOT NULL")
    )
    op.drop_index(
        "ix_deliveries_open",
        table_name="deliveries",
        postgresql_where=sa.text("status IN ('queued', 'sending', 'unknown')"),
    )
    op.drop_index("ix_deliveries_message", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_index(op.f("ix_availability_exceptions_interpreter_id"), table_name="availability_exceptions")
    op.drop_table("availability_exceptions")
    op.drop_index(op.f("ix_agreements_organisation_id"), table_name="agreements")
    op.drop_table("agreements")
    op.drop_index(op.f("ix_sessions_person_id"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index(op.f("ix_push_subscriptions_person_id"), table_name="push_subscriptions")
    op.drop_table("push_subscriptions")
    op.drop_index(op.f("ix_organisations_agency_id"), table_name="organisations")
    op.drop_table("organisations")
    op.drop_index(op.f("ix_one_time_links_person_id"), table_name="one_time_links")
    op.drop_table("one_time_links")
    op.drop_index("ix_messages_silent", table_name="messages", postgresql_where=sa.text("next_channel_at IS NOT NULL"))
    op.drop_index("ix_messages_person", table_name="messages")
    op.drop_index("ix_messages_offer", table_name="messages", postgresql_where=sa.text("offer_id IS NOT NULL"))
    op.drop_table("messages")
    op.drop_table("language_understands")
    op.drop_table("interpreters")
    op.drop_index("ix_imports_agency", table_name="imports")
    op.drop_table("imports")
    op.drop_table("closing_days")
    op.drop_index(op.f("ix_api_tokens_person_id"), table_name="api_tokens")
    op.drop_table("api_tokens")
    op.drop_index("uq_terms_in_force", table_name="terms", postgresql_where=sa.text("valid_until IS NULL"))
    op.drop_table("terms")
    op.drop_table("tariffs")
    op.drop_table("persons")
    op.drop_table("municipalities")
    op.drop_table("languages")
    op.drop_index("ix_idempotency_keys_created_at", table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_index("ix_events_subject", table_name="events")
    op.drop_index("ix_events_request", table_name="events", postgresql_where=sa.text("request_id IS NOT NULL"))
    op.drop_index("ix_events_at", table_name="events", postgresql_using="brin")
    op.drop_index("ix_events_actor", table_name="events", postgresql_where=sa.text("actor_id IS NOT NULL"))
    op.drop_table("events")
    op.drop_table("event_seals")
    op.drop_index("ix_attempts_key_at", table_name="attempts")
    op.drop_table("attempts")
    op.drop_table("agencies")
