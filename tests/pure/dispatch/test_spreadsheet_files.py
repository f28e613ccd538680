"""From bytes to rows and back: encodings, separators, bombs, formulas."""

import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.spreadsheets.domain import files
from dispatch.spreadsheets.domain.files import read_rows, write_xlsx
from dispatch.spreadsheets.errors import UnreadableFile
from kernel.tables import tamed, untamed, write_csv

texts = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=40).map(str.strip)
rows_of_text = st.lists(st.lists(texts, min_size=1, max_size=5), min_size=1, max_size=8)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def refusal_of(content: bytes) -> str:
    with pytest.raises(UnreadableFile) as refused:
        read_rows(content)
    return refused.value.facts["fields"]["file"]


def a_workbook(*rows: list) -> bytes:
    book, kept = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(kept)
    return kept.getvalue()


@given(st.text(max_size=30))
def test_taming_a_cell_and_untaming_it_gives_the_cell_back(text):
    assert untamed(tamed(text)) == text


@given(st.sampled_from(DANGEROUS), st.text(max_size=20))
def test_no_tamed_cell_begins_like_a_formula(sign, rest):
    assert tamed(sign + rest).startswith("'")


@given(st.text(max_size=20))
def test_a_cell_that_begins_like_no_formula_is_left_alone(text):
    if text.lstrip("'")[:1] not in {*DANGEROUS, "\n", "＝", "＋", "－", "＠"}:
        assert tamed(text) == text


def without_empty_ends(rows: list[list[str]]) -> list[list[str]]:
    kept = [list(row) for row in rows]
    for row in kept:
        while row and not row[-1]:
            row.pop()
    while kept and not kept[-1]:
        kept.pop()
    return kept


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
@given(rows=rows_of_text)
def test_what_is_written_is_read_again(write, rows):
    headings = ["a", "b", "c", "d", "e"]
    assert read_rows(write([headings, *rows])) == without_empty_ends([headings, *rows])


def test_no_cell_of_an_exported_workbook_is_a_formula():
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx([["=1+1", "@SUM(A1)", "plain"]])))
    assert [cell.data_type for cell in book.active[1]] == ["s", "s", "s"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_usual_encoding_is_read(encoding):
    assert read_rows("Naam;Plaats\r\nZoë;Liège €\r\n".encode(encoding)) == [["Naam", "Plaats"], ["Zoë", "Liège €"]]


@pytest.mark.parametrize("sign", [";", ",", "\t"])
def test_semicolons_commas_and_tabs_separate(sign):
    assert read_rows(sign.join("abc").encode() + b"\n" + sign.join("123").encode()) == [
        ["a", "b", "c"],
        ["1", "2", "3"],
    ]


def test_a_cell_may_hold_lines_and_separators():
    assert read_rows(b'a;b\n"een\nregel; twee";x\n')[1] == ["een\nregel; twee", "x"]


def test_days_times_and_numbers_of_a_workbook_are_read_as_they_would_be_typed():
    row = [date(2020, 3, 14), datetime(2020, 3, 14, 9, 30), time(9, 30), 9000.0, 12.5, True, None, "x"]
    assert read_rows(a_workbook(["a"] * 8, row))[1] == [
        "2020-03-14", "2020-03-14 09:30", "09:30", "9000", "12.5", "ja", "", "x",
    ]  # fmt: skip


def test_empty_rows_at_the_end_do_not_count_and_those_between_keep_their_place():
    assert read_rows(b"a;b\n1;2\n;\n3;4\n;\n;\n") == [["a", "b"], ["1", "2"], [], ["3", "4"]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"  \n \n", "file_empty"),
        (b"\xd0\xcf\x11\xe0rest", "file_old_excel"),
        (b"PK\x03\x04 no archive", "file_broken"),
        (b"a;b\n\x00;c\n", "file_no_text"),
        (b"a;b\n\x81;c\n", "file_no_text"),
        (b'a;b\n"c"d;e\n', "file_bad_quotes"),
        (b";".join([b"a"] * 61), "too_many_columns"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_with_its_reason(content, code):
    assert refusal_of(content) == code


def test_a_file_that_is_too_large_is_not_even_looked_at():
    assert refusal_of(b"a" * (files.MAX_BYTES + 1)) == "file_too_large"


def test_more_rows_than_we_take_are_refused():
    assert refusal_of(b"a\n" + b"1\n" * (files.MAX_ROWS + 1)) == "too_many_rows"
    assert len(read_rows(b"a\n" + b"1\n" * files.MAX_ROWS)) == files.MAX_ROWS + 1


def a_bomb(size: int, declared: int | None = None) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * size)
    content = bytearray(kept.getvalue())
    if declared is not None:
        central = content.rindex(b"PK\x01\x02")
        content[central + 24 : central + 28] = declared.to_bytes(4, "little")
    return bytes(content)


def test_an_archive_that_unpacks_to_too_much_is_refused():
    assert refusal_of(a_bomb(files.MAX_UNPACKED + 1)) == "file_too_large"


def test_an_archive_that_lies_about_its_size_is_refused():
    assert refusal_of(a_bomb(files.MAX_UNPACKED + 1, declared=10)) == "file_broken"


def test_an_archive_of_thousands_of_parts_is_refused():
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for number in range(files.MAX_PARTS + 1):
            archive.writestr(f"part{number}", b"")
    assert refusal_of(kept.getvalue()) == "file_too_large"


def test_an_archive_that_is_no_workbook_is_refused():
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("letter.txt", b"hello")
    assert refusal_of(kept.getvalue()) == "file_broken"


def test_entities_of_a_workbook_are_not_blown_up():
    book = a_workbook(["a"], ["b"])
    evil = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">%s]><worksheet>&z;</worksheet>' % b"".join(
        b'<!ENTITY %c "%s">' % (name, b"&%c;" % (name - 1) * 10) for name in range(ord("b"), ord("z") + 1)
    )
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(kept, "w") as target:
        for part in source.infolist():
            target.writestr(part, evil if "sheet1" in part.filename else source.read(part))
    assert refusal_of(kept.getvalue()) == "file_broken"
