"""Rules of documents and quotes. Pure."""

import io
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import PurePath

from dispatch.translations.errors import FileRefused

MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 20
# What a translator works with. Recognised by content; macros, scripts and pages are not among them.
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ODT = "application/vnd.oasis.opendocument.text"
_PROGRAMS = (".exe", ".dll", ".js", ".vbs", ".hta", ".jar", ".swf", ".scr", ".ps1", ".bat", ".cmd", ".sh")
TYPES = {
    "application/pdf": ".pdf",
    _DOCX: ".docx",
    _ODT: ".odt",
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
            _refuse_second_nature(content)
            if kind == "application/pdf":
                _refuse_active_pdf(content)
            return kind
    if content.startswith(b"PK\x03\x04"):
        return _office_type(content)
    if _is_text(content):
        return "text/plain"
    raise FileRefused(fields={"file": "file_type_refused"})


_STARTS = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
# What a document may be unpacked, in parts, in bytes, and per byte sent. A book of 1,000 pages is below half of it.
MAX_PARTS, MAX_UNPACKED, MAX_RATIO = 2_000, 100 * 1024 * 1024, 300
# What makes a PDF do something when it is opened. Source: ISO 32000-2, 12.6 (actions) and 7.11.4 (embedded files).
_PDF_ACTS = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)(?![A-Za-z0-9])")
_PDF_STREAM = re.compile(rb"/ObjStm.{0,400}?stream\r?\n", re.DOTALL)
# A part that names something elsewhere: only links a person has to click may. Source: ECMA-376, part 2, 8.3.
_RELATION = re.compile(rb"<(?:\w{1,20}:)?Relationship\s[^>]{0,4000}>")


def _refuse_second_nature(content: bytes) -> None:
    """Refuse a picture or PDF that is an archive at the same time."""
    if b"PK\x05\x06" in content[-70_000:]:
        raise FileRefused(fields={"file": "file_type_refused"})


def _refuse_active_pdf(content: bytes) -> None:
    parts = [content]
    for begins in list(_PDF_STREAM.finditer(content))[:MAX_PARTS]:
        try:
            parts.append(zlib.decompressobj().decompress(content[begins.end() :], 1 << 20))
        except zlib.error:
            continue
    for part in parts:
        plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda it: bytes([int(it[1], 16)]), part)
        if _PDF_ACTS.search(plain):
            raise FileRefused(fields={"file": "file_with_macros"})


def _office_type(content: bytes) -> str:
    """Return which kind of office document an archive is, after looking through all of it within limits."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_bomb(archive, len(content))
            names = set(archive.namelist())
            for name in names:
                _refuse_active_part(archive, name)
            if "mimetype" in names and archive.read("mimetype").strip() == _ODT.encode():
                return _ODT
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError, zlib.error) as error:
        raise FileRefused(fields={"file": "file_type_refused"}) from error
    if "[Content_Types].xml" in names and "word/document.xml" in names:
        return _DOCX
    raise FileRefused(fields={"file": "file_type_refused"})


def _refuse_bomb(archive: zipfile.ZipFile, size: int) -> None:
    """Unpack everything once, counting: what the archive says of itself is checked first, what it holds decides."""
    parts, left = archive.infolist(), min(MAX_UNPACKED, MAX_RATIO * size)
    strange = any(it.filename.startswith("/") or ".." in it.filename.split("/") for it in parts)
    if strange or len(parts) > MAX_PARTS or len({it.filename for it in parts}) < len(parts):
        raise FileRefused(fields={"file": "file_type_refused"})
    if sum(it.file_size for it in parts) > left:
        raise FileRefused(fields={"file": "file_too_large"})
    for part in parts:
        with archive.open(part) as stream:
            while piece := stream.read(1 << 16):
                left -= len(piece)
                if left < 0:
                    raise FileRefused(fields={"file": "file_too_large"})


def _refuse_active_part(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse macros, what fetches something when the document is opened, and entities that grow."""
    low = name.lower()
    if "vbaproject" in low or low.startswith(("basic/", "scripts/")) or "activex" in low or low.endswith(_PROGRAMS):
        raise FileRefused(fields={"file": "file_with_macros"})
    if not low.endswith((".xml", ".rels")):
        return
    text = archive.read(name)
    if b"<!ENTITY" in text or b"macroEnabled" in text:
        raise FileRefused(fields={"file": "file_with_macros"})
    for relation in _RELATION.findall(text):
        if b"External" in relation and b"/hyperlink" not in relation:
            raise FileRefused(fields={"file": "file_with_macros"})


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    head = text.lstrip("\ufeff \r\n\t")[:256].lower()
    return "\0" not in text and not head.startswith(("<", "{\\rtf")) and "<script" not in text.lower()
