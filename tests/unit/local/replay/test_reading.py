"""Bytes → records: numbered lines, and a broken one takes no other with it."""

from pathlib import Path

import pytest

from local.replay.errors import BadInput
from local.replay.reading import BadRow, Record, fingerprint, read_history, sniff_delimiter


def read(path: Path, content: bytes, delimiter: str | None = None) -> tuple[list[str], list[Record | BadRow]]:
    path.write_bytes(content)
    with path.open("rb") as file:
        header, _, rows = read_history(file, path.suffix, delimiter, "utf-8")
        return header, list(rows)


def lines_of(rows: list[Record | BadRow], kind: type) -> list[int]:
    return [row.line for row in rows if isinstance(row, kind)]


def test_a_byte_order_mark_and_windows_line_ends_are_no_content(tmp_path: Path) -> None:
    header, rows = read(tmp_path / "a.csv", b"\xef\xbb\xbfid,item\r\n1,Caf\xc3\xa9\r\n")
    assert header == ["id", "item"]
    assert rows == [Record(2, ["1", "Café"], 21)]


def test_blank_lines_are_skipped_and_counted_in_the_numbers(tmp_path: Path) -> None:
    _, rows = read(tmp_path / "a.csv", b"\nid,item\n\n1,a\n   \n2,b")
    assert lines_of(rows, Record) == [4, 6]


def test_a_quoted_field_may_span_lines(tmp_path: Path) -> None:
    _, rows = read(tmp_path / "a.csv", b'id,item\n1,"Big\n""Bowl"""\n2,b\n')
    assert [row.cells for row in rows if isinstance(row, Record)] == [["1", 'Big\n"Bowl"'], ["2", "b"]]
    assert lines_of(rows, Record) == [2, 4]


def test_a_quote_that_is_never_closed_costs_its_own_line_only(tmp_path: Path) -> None:
    _, rows = read(tmp_path / "a.csv", b'id,item\n1,"Big\n2,b\n3,c "x"\n4,"d"\n')
    assert lines_of(rows, BadRow) == [2]
    assert lines_of(rows, Record) == [3, 4, 5]


def test_a_literal_quote_inside_a_field_is_kept(tmp_path: Path) -> None:
    _, rows = read(tmp_path / "a.tsv", b'id\titem\n1\t12" pizza\n')
    assert isinstance(rows[0], Record)
    assert rows[0].cells == ["1", '12" pizza']


def test_bytes_that_are_no_text_cost_their_own_line_only(tmp_path: Path) -> None:
    _, rows = read(tmp_path / "a.csv", b"id,item\n1,\xff\n2,b\n")
    assert rows[0] == BadRow(2, "not text in utf-8 (byte 3 of the line)", 12)
    assert lines_of(rows, Record) == [3]


@pytest.mark.parametrize("line", [b"1", b"1,a,b"])
def test_a_line_of_another_width_is_reported(tmp_path: Path, line: bytes) -> None:
    _, rows = read(tmp_path / "a.csv", b"id,item\n" + line + b"\n2,b\n")
    assert lines_of(rows, BadRow) == [2]
    assert lines_of(rows, Record) == [3]


def test_empty_cells_beyond_the_header_are_nothing(tmp_path: Path) -> None:
    _, rows = read(tmp_path / "a.csv", b"id,item\n1,a,,\n")
    assert isinstance(rows[0], Record)
    assert rows[0].cells == ["1", "a"]


@pytest.mark.parametrize(
    ("suffix", "header", "delimiter"),
    [
        (".csv", "a,b", ","),
        (".csv", "a;b;c", ";"),
        (".tsv", "a\tb", "\t"),
        (".TSV", "a", "\t"),
        (".txt", "a|b", "|"),
    ],
)
def test_the_delimiter_is_seen(suffix: str, header: str, delimiter: str) -> None:
    assert sniff_delimiter(suffix, header) == delimiter


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b'id,"item\n', "quote"),
        ("id,item".encode("utf-16"), "UTF-16"),
        (b"\xff,a\n", "--encoding"),
    ],
)
def test_a_file_without_a_header_cannot_be_used(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        read(tmp_path / "a.csv", content)


def test_the_fingerprint_is_of_the_content_and_not_of_the_name(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes(b"id,item\n")
    assert fingerprint(tmp_path / "a.csv") == fingerprint(tmp_path / "b.csv")
