"""A file of restaurants: what is valid, and how mistakes are reported."""

import pytest

from sql.tool.errors import MOST_PROBLEMS, BadLocationsError
from sql.tool.location_file import Entry, Values, read, time_of_day

HEADER = "location_code,name,city,time_zone,close_out\n"
KING: Values = {
    "location_code": "LOC-ON-001",
    "name": "King Street",
    "city": "Toronto",
    "time_zone": "America/Toronto",
    "close_out": "04:00",
}


def refused(content: str | bytes) -> list[str]:
    """The error about the file, line by line, without its last line where lines are named."""
    with pytest.raises(BadLocationsError) as caught:
        read("places.csv", content if isinstance(content, bytes) else content.encode())
    assert str(caught.value).startswith("places.csv")
    return str(caught.value).removesuffix("\nNothing was written.").splitlines()


def test_a_file_with_every_column() -> None:
    content = HEADER + "LOC-ON-001,King Street,Toronto,America/Toronto,04:00\n"
    assert read("f", content.encode()) == [Entry(2, KING)]


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + HEADER + "LOC-ON-001,King Street,Toronto,America/Toronto,04:00\r\n",
        HEADER + '"LOC-ON-001", "King Street", Toronto , America/Toronto, 4:00:00',
        " close_out,city ,name,time_zone,location_code\n04:00,Toronto,King Street,America/Toronto,LOC-ON-001",
    ],
    ids=["of a spreadsheet", "with spaces and quotes", "in another order"],
)
def test_the_same_written_otherwise(content: str) -> None:
    assert [entry.values for entry in read("f", content.encode())] == [KING]


def test_what_is_empty_is_unknown_and_closes_out_at_midnight() -> None:
    values = read("f", (HEADER + "L1,,,UTC,\n").encode())[0].values
    assert values == {
        "location_code": "L1",
        "name": None,
        "city": None,
        "time_zone": "UTC",
        "close_out": "00:00",
    }


def test_a_column_that_is_not_there_has_no_value() -> None:
    assert read("f", b"time_zone,location_code\nUTC,L1\n")[0].values == {
        "time_zone": "UTC",
        "location_code": "L1",
    }


def test_a_file_with_a_header_alone_has_no_restaurants() -> None:
    assert read("f", HEADER.encode()) == []


def test_lines_are_counted_through_blank_lines_and_cells_of_several() -> None:
    content = "\n" + HEADER + '\nL1,"Two\nlines",,UTC,\n\nL2,,,UTC,noon\n'
    assert refused(content)[0].startswith("places.csv, line 7, close_out: 'noon' is not a time of day")


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_an_empty_file(content: str) -> None:
    assert refused(content) == [
        "places.csv is empty: its first line names the columns, location_code,name,city,time_zone,close_out,currency."
    ]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("location_code,timezone\n", "line 1: there is no column 'timezone': the columns are location_code,"),
        ("location_code,name\n", "line 1: the column time_zone is missing: give its time zone, e.g. America/Toronto"),
        ("time_zone\n", "line 1: the column location_code is missing: give the code that its events carry"),
        ("location_code,time_zone,time_zone\n", "line 1: the column time_zone is there twice: remove one of them"),
        ("location_code;time_zone\n", "there is no column 'location_code;time_zone'"),
    ],
)  # fmt: skip
def test_a_bad_header(header: str, expected: str) -> None:
    assert any(expected in line for line in refused(header + "a,b\n"))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (",,,UTC,", "location_code: '' is empty: give the code"),
        ('" ",,,UTC,', "location_code: ' ' is empty: give the code"),
        ("L1 ,,,UTC,", "location_code: 'L1 ' has space around it: remove that"),
        ("L1,,,,", "time_zone: '' is empty: give its time zone"),
        ("L1,a\0b,,UTC,", "name: 'a\\x00b' contains a NUL byte: remove it"),
        (
            "L1,,,UTC,24:00",
            "close_out: '24:00' is not a time of day: write it like 04:00, and midnight 00:00",
        ),
        ("L1,,,UTC,4 AM", "close_out: '4 AM' is not a time of day"),
        ("L1,,,UTC,04:60", "close_out: '04:60' is not a time of day"),
        ("L1,,,UTC,٠٤:٠٠", "close_out: '٠٤:٠٠' is not a time of day"),
        ("L1,,,UTC,04:00\n,05:00", "line 3: 2 cells where the header has 5"),
        (
            "L1,King, Street,,UTC,",
            "line 2: 6 cells where the header has 5: put a cell that contains a comma into",
        ),
        ('L1,"King" Street,,UTC,', "line 2: not CSV ("),
        ('L1,"King Street,,UTC,', "line 2: not CSV ("),
        (
            "L1,,,UTC,\nL2,,,UTC,\nL1,,,UTC,",
            "line 4, location_code: 'L1' is also in line 2: keep one of them",
        ),
    ],
)
def test_a_bad_line(line: str, expected: str) -> None:
    assert expected in refused(HEADER + line + "\n")[0]


def test_another_encoding() -> None:
    assert refused((HEADER + "L1,,Toronto,UTC,\nL2,,Montréal,UTC,\n").encode("latin-1")) == [
        "places.csv, line 3: the byte 0xe9 is not UTF-8: save the file as CSV in UTF-8."
    ]


def test_all_mistakes_are_reported_together_and_not_too_many() -> None:
    problems = refused(HEADER + "L1,,,,noon\n" + ",,,UTC,\n" * MOST_PROBLEMS)
    assert problems[0].startswith("places.csv, line 2, time_zone: ''")
    assert problems[1].startswith("places.csv, line 2, close_out: 'noon'")
    assert (len(problems), problems[-1]) == (MOST_PROBLEMS + 1, "And 2 more.")


@pytest.mark.parametrize(
    ("text", "time"),
    [("4:00", "04:00"), ("23:59:00", "23:59"), ("00:00:01", "00:00:01"), ("24:00", None), ("04:00Z", None), ("", None)],
)  # fmt: skip
def test_times_of_day(text: str, time: str | None) -> None:
    assert time_of_day(text) == time
