"""Rows of media nodes and of rooms on them. No behaviour."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Index, Integer, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base


class MediaNodeRow(Base):
    """A media node, as it says of itself every second. `epoch` is the life of its engine; `address` its control API."""

    __tablename__ = "media_nodes"
    __table_args__ = (CheckConstraint("load_percent BETWEEN 0 AND 100", name="load_percent_is_one"),)

    address: Mapped[str] = mapped_column(Text, primary_key=True)
    epoch: Mapped[str] = mapped_column(Text)
    engine: Mapped[str] = mapped_column(Text)
    load_percent: Mapped[int] = mapped_column(Integer)
    busy: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    draining: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    stats: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    beat_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class MediaRoomRow(Base):
    """A room on a node, for as long as that life of the node's engine lasts. `room` is an opaque name."""

    __tablename__ = "media_rooms"
    __table_args__ = (Index("ix_media_rooms_node", "address", "epoch"),)

    room: Mapped[str] = mapped_column(Text, primary_key=True)
    address: Mapped[str | None] = mapped_column(Text)
    epoch: Mapped[str | None] = mapped_column(Text)
    placed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
