"""The simulator's restaurants as a file that the warehouse can load."""

from zoneinfo import ZoneInfo

import pytest

from api.settings import SettingsError
from api.simulator.catalogue import restaurants
from api.simulator.restaurants_csv import as_csv, main
from sql.tool.location_file import read


@pytest.mark.parametrize("rate", ["", "5", "0.1", "max"])
def test_every_restaurant_is_listed_as_the_warehouse_reads_it(rate: str) -> None:
    listed = [tuple(entry.values.values()) for entry in read("f", as_csv({"EVENT_RATE": rate}).encode())]
    places = restaurants(with_yen=False)
    assert listed == [(r.code, r.name, r.city, r.time_zone, "04:00", "CAD") for r in places]
    assert len({str(ZoneInfo(time_zone or "")) for _, _, _, time_zone, *_ in listed}) == 7


@pytest.mark.parametrize(("switch", "places"), [("", 0), ("false", 0), ("true", 1)])
def test_the_restaurant_in_tokyo_is_off_by_default(switch: str, places: int) -> None:
    listed = read("f", as_csv({"EVENT_YEN_RESTAURANT": switch}).encode())
    assert [entry.values["time_zone"] for entry in listed].count("Asia/Tokyo") == places


@pytest.mark.parametrize("rate", ["0", "0.0"])
def test_without_a_simulator_there_are_none(rate: str) -> None:
    assert read("f", as_csv({"EVENT_RATE": rate}).encode()) == []


@pytest.mark.parametrize(("name", "value"), [("EVENT_RATE", "fast"), ("EVENT_YEN_RESTAURANT", "1")])
def test_a_wrong_setting_is_reported(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    with pytest.raises(SettingsError, match=f"{name}: "):
        as_csv({name: value})
    monkeypatch.setenv(name, value)
    assert main() == 2
    assert capfd.readouterr().err.startswith(f"{name}: ")


def test_they_are_printed_in_utf_8(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    for name in ("EVENT_RATE", "EVENT_YEN_RESTAURANT"):
        monkeypatch.delenv(name, raising=False)
    assert main() == 0
    assert capfdbinary.readouterr().out == as_csv({}).encode()
