"""Preflight: it reports what would go wrong before anything starts."""

import os
import socket
from pathlib import Path

import pytest

from local.errors import StackError
from local.processes import preflight


def test_a_busy_port_names_its_holder_and_the_variable(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        message = rf"Port {port} is in use by .*\(process {os.getpid()}\).*set EVENT_PORT in "
        with pytest.raises(StackError, match=message):
            preflight.check_port(port, "EVENT_PORT", tmp_path / ".env")
    preflight.check_port(port, "EVENT_PORT", tmp_path / ".env")


def test_a_port_taken_on_every_address_is_busy_too(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("", 0))
        listener.listen()
        with pytest.raises(StackError, match="is in use"):
            preflight.check_port(listener.getsockname()[1], "EVENT_PORT", tmp_path / ".env")


def test_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"GiB are free where .* set DATA_DIR"):
        preflight.check_disk(tmp_path / "not" / "yet", needed=1 << 60)
    preflight.check_disk(tmp_path / "not" / "yet", needed=1)


def test_a_data_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StackError, match=r"cannot be written to .*DATA_DIR"):
        preflight.check_writable(tmp_path / "file" / "var")
