"""Whatever the file, every row is either an item or a bad row with its number, and the totals agree."""

import csv
import io
import tempfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from local.replay.history import Event, Line, encode, lines
from local.replay.mapping import Choices, resolve
from local.replay.reading import BadRow, fingerprint, read_history

HEADER = ["order_id", "item_name", "quantity", "item_price", "note"]
ACCEPTED = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
good_row = st.tuples(
    st.integers(1, 5).map(str),
    st.sampled_from(["Bowl", "NONE", 'the "Big" one', "a,b", "two\nlines"]),
    st.integers(1, 9).map(str),
    st.integers(0, 10**6).map(lambda cents: f"${Decimal(cents) / 100:,.2f} "),
    text,
)
any_row = st.lists(
    st.one_of(text, st.sampled_from(["1", "-1", "$2.39 ", "NaN", "1e9", "\0"])), min_size=1, max_size=7
)


def made_of(content: bytes) -> list[Line | BadRow]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.csv"
        path.write_bytes(content)
        with path.open("rb") as file:
            header, _, rows = read_history(file, ".csv", None, "utf-8")
            return list(lines(rows, resolve(header, Choices()), fingerprint(path), ACCEPTED))


def csv_of(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *rows])
    return out.getvalue().encode()


def events_of(results: list[Line | BadRow]) -> list[Event]:
    return [event for line in results if isinstance(line, Line) for event in line.events]


@given(st.lists(good_row.map(list), max_size=30))
def test_totals_equal_those_of_the_file(rows: list[list[str]]) -> None:
    results = made_of(csv_of(rows))
    assert all(isinstance(line, Line) for line in results)
    items = [event.payload for event in events_of(results) if event.event_type == "order_item_added"]
    assert len(items) == len(rows)
    assert sum(item["qty"] for item in items) == sum(int(row[2]) for row in rows)
    total = sum(Decimal(row[3].strip(" $").replace(",", "")) for row in rows)
    assert sum(item["extended_price"] for item in items) == total
    assert all(
        item["unit_price"] * item["qty"] == item["extended_price"] for item in items if "unit_price" in item
    )
    others = [event.event_type for event in events_of(results) if event.event_type != "order_item_added"]
    assert others == ["order_created", "order_status_changed"] * len({row[0] for row in rows})


@given(st.lists(st.tuples(st.booleans(), good_row.map(list), any_row), max_size=30))
def test_every_row_is_an_item_or_a_bad_row(choices: list[tuple[bool, list[str], list[str]]]) -> None:
    rows = [good if use_good else other for use_good, good, other in choices]
    results = made_of(csv_of(rows))
    numbers = [line.line for line in results]
    assert numbers == sorted(set(numbers))
    assert len(results) >= len(rows)
    assert sum(isinstance(line, Line) for line in results) >= sum(use_good for use_good, _, _ in choices)


@given(
    st.lists(st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b"").replace(b"\0", b"")), max_size=20)
)
def test_no_bytes_stop_the_lines_around_them(noise: list[bytes]) -> None:
    """Each good line stands between lines of noise without quotes: it must come through."""
    quiet = [raw.replace(b'"', b"") for raw in noise]
    good = b"7,Bowl,2,$4.00 ,x"
    content = b"\n".join([",".join(HEADER).encode(), *(part for raw in quiet for part in (raw, good))])
    results = made_of(content)
    numbers = {line.line for line in results if isinstance(line, Line)}
    assert numbers >= set(range(3, 3 + 2 * len(noise), 2))
    assert len(results) == len(noise) + sum(bool(raw.decode(errors="replace").strip()) for raw in quiet)


@given(st.lists(good_row.map(list), min_size=1, max_size=20))
def test_the_same_file_makes_the_same_events_and_no_two_alike(rows: list[list[str]]) -> None:
    content = csv_of(rows + rows)
    once, again = events_of(made_of(content)), events_of(made_of(content))
    assert [encode(event) for event in once] == [encode(event) for event in again]
    assert len({event.event_id for event in once}) == len(once)
    assert {event.event_id for event in once}.isdisjoint(
        event.event_id for event in events_of(made_of(content + b"\n"))
    )
