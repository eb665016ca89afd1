"""`./stack restart`: one service gets a new process, the others keep theirs."""

from typing import Any

import pytest

from local.display import counters
from local.servers import services

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]
UP = ("up", "--without-airflow")
Place = Any  # the fixture's class; conftest files cannot be imported from


def all_running(place: Place) -> dict[str, int]:
    """PostgreSQL included."""
    pid = services.postgres(place.settings).pid()
    return {**place.running(), **({"postgres": pid} if pid else {})}


def restart(place: Place, name: str) -> set[str]:
    """The names of the services that have another process afterwards."""
    before = all_running(place)
    result = place.stack("restart", name)
    assert result.returncode == 0, result.stdout + result.stderr
    after = all_running(place)
    assert after.keys() == before.keys()
    return {other for other in before if after[other] != before[other]}


def committed(place: Place) -> int:
    return counters.read(place.settings).committed or 0


def test_of_a_stack_in_the_background(place: Place) -> None:
    assert place.stack("restart", "api").stderr == "stack: Nothing is running: start it with ./stack up.\n"
    assert place.stack(*UP, "--detach").returncode == 0
    for name in ("api", "ingest", "dashboard", "postgres"):
        assert restart(place, name) == {name}
    assert place.stack("status").returncode == 0
    before = committed(place)
    place.wait(lambda: committed(place) > before)
    refused = place.stack("restart", "airflow-scheduler")
    assert refused.returncode == 1
    assert "no service 'airflow-scheduler'; it has postgres, api, ingest, dashboard." in refused.stderr


@pytest.mark.long
def test_of_a_stack_in_another_terminal(place: Place) -> None:
    with place.start(*UP) as up:
        place.wait(lambda: {"api", "ingest", "dashboard"} <= place.running().keys() and committed(place) > 0)
        for name in ("api", "ingest", "postgres"):
            assert restart(place, name) == {name}
        before = committed(place)
        place.wait(lambda: committed(place) > before)
        up.terminate()
        output, _ = up.communicate()
    assert "Restarting api, as ./stack restart asked." in output
    assert "died" not in output
    place.assert_nothing_is_left()
