"""What can be known to go wrong before anything is started."""

import shutil
import socket
from contextlib import suppress
from pathlib import Path

import psutil

from local.errors import StackError
from local.settings import LOOPBACK

GIBIBYTE = 1 << 30


def check_disk(folder: Path, needed: int = GIBIBYTE) -> None:
    """Refuse to start on a disk that is nearly full: a database that cannot write stops in the middle."""
    free = shutil.disk_usage(_existing(folder)).free
    if free < needed:
        raise StackError(
            f"Only {free / GIBIBYTE:.2f} GiB are free where {folder} is; {needed / GIBIBYTE:.0f} GiB are needed: "
            "free some, or set DATA_DIR in .env to a folder on another disk."
        )


def check_writable(folder: Path) -> None:
    """Make the data folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StackError(
            f"{folder} cannot be written to ({error.strerror}): change its owner, or set DATA_DIR in .env."
        ) from error


def check_port(port: int, variable: str, env_file: Path) -> None:
    """Refuse a port that somebody else listens on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except PermissionError as error:
            raise StackError(
                f"Port {port} needs root: set {variable} in {env_file} to one above 1023."
            ) from error
        except OSError as error:
            raise StackError(
                f"Port {port} is in use by {holder(port)}: "
                f"stop that, or set {variable} in {env_file} to a free port."
            ) from error


def holder(port: int) -> str:
    """Who listens on the port, as far as we may see."""
    try:
        connections = psutil.net_connections("inet")
    except psutil.AccessDenied:
        return "another program"
    for connection in connections:
        address = connection.laddr
        if (
            not address
            or address.port != port
            or connection.status != psutil.CONN_LISTEN
            or not connection.pid
        ):
            continue
        with suppress(psutil.Error):
            return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return "another program"


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder
