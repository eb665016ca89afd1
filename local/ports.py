"""Ports that nobody listens on."""

import socket
from contextlib import ExitStack


def free_port() -> int:
    """Free at the moment of asking."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """So many, each another: they are held until all are found."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
