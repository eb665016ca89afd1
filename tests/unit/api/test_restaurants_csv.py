"""The simulator's restaurants as a file that the warehouse can load."""

from zoneinfo import ZoneInfo

import pytest

from api.settings import SettingsError
from api.simulator.catalogue import RESTAURANTS
from api.simulator.restaurants_csv import as_csv, main
from sql.tool.location_file import read


@pytest.mark.parametrize("rate", ["", "5", "0.1", "max"])
def test_every_restaurant_is_listed_as_the_warehouse_reads_it(rate: str) -> None:
    listed = [tuple(entry.values.values()) for entry in read("f", as_csv(rate).encode())]
    assert listed == [(r.code, r.name, r.city, r.time_zone, "04:00") for r in RESTAURANTS]
    assert {str(ZoneInfo(place.time_zone)) for place in RESTAURANTS} == {
        "America/Toronto",
        "America/Halifax",
        "America/Moncton",
    }


@pytest.mark.parametrize("rate", ["0", "0.0"])
def test_without_a_simulator_there_are_none(rate: str) -> None:
    assert read("f", as_csv(rate).encode()) == []


def test_a_rate_that_is_none_is_reported(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SettingsError, match="EVENT_RATE: "):
        as_csv("fast")
    monkeypatch.setenv("EVENT_RATE", "fast")
    assert main() == 2
    assert capfd.readouterr().err.startswith("EVENT_RATE: ")


def test_they_are_printed_in_utf_8(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.delenv("EVENT_RATE", raising=False)
    assert main() == 0
    assert capfdbinary.readouterr().out == as_csv("").encode()
