"""The embedded server: made, started and stopped, and what a crash leaves behind."""

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from local.errors import StackError
from local.servers.postgres import PostgresServer
from tests.support.ports import free_port

pytestmark = pytest.mark.integration


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    home = Path(tempfile.mkdtemp(prefix="postgres-"))
    home.chmod(0o711)
    new_server = PostgresServer(home / "postgres", free_port(), home / "log" / "postgres.log", "p@ss'word")
    yield new_server
    new_server.stop(immediate=True)
    shutil.rmtree(new_server.data_dir.resolve(), ignore_errors=True)
    shutil.rmtree(home)


def ask(server: PostgresServer, query: str) -> object:
    with psycopg.connect(server.admin_url) as connection:
        row = connection.execute(query).fetchone()
    assert row
    return row[0]


def test_as_the_stack_needs_it(server: PostgresServer) -> None:
    assert server.initialise()
    assert not server.initialise()
    server.start()
    assert str(ask(server, "SHOW server_version")).startswith("18.")
    assert ask(server, "SHOW data_checksums") == "on"
    assert ask(server, "SHOW listen_addresses") == "127.0.0.1"
    assert str(ask(server, "SELECT rolpassword FROM pg_authid WHERE rolname = current_user")).startswith(
        "SCRAM"
    )


def test_starting_and_stopping_twice_does_nothing(server: PostgresServer) -> None:
    server.initialise()
    assert server.start() == server.start()
    server.stop()
    server.stop()
    assert server.pid() is None


def test_what_was_committed_survives_a_crash(server: PostgresServer) -> None:
    server.initialise()
    pid = server.start()
    with psycopg.connect(server.admin_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=60)
    assert (server.data_dir / "postmaster.pid").exists()
    assert server.pid() is None
    server.start()
    assert ask(server, "SELECT answer FROM kept") == 42


def test_a_stale_pid_file_with_a_living_stranger(server: PostgresServer) -> None:
    server.initialise()
    (server.data_dir / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data_dir}\n")
    assert server.pid() is None
    assert server.start() != os.getpid()


def test_an_interrupted_initdb_leaves_nothing_to_trip_over(server: PostgresServer) -> None:
    unfinished = server.data_dir.with_name("postgres.initialising")
    unfinished.mkdir(parents=True)
    (unfinished / "half").touch()
    assert server.initialise()
    assert not unfinished.exists()
    server.start()


def test_a_folder_that_is_something_else(server: PostgresServer) -> None:
    server.data_dir.mkdir()
    (server.data_dir / "precious").touch()
    with pytest.raises(StackError, match="neither empty nor a PostgreSQL data folder"):
        server.initialise()
    assert (server.data_dir / "precious").exists()


def test_a_server_that_cannot_start_says_why(server: PostgresServer) -> None:
    server.initialise()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", server.port))
        listener.listen()
        with pytest.raises(StackError, match=r"(?s)did not start.*postgres\.log"):
            server.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands PostgreSQL to another user")
def test_below_a_folder_that_is_closed_to_others(server: PostgresServer) -> None:
    closed = server.data_dir.parent
    closed.chmod(0o700)
    server.initialise()
    elsewhere = server.data_dir.resolve()
    assert elsewhere.parent != closed
    server.start()
    server.stop()
    assert closed.stat().st_mode & 0o777 == 0o700

    server.data_dir.unlink()  # as `rm -r var` does
    assert server.initialise()

    copies = [path for path in elsewhere.parent.glob(f"{elsewhere.name}.*") if (path / "PG_VERSION").exists()]
    assert len(copies) == 1
    shutil.rmtree(copies[0])
