"""Loading restaurants from a file: as restaurant_user, whole or not at all, and only where something differs."""

import os
import subprocess
import sys
from datetime import date, datetime, time, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from restaurant_warehouse.rollups import refresh
from sql.tool import location_file, locations
from sql.tool.errors import BadLocationsError, NotMigratedError, NotTheOwnerError, ObjectsInUseError
from sql.tool.locations import Loaded

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[4]
UTC = timezone.utc  # noqa: UP017
HEADER = "location_code,name,city,time_zone,close_out,currency\n"
TWO = (
    HEADER
    + "LOC-ON-001,King Street,Toronto,America/Toronto,04:00,CAD\n"
    + "LOC-QC-001,Chez Élise,Montréal,America/Toronto,,\n"
)
TEN = {name: Decimal(value) for name, value in {"subtotal": 8, "tax": 1, "tip": 1, "total": 10}.items()}


@pytest.fixture
def url(warehouse: Any) -> str:
    address: str = warehouse.url("restaurant_user")
    return address


def load(url: str, text: str, **options: bool) -> Loaded:
    return locations.load(url, location_file.read("places.csv", text.encode()), "places.csv", **options)


def there(owner: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return owner.execute("SELECT * FROM analytics.locations ORDER BY location_code").fetchall()


def audited(owner: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    query = "SELECT actor, action, object, details FROM analytics.audit_log ORDER BY audit_id"
    return owner.execute(query).fetchall()


def versions(owner: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    """Which transaction wrote each row: another one, if it was written again."""
    return owner.execute("SELECT location_code, xmin::text FROM analytics.locations ORDER BY 1").fetchall()


def test_a_file_is_entered_and_loading_it_again_touches_nothing(url: str, owner: Any) -> None:
    owner.execute(
        "INSERT INTO analytics.locations VALUES ('LOC-AA-001', 'Mine', NULL, 'Asia/Kolkata', '01:00', 'INR')"
    )
    assert load(url, TWO) == Loaded(2, 0, 0)
    assert there(owner) == [
        ("LOC-AA-001", "Mine", None, "Asia/Kolkata", time(1), "INR"),
        ("LOC-ON-001", "King Street", "Toronto", "America/Toronto", time(4), "CAD"),
        ("LOC-QC-001", "Chez Élise", "Montréal", "America/Toronto", time(0), None),
    ]
    before = versions(owner)
    assert load(url, TWO) == Loaded(0, 0, 2)
    assert load(url, TWO.replace("04:00", "4:00:00")) == Loaded(0, 0, 2)
    assert versions(owner) == before
    assert len(audited(owner)) == 1


def test_what_differs_is_changed_and_the_trail_says_from_what(url: str, owner: Any) -> None:
    load(url, TWO)
    untouched = versions(owner)[1]
    assert load(url, TWO.replace("King Street", "Queen Street")) == Loaded(0, 1, 1)
    assert there(owner)[0] == ("LOC-ON-001", "Queen Street", "Toronto", "America/Toronto", time(4), "CAD")
    assert versions(owner)[1] == untouched

    entered, changed = audited(owner)
    assert entered[:3] == changed[:3] == ("restaurant_user", "locations_loaded", "analytics.locations")
    assert [row["location_code"] for row in entered[3]["entered"]] == ["LOC-ON-001", "LOC-QC-001"]
    assert changed[3]["from"] == "places.csv"
    assert changed[3]["before"]["LOC-ON-001"]["name"] == "King Street"
    assert changed[3]["after"]["LOC-ON-001"]["name"] == "Queen Street"


def test_a_column_that_the_file_lacks_stays_as_it_is(url: str, owner: Any) -> None:
    load(url, TWO)
    assert load(
        url, "location_code,time_zone\nLOC-ON-001,America/Halifax\nLOC-NS-001,America/Halifax"
    ) == Loaded(1, 1, 0)
    assert there(owner)[0] == ("LOC-NS-001", None, None, "America/Halifax", time(0), None)
    assert there(owner)[1] == ("LOC-ON-001", "King Street", "Toronto", "America/Halifax", time(4), "CAD")


def test_only_new_restaurants_are_entered_when_that_is_asked(url: str, owner: Any) -> None:
    owner.execute("INSERT INTO analytics.locations VALUES ('LOC-ON-001', 'Mine', NULL, 'UTC', '00:00')")
    assert load(url, TWO, only_new=True) == Loaded(1, 0, 1)
    assert there(owner)[0] == ("LOC-ON-001", "Mine", None, "UTC", time(0), None)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "America/Torontoo", "-05:00", "PST"])
def test_a_time_zone_that_is_none_stops_the_whole_file(url: str, owner: Any, zone: str) -> None:
    with pytest.raises(BadLocationsError) as caught:
        load(url, TWO + f"LOC-X,,,{zone},,\n")
    assert f"places.csv, line 4, time_zone: '{zone}' is not a time zone of PostgreSQL" in str(caught.value)
    assert (there(owner), audited(owner)) == ([], [])


@pytest.mark.parametrize("currency", ["cad", "XTS", "C$"])
def test_a_currency_that_is_none_stops_the_whole_file(url: str, owner: Any, currency: str) -> None:
    with pytest.raises(BadLocationsError) as caught:
        load(url, TWO + f"LOC-X,,,UTC,,{currency}\n")
    assert f"places.csv, line 4, currency: '{currency}' is not a currency of ISO 4217" in str(caught.value)
    assert (there(owner), audited(owner)) == ([], [])


def test_a_load_that_fails_in_its_last_row_has_written_nothing(url: str, owner: Any) -> None:
    load(url, TWO)
    owner.execute("ALTER TABLE analytics.locations ADD CONSTRAINT none CHECK (name <> 'None') NOT VALID")
    with pytest.raises(psycopg.errors.CheckViolation):
        load(
            url, TWO.replace("King Street", "Queen Street").replace("Chez Élise", "None") + "LOC-X,,,UTC,,\n"
        )
    assert [row[:2] for row in there(owner)] == [("LOC-ON-001", "King Street"), ("LOC-QC-001", "Chez Élise")]
    assert len(audited(owner)) == 1


def test_sales_are_summed_again_only_where_a_clock_was_set(
    warehouse: Any, url: str, owner: Any, books: Any
) -> None:
    stale = "SELECT DISTINCT location_code FROM analytics.rollup_invalidations WHERE rollup = 'sales'"
    days = "SELECT day, order_count FROM analytics.daily_sales ORDER BY day"
    load(url, TWO)
    books.order(datetime(2024, 3, 6, 6, 30, tzinfo=UTC), **TEN)  # 01:30 in Toronto
    refresh(warehouse.url("airflow_user"), datetime(2024, 3, 7, tzinfo=UTC))
    assert owner.execute(days).fetchall() == [(date(2024, 3, 5), 1)]

    load(url, TWO)
    load(url, TWO.replace("King Street", "Queen Street"))
    assert owner.execute(stale).fetchall() == []

    load(url, TWO.replace("04:00", "01:00"))
    assert owner.execute(stale).fetchall() == [("LOC-ON-001",)]
    assert owner.execute(days).fetchall() == [(date(2024, 3, 6), 1)]


def test_of_two_loads_at_once_one_waits(warehouse: Any, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locations, "LOCK_TIMEOUT", "100ms")
    with warehouse.connect("restaurant_user") as other:
        other.execute("INSERT INTO analytics.locations (location_code) VALUES ('LOC-ON-001')")
        with pytest.raises(ObjectsInUseError, match="pg_stat_activity"):
            load(url, TWO)
    assert load(url, TWO) == Loaded(1, 1, 0)


@pytest.mark.parametrize("role", ["airflow_user", "analytics_reader"])
def test_nobody_but_the_owner_enters_restaurants(warehouse: Any, owner: Any, role: str) -> None:
    with pytest.raises(NotTheOwnerError, match="log in as restaurant_user"):
        load(warehouse.url(role), TWO)
    assert there(owner) == []


def test_a_warehouse_without_tables_says_what_to_do(empty: str) -> None:
    for step in (lambda: load(empty, TWO), lambda: locations.as_csv(empty)):
        with pytest.raises(NotMigratedError, match="sql migrate"):
            step()


def command(url: str, *arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
    env = os.environ | {"WAREHOUSE_OWNER_URL": url, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    program = [sys.executable, "-m", "sql", "locations", *arguments]
    result = subprocess.run(program, env=env, input=stdin, capture_output=True, check=False)
    return result.returncode, result.stdout.decode(), result.stderr.decode()


def test_the_command(url: str, tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    file.write_text(TWO, encoding="utf-8")
    assert command(url) == (0, HEADER, "")
    assert command(url, str(file)) == (0, "Restaurants: 2 entered, 0 changed, 0 unchanged.\n", "")

    code, shown, _ = command(url)
    assert (code, shown) == (0, TWO.replace("America/Toronto,,\n", "America/Toronto,00:00,\n"))
    assert command(url, "-", stdin=shown.encode())[1] == "Restaurants: 0 entered, 0 changed, 2 unchanged.\n"
    mine = shown.replace("Toronto,04:00", "Toronto,05:00").encode()
    assert (
        command(url, "--only-new", "-", stdin=mine)[1] == "Restaurants: 0 entered, 0 changed, 2 unchanged.\n"
    )
    assert command(url, "-", stdin=mine)[1] == "Restaurants: 0 entered, 1 changed, 1 unchanged.\n"


def test_the_command_says_what_is_wrong_in_sentences(url: str, owner: Any, tmp_path: Path) -> None:
    code, output, error = command(url, "-", stdin=(TWO + "LOC-X,,,UTC,noon,\n").encode())
    assert (code, output) == (1, "")
    assert error == (
        "BadLocationsError: standard input, line 4, close_out: 'noon' is not a time of day:"
        " write it like 04:00, and midnight 00:00.\nNothing was written.\n"
    )
    for name, why in ((tmp_path / "none.csv", "No such file"), (tmp_path, "Is a directory")):
        code, _, error = command(url, str(name))
        assert code == 1
        assert error.startswith(f"BadLocationsError: {name} cannot be read ({why}")
    assert there(owner) == []
