"""Rules of documents and quotes. Pure."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import PurePath

from dispatch.translations.errors import FileRefused

MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 20
# What a translator works with. Recognised by content; macros, scripts and pages are not among them.
TYPES = {
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "text/plain": ".txt",
    "image/png": ".png",
    "image/jpeg": ".jpg",
}


class Kind(StrEnum):
    SOURCE = "source"
    TRANSLATION = "translation"
    ATTACHMENT = "attachment"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in."""

    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Quote:
    """What a translation costs and when it is ready. Money in cents."""

    word_count: int
    price_cents: int
    deadline_at: datetime


def safe_name(name: str) -> str:
    """Return a file name that can be shown and saved anywhere: the last part, no control or direction characters.

    Raises: FileRefused.
    """
    last = PurePath(name.replace("\\", "/")).name
    plain = "".join(char for char in unicodedata.normalize("NFC", last) if unicodedata.category(char)[0] != "C").strip(
        " ."
    )
    if not plain:
        raise FileRefused(fields={"file": "file_without_name"})
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:100]}.{ending[:10]}" if dot and stem else plain[:110]


def type_of(content: bytes) -> str:
    """Return the content type by what the bytes are, never by what the name says.

    Raises: FileRefused.
    """
    if not content:
        raise FileRefused(fields={"file": "file_empty"})
    if len(content) > MAX_BYTES:
        raise FileRefused(fields={"file": "file_too_large"})
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    if content.startswith(b"PK\x03\x04"):
        return _office_type(content)
    if _is_text(content):
        return "text/plain"
    raise FileRefused(fields={"file": "file_type_refused"})


_STARTS = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


def _office_type(content: bytes) -> str:
    head = content[:4096]
    if b"vbaProject" in content or b"macroEnabled" in content:
        raise FileRefused(fields={"file": "file_with_macros"})
    if b"mimetypeapplication/vnd.oasis.opendocument.text" in head:
        return "application/vnd.oasis.opendocument.text"
    if b"word/" in content and b"[Content_Types].xml" in content:
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    raise FileRefused(fields={"file": "file_type_refused"})


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    head = text.lstrip("\ufeff \r\n\t")[:256].lower()
    return "\0" not in text and not head.startswith(("<", "{\\rtf")) and "<script" not in text.lower()
