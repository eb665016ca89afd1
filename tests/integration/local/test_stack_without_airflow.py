"""`./stack up --without-airflow`, as its users run it."""

import os
import secrets
import signal
import socket
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.display import counters

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]
UP = ("up", "--without-airflow")
Place = Any  # the fixture's class; conftest files cannot be imported from


def flowing(place: Place) -> bool:
    now = counters.read(place.settings)
    return bool(now.committed and now.accepted and now.accepted >= 20)


def assert_closed_to_others(place: Place) -> None:
    data_dir = place.settings.data_dir
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (data_dir / "run", data_dir / "logs")}
    assert modes == {"run": 0o700, "logs": 0o700}
    # As root, PostgreSQL is another user, who must get through to its data.
    assert stat.S_IMODE(data_dir.stat().st_mode) == (0o711 if os.geteuid() == 0 else 0o700)


def test_there_and_back_and_there_again(place: Place) -> None:
    up = place.stack(*UP, "--detach")
    assert up.returncode == 0, up.stdout + up.stderr
    assert set(place.running()) >= {"api", "ingest"}
    assert_closed_to_others(place)
    place.wait(lambda: flowing(place))
    settings = place.settings

    assert settings.password("analytics_reader") not in up.stdout
    assert settings.password("analytics_reader") in place.stack("status", "--show-passwords").stdout
    assert place.stack("status").returncode == 0

    assert_psql_has_the_rights_of_its_role(place)

    shown = place.stack("locations")
    assert "LOC-NB-001,Fundy Bay Bistro,Moncton,America/Moncton,04:00,CAD" in shown.stdout.splitlines()
    mine = place.env_file.with_name("mine.csv")
    mine.write_text("location_code,name,time_zone\nLOC-NB-001,Mine,Asia/Kolkata\n")
    assert place.stack("locations", str(mine)).stdout == "Restaurants: 0 entered, 1 changed, 0 unchanged.\n"

    assert "listening on" in place.stack("logs", "api").stdout
    assert "running already, in the background" in place.stack("up").stderr

    assert place.stack("down").returncode == 0
    place.assert_nothing_is_left()
    assert "PostgreSQL is not running" in place.stack("locations").stderr
    assert "Nothing was running" in place.stack("down").stdout
    assert place.stack("status").returncode == 1

    for folder in (settings.data_dir, settings.run_dir, settings.log_dir):
        folder.chmod(0o755)  # as earlier versions made them
    assert place.stack(*UP, "--detach").returncode == 0
    assert_closed_to_others(place)
    assert (counters.read(settings).committed or 0) >= 20
    entered = place.stack("locations").stdout.splitlines()
    mine = "LOC-NB-001,Mine,Moncton,Asia/Kolkata,04:00,CAD"
    assert mine in entered, "up must not overwrite what people enter"
    assert len(entered) == len(shown.stdout.splitlines())
    assert {line for line in shown.stdout.splitlines() if not line.startswith("LOC-NB-001")} < set(entered)


def assert_psql_has_the_rights_of_its_role(place: Place) -> None:
    """The reader sees the views and no payload, the owner everything."""
    orders = place.stack("psql", "-c", "COPY (SELECT count(*) FROM analytics.orders) TO STDOUT")
    assert int(orders.stdout) > 0
    assert place.stack("psql", "-c", "SELECT payload FROM raw_data.events_raw").returncode != 0
    owner = place.stack("psql", "--role", "restaurant_user", "-c", "SELECT count(*) FROM raw_data.events_raw")
    assert owner.returncode == 0, owner.stderr


@pytest.mark.long
def test_without_the_simulator_its_restaurants_are_not_entered(place: Place) -> None:
    place.change("EVENT_RATE", "0")
    assert place.stack(*UP, "--detach").returncode == 0
    assert place.stack("locations").stdout.splitlines()[1:] == []


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything(place: Place, number: signal.Signals) -> None:
    with place.start(*UP) as up:
        place.wait(lambda: "ingest" in place.running() and flowing(place))
        assert f"process {up.pid}" in place.stack("up").stderr
        up.send_signal(number)
        output, _ = up.communicate(timeout=300)
    assert up.returncode == 0, output
    assert "accepted" in output
    stops = [line.split()[2] for line in output.splitlines() if "stopping" in line]
    assert stops == [name for name in ("dashboard", "ingest", "api", "postgres") if name in stops]
    assert set(stops) >= {"ingest", "api", "postgres"}
    place.assert_nothing_is_left()


@pytest.mark.long
def test_a_signal_in_the_middle_of_starting(place: Place) -> None:
    with place.start(*UP) as up:
        assert up.stdout
        for line in up.stdout:
            if "PostgreSQL" in line:
                break
        up.terminate()
        assert up.wait(300) == 0
        up.stdout.read()
    place.assert_nothing_is_left()


