"""The past of a world: how long it is, its file, and its events, which are those of the world."""

import json
from collections.abc import Callable
from datetime import datetime
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.log import sse_frames
from api.simulator import past as past_file
from api.simulator.past import DAY, Past, plan
from api.simulator.past_events import frames, main
from api.simulator.recorder import Emission
from api.simulator.world import World

NOW = 1_790_000_000
NOON = NOW // DAY * DAY + DAY * 2 // 3  # in Toronto, roughly


def ids(listed: list[bytes]) -> list[str]:
    return [json.loads(sse_frames.element(frame))["event_id"] for frame in listed]


def test_a_past_has_its_days_and_at_a_high_rate_fewer() -> None:
    past = plan("world", 0.5, 35, NOW)
    assert past == Past("world", NOW - 35 * DAY, NOW, 1_512_000)
    fast = plan("world", 100, 35, NOW)
    assert fast is not None
    assert (fast.end - fast.first, fast.days, fast.events) == (50_000, 1, 5_000_000)


def parts(past: Past) -> list[tuple[int, int]]:
    return [past.part(number) for number in range(past.parts)]


def test_the_newest_day_comes_first_then_its_week_then_the_weeks_before() -> None:
    past = Past("world", 0, 10 * DAY, 1_000)
    assert parts(past) == [(9 * DAY, 10 * DAY), (3 * DAY, 9 * DAY), (0, 3 * DAY)]
    assert [past.is_urgent(number) for number in range(3)] == [True, True, False]
    assert parts(Past("world", 0, DAY, 1_000)) == [(0, DAY)]
    assert parts(Past("world", 0, DAY + 1, 1_000)) == [(1, DAY + 1), (0, 1)]


@given(rate=st.floats(1e-3, 1e5), days=st.integers(1, 366))
def test_the_parts_are_the_past_and_what_is_loaded_without_a_pace_is_little(rate: float, days: int) -> None:
    past = plan("world", rate, days, NOW)
    assert past is not None
    assert (past.part(0)[1], past.part(past.parts - 1)[0]) == (past.end, past.first)
    assert all(newer[0] == older[1] for newer, older in pairwise(parts(past)))
    assert all(first < end for first, end in parts(past))
    urgent = [past.part(number)[0] for number in range(past.parts) if past.is_urgent(number)]
    assert (past.end - min(urgent)) * rate <= max(302_401, 61 * rate)


@pytest.mark.parametrize(("rate", "days"), [(0, 35), (float("inf"), 35), (0.5, 0)])
def test_some_worlds_have_none(rate: float, days: int) -> None:
    assert plan("world", rate, days, NOW) is None


def test_the_file_says_how_far_it_is(tmp_path: Path) -> None:
    file = past_file.file_of(tmp_path / "events.db")
    assert past_file.load(file) is None
    past_file.save(file, Past("world", 0, 10 * DAY, 1_000, loaded=250))
    past = past_file.load(file)
    assert past is not None
    assert (past.percent, past.days, past.is_complete) == (25, 10, False)
    assert file.stat().st_mode & 0o777 == 0o600
    assert Past("world", 0, DAY, 1_000, loaded=1_100).percent == 99
    assert Past("world", 0, DAY, 1_000, parts_loaded=1, loaded=900).percent == 100


def test_a_broken_file_is_no_past(tmp_path: Path) -> None:
    (tmp_path / "events.db.past").write_text('{"world": "x"}')
    assert past_file.load(tmp_path / "events.db.past") is None


def test_each_part_is_in_its_order() -> None:
    world = World(1, 0.05)
    past = Past(world.name, NOW - 8 * DAY - 7_200, NOW, 0)
    listed_parts = [list(frames(world, past, number)) for number in range(past.parts)]
    for listed in listed_parts:
        events = [json.loads(sse_frames.element(frame)) for frame in listed]
        assert [event["offset"] for event in events] == list(range(1, len(events) + 1))
        times = [datetime.fromisoformat(event["ts"]) for event in events]
        assert times == sorted(times)
    assert len({frame.split(b"-")[0] for listed in listed_parts for frame in listed}) == past.parts == 3
    assert len({event for listed in listed_parts for event in ids(listed)}) == sum(
        len(listed) for listed in listed_parts
    )
    assert list(frames(world, past, 0, after=100)) == listed_parts[0][100:]


class CountedWorld(World):
    """Notes up to which second its events were made."""

    newest = 0

    def slot(self, second: int, has_orders: Callable[[int], bool] = lambda _: True) -> list[Emission]:
        self.newest = max(self.newest, second)
        return super().slot(second, has_orders)


@pytest.mark.parametrize("rate", [0.5, 20])
def test_only_the_orders_in_flight_are_in_memory(rate: float) -> None:
    world = CountedWorld(1, rate)
    past = Past(world.name, NOON - DAY, NOON, int(DAY * rate))
    for frame in islice(frames(world, past, 0), 500):
        ts = datetime.fromisoformat(json.loads(sse_frames.element(frame))["ts"]).timestamp()
        assert world.newest <= ts + 60


def test_past_and_live_trade_are_the_slots_of_the_world_without_a_gap() -> None:
    world = World(1, 0.2)
    past = Past(world.name, NOW - DAY, NOW, 0)
    has_orders = range(past.first, NOW + DAY).__contains__
    before = ids(list(frames(world, past, 0)))
    slots = [e for second in range(past.first, NOW + 3 * 3_600) for e in world.slot(second, has_orders)]
    assert len(set(before)) == len(before) > 1_000
    assert set(before) == {str(e.draft.event_id) for e in slots if e.due < NOW}
    after = [e for e in slots if e.due >= NOW]
    begun_before = {json.loads(e.draft.payload).get("order_id") for e in slots if e.due < NOW} - {None}
    assert any(json.loads(e.draft.payload).get("order_id") in begun_before for e in after)


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name, value in {
        "EVENT_ENV_FILE": "", "EVENT_PUBLISH_TOKEN": "x", "EVENT_RATE": "0.05", "EVENT_LOG_PATH": f"{tmp_path}/e.db",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    return tmp_path / "e.db.past"


def test_the_command_writes_its_frames(
    settings: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    world = World(1, 0.05)
    past = Past(world.name, NOW - DAY, NOW, 0)
    past_file.save(settings, past)
    monkeypatch.setattr("sys.argv", ["past_events", "--part", "0", "--after", "10"])
    assert main() == 0
    assert capfdbinary.readouterr().out == b"".join(frames(world, past, 0, after=10))


def test_the_command_refuses_the_past_of_another_world(
    settings: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    past_file.save(settings, Past("another", NOW - DAY, NOW, 0))
    monkeypatch.setattr("sys.argv", ["past_events", "--part", "0"])
    assert main() == 2
    assert "This world has no past" in capfd.readouterr().err
