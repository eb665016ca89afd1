"""Each new checkpoint is reported once; a rate is measured between two commits."""

from collections.abc import Iterator

import pytest

from tests.bench.measuring.checkpoint import Commit, Watch, measure_drain, steady_rate


class Scripted(Watch):
    """Sees these offsets, one a look; the last of them for ever."""

    def __init__(self, *offsets: int) -> None:
        self._left = list(offsets)

    def offset(self) -> int:
        return self._left.pop(0) if len(self._left) > 1 else self._left[0]


def follow(watch: Watch, upto: int) -> Iterator[int]:
    return (one.offset for one in watch.follow(upto, lambda: None, pause=0))


def test_each_new_offset_is_reported_once() -> None:
    assert list(follow(Scripted(0, 0, 5, 5, 9, 10, 12), 10)) == [5, 9, 10]


def test_what_was_committed_before_is_not_reported() -> None:
    assert list(follow(Scripted(5, 5, 9), 9)) == [9]
    assert list(follow(Scripted(9), 9)) == []


def test_offsets_come_with_their_times() -> None:
    times = [one.at for one in Scripted(0, 1, 2, 3).follow(3, lambda: None, pause=0.002)]
    assert times[0] + 0.002 <= times[1] <= times[2] - 0.002


def test_what_has_ended_is_waited_for_no_longer() -> None:
    def check() -> None:
        raise RuntimeError("ingest ended")

    with pytest.raises(RuntimeError, match="ingest ended"):
        list(Scripted(0).follow(1, check, pause=0.01))


def test_waiting_ends() -> None:
    with pytest.raises(RuntimeError, match="3 of 10 events were committed"):
        list(Scripted(0, 3).follow(10, lambda: None, pause=0.01, seconds=0.05))


def test_the_rate_is_between_the_first_commit_and_the_last() -> None:
    assert steady_rate([Commit(10.0, 100), Commit(10.5, 300), Commit(12.0, 1_100)]) == pytest.approx(500)


@pytest.mark.parametrize("commits", [[], [Commit(10.0, 100)]])
def test_one_commit_has_no_rate(commits: list[Commit]) -> None:
    with pytest.raises(RuntimeError, match="fewer than two commits"):
        steady_rate(commits)


def test_a_backlog_is_measured_from_its_first_commit_on() -> None:
    calls: list[int] = []

    def families() -> dict[str, int]:
        calls.append(1)
        return {}

    drain = measure_drain(Scripted(0, 100, 200, 300), 300, families)
    assert calls == [1]
    assert 0 < drain.rate < 100 / 0.009  # as often as it is looked
    assert drain.cpu == {}
