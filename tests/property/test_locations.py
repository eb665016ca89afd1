"""Restaurants make the round trip: what is entered is shown as a file, and that file changes nothing."""

import csv
import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sql.tool import location_file, locations
from sql.tool.locations import Loaded
from tests.support.examples import examples

pytestmark = pytest.mark.integration

text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
cells = st.one_of(st.none(), text, st.sampled_from((",", '"', "a\r\nb", "a\rb", "\\.", "'; --", "NULL")))
codes = st.one_of(text, st.sampled_from((",", '"', "a\rb", "\\."))).filter(
    lambda code: code == code.strip() != ""
)
zones = st.sampled_from(("UTC", "America/Toronto", "asia/kolkata", "Etc/GMT+5"))
times = st.times().map(lambda time: time.strftime("%H:%M:%S"))
currencies = st.sampled_from((None, "CAD", "JPY", "KWD"))
rows = st.lists(
    st.tuples(codes, cells, cells, zones, times, currencies), max_size=6, unique_by=lambda row: str(row[0])
)  # fmt: skip


def csv_of(restaurants: list[tuple[Any, ...]]) -> bytes:
    """As another program would."""
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([location_file.COLUMNS, *restaurants])
    return file.getvalue().encode()


@given(restaurants=rows, more=rows)
@settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_shown_can_be_loaded_again(warehouse: Any, restaurants: list[Any], more: list[Any]) -> None:
    url = warehouse.url("restaurant_user")
    with warehouse.connect("restaurant_user", autocommit=True) as owner:
        owner.execute("DELETE FROM analytics.locations")
        assert locations.load(url, location_file.read("f", csv_of(restaurants)), "f") == Loaded(
            len(restaurants), 0, 0
        )
        query = (
            "SELECT location_code, name, city, time_zone, close_out::text, currency FROM analytics.locations"
        )
        plain = {(code, *(None if cell is None else cell.strip() or None for cell in names), zone, time, currency)
                 for code, *names, zone, time, currency in restaurants}  # fmt: skip
        assert set(owner.execute(query).fetchall()) == plain

        shown = locations.as_csv(url)
        entries = location_file.read("f", shown.encode())
        assert locations.load(url, entries, "f") == Loaded(0, 0, len(restaurants))

        locations.load(url, location_file.read("f", csv_of(more)), "f")
        locations.load(url, entries, "f")
        first_codes = {row[0] for row in restaurants}
        assert {row for row in owner.execute(query).fetchall() if row[0] in first_codes} == plain