@pytest.mark.long
def test_down_stops_what_runs_in_another_terminal(place: Place) -> None:
    with place.start(*UP) as up:
        place.wait(lambda: "ingest" in place.running())
        assert place.stack("down").returncode == 0
        assert up.wait(300) == 0
        assert up.stdout
        up.stdout.read()
    place.assert_nothing_is_left()


@pytest.mark.long
def test_what_a_killed_up_left_running_keeps_running(place: Place) -> None:
    with place.start(*UP) as up:
        place.wait(lambda: "ingest" in place.running() and flowing(place))
        before = place.running()
        up.kill()
        assert up.stdout
        up.stdout.read()
    assert place.running() == before
    again = place.stack(*UP, "--detach")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "Running already, and kept: api, ingest, dashboard." in again.stdout
    assert place.running() == before
    assert place.stack("status").returncode == 0
    place.wait(lambda: flowing(place))


@pytest.mark.long
def test_a_service_that_dies_is_started_again(place: Place) -> None:
    with place.start(*UP) as up:
        place.wait(lambda: "ingest" in place.running() and flowing(place))
        first = place.running()["ingest"]
        os.kill(first, signal.SIGKILL)
        place.wait(lambda: place.running().get("ingest", first) != first)
        committed = counters.read(place.settings).committed or 0
        place.wait(lambda: (counters.read(place.settings).committed or 0) > committed)
        up.terminate()
        output, _ = up.communicate(timeout=300)
    assert "died (exit code -9)" in output
    assert "Starting ingest again in 1 s (attempt 1 of 5)" in output
    assert "Starting ingest again" in place.stack("logs", "ingest").stdout
    place.assert_nothing_is_left()


@pytest.mark.long
def test_a_service_that_dies_while_the_rest_starts_is_started_again(place: Place) -> None:
    with place.start(*UP) as up:
        place.wait(lambda: "ingest" in place.running())
        first = place.running()["ingest"]
        os.kill(first, signal.SIGKILL)
        place.wait(lambda: place.running().get("ingest", first) != first, 40)
        place.wait(lambda: flowing(place))
        up.terminate()
        up.communicate(timeout=300)
    place.assert_nothing_is_left()


@pytest.mark.long
def test_a_detached_stack_of_which_a_part_dies_at_once_is_not_left_running(place: Place) -> None:
    # More than a key can be, so that ingestion gives up.
    place.change("INGEST_STREAM", secrets.token_urlsafe(6000))
    up: subprocess.CompletedProcess[str] = place.stack(*UP, "--detach")
    assert up.returncode == 1
    assert "died right after its start" in up.stderr
    place.assert_nothing_is_left()


@pytest.mark.long
def test_a_part_of_a_detached_stack_that_died(place: Place) -> None:
    assert place.stack(*UP, "--detach").returncode == 0
    os.kill(place.running()["ingest"], signal.SIGKILL)
    status = place.stack("status")
    assert status.returncode == 1
    assert "ended" in status.stdout
    assert "ended: ./stack logs ingest" in place.stack("doctor").stdout
    again = place.stack(*UP, "--detach")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "ingest" in place.running()


def test_a_busy_port_is_one_sentence_and_nothing_is_started(place: Place) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", place.settings.event_port))
        listener.listen()
        up = place.stack(*UP, "--detach")
    assert up.returncode == 1
    assert f"Port {place.settings.event_port} is in use by" in up.stderr
    assert "EVENT_PORT" in up.stderr
    assert up.stderr.count("\n") == 1
    place.assert_nothing_is_left()


@pytest.mark.long
def test_another_password_than_the_data_were_made_with(place: Place) -> None:
    assert place.stack(*UP, "--detach").returncode == 0
    assert place.stack("down").returncode == 0
    place.change("POSTGRES_ADMIN_PASSWORD", "another")
    up = place.stack(*UP, "--detach")
    assert up.returncode == 1
    assert "made with another POSTGRES_ADMIN_PASSWORD" in up.stderr
    place.assert_nothing_is_left()


@pytest.mark.long
def test_a_data_folder_that_is_no_database(place: Place) -> None:
    folder = Path(place.settings.data_dir) / "postgres"
    folder.mkdir(parents=True)
    (folder / "precious").touch()
    up = place.stack(*UP, "--detach")
    assert up.returncode == 1
    assert "move it away and run ./stack up again" in up.stderr
    assert (folder / "precious").exists()


@pytest.mark.long
def test_a_service_that_cannot_start_says_its_last_words(place: Place) -> None:
    place.change("EVENT_RATE", "fast")
    up: subprocess.CompletedProcess[str] = place.stack(*UP, "--detach")
    assert up.returncode == 1
    assert "ended while starting" in up.stderr
    assert "EVENT_RATE" in up.stderr
    assert "./stack logs api" in up.stderr
    place.assert_nothing_is_left()
