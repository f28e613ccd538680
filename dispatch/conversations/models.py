"""Rows of conversations. No behaviour."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.assignments.models import AssignmentRow
from kernel.database import Base, identity


class ConversationRow(Base):
    """The room of one assignment. `room` is its name for engines: opaque, nobody can guess it.

    `opens_at` and `closes_at` bound when somebody may come in. `shown` is the page on everybody's screen:
    {"file", "page", "by"} (an id, a number from 1, a participant's key). `call` is the state of the call machine, and
    `wake_at` when it has to be looked at again. `began_at`, `over_at` and `disturbance_minutes` are the draft of the
    performance record; `connect_seconds` from the requester's click to the interpreter's voice.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        CheckConstraint("kind IN ('audio', 'video')", name="kind_known"),
        CheckConstraint("status IN ('planned', 'live', 'ended', 'cancelled')", name="status_known"),
        CheckConstraint("starts_at < ends_at", name="slot_not_empty"),
        CheckConstraint("opens_at < closes_at", name="opening_not_empty"),
        CheckConstraint("(status IN ('ended', 'cancelled')) = (closed_at IS NOT NULL)", name="closed_has_moment"),
        CheckConstraint("status <> 'live' OR began_at IS NOT NULL", name="live_has_begun"),
        CheckConstraint("disturbance_minutes >= 0", name="disturbance_not_negative"),
        Index("ix_conversations_request", "request_id", "id"),
        Index("ix_conversations_wake", "wake_at", postgresql_where=text("status IN ('planned', 'live')")),
    )

    id: Mapped[int] = identity()
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"), unique=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    kind: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    room: Mapped[str] = mapped_column(Text, unique=True)
    call: Mapped[dict[str, Any]] = mapped_column(JSONB)
    wake_at: Mapped[datetime | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    began_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None]
    disturbance_minutes: Mapped[int] = mapped_column(Integer, server_default="0")
    connect_seconds: Mapped[float | None] = mapped_column(Float)
    missed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    shown: Mapped[dict[str, Any] | None] = mapped_column(JSONB)

    assignment: Mapped[AssignmentRow] = relationship()


class ParticipantRow(Base):
    """Somebody who may be in a conversation: a person of the house, or a guest by a link that works once.

    `key` names them to engines and browsers: opaque. `seat` is the tab that has their place now; another tab takes it.
    `present_until` is a lease that the process which carries their socket renews.
    """

    __tablename__ = "conversation_participants"
    __table_args__ = (
        CheckConstraint(
            "role IN ('requester', 'interpreter', 'coordinator', 'client', 'third_party')", name="role_known"
        ),
        CheckConstraint("status IN ('invited', 'waiting', 'admitted', 'removed')", name="status_known"),
        CheckConstraint("(person_id IS NULL) = (role IN ('client', 'third_party'))", name="guest_or_person"),
        CheckConstraint("length(label) <= 60", name="label_short"),
        UniqueConstraint("conversation_id", "person_id"),
        Index("ix_conversation_participants_seat", "present_until", postgresql_where=text("seat IS NOT NULL")),
    )

    id: Mapped[int] = identity()
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    role: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    label: Mapped[str] = mapped_column(Text, server_default="")
    language: Mapped[str | None] = mapped_column(ForeignKey("languages.iso639_3"))
    key: Mapped[str] = mapped_column(Text, unique=True)
    status: Mapped[str] = mapped_column(Text)
    link_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    link_until: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    secret_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    added_at: Mapped[datetime]
    admitted_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    seat: Mapped[str | None] = mapped_column(Text)
    present_until: Mapped[datetime | None]
    muted: Mapped[bool] = mapped_column(server_default="false")
    camera_off: Mapped[bool] = mapped_column(server_default="false")
    hand_at: Mapped[datetime | None]


class ConversationEventRow(Base):
    """Something that happened, kept once per `key` of its source; the database refuses to change or delete it.

    `name` and `facts` are the call machine's event: ids, roles and moments, nothing that was said.
    """

    __tablename__ = "conversation_events"
    __table_args__ = (UniqueConstraint("conversation_id", "key"),)

    id: Mapped[int] = identity()
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    key: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    name: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)


class RoomFileRow(Base):
    """A file that is shown in a room, and goes with it. `pages` is 1 for a picture."""

    __tablename__ = "conversation_files"
    __table_args__ = (
        CheckConstraint("content_type IN ('application/pdf', 'image/png', 'image/jpeg')", name="type_known"),
        CheckConstraint("pages >= 1", name="pages_positive"),
    )

    id: Mapped[int] = identity()
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("conversation_participants.id"))
    content_type: Mapped[str] = mapped_column(Text)
    pages: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[datetime]
