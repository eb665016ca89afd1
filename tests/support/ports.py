"""Ports for the servers of tests."""

import random
import socket
from contextlib import suppress


def free_port() -> int:
    """A port that nobody has, and that the system gives to no outgoing connection before a slow server takes it."""
    while True:
        port = random.randint(15_000, 30_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
