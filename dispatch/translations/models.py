"""Rows of documents and quotes. No behaviour."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, identity


class DocumentRow(Base):
    """A file of a request. `kind` is source, translation or attachment; its bytes stand in `document_contents`."""

    __tablename__ = "documents"
    __table_args__ = (
        CheckConstraint("kind IN ('source', 'translation', 'attachment')", name="kind_known"),
        CheckConstraint("size_bytes > 0 AND size_bytes <= 10485760", name="size_limited"),
        Index("ix_documents_request", "request_id", "id"),
    )

    id: Mapped[int] = identity()
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"))
    kind: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(Text)
    content_type: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    uploaded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class DocumentContentRow(Base):
    """The bytes of a document, apart, so that lists never read them."""

    __tablename__ = "document_contents"

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class QuoteRow(Base):
    """What a translation will cost and when it is ready; waits for the requester until `valid_until`."""

    __tablename__ = "quotes"
    __table_args__ = (
        CheckConstraint("price_cents >= 0", name="price_not_negative"),
        CheckConstraint("word_count > 0", name="words_positive"),
        CheckConstraint("answer IN ('accepted', 'declined', 'expired')", name="answer_known"),
        Index("uq_quotes_open", "request_id", unique=True, postgresql_where=text("answer IS NULL")),
    )

    id: Mapped[int] = identity()
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), index=True)
    word_count: Mapped[int] = mapped_column(Integer)
    price_cents: Mapped[int] = mapped_column(Integer)
    deadline_at: Mapped[datetime]
    quoted_by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    quoted_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
