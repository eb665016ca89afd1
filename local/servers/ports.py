"""Ports for servers that a program starts for itself."""

import os
import random
import socket
from contextlib import suppress
from functools import cache
from itertools import cycle

# Below the range from which the system takes the ports of outgoing connections (32768 and up, unless it is changed):
# such a connection could take the port before a slow server does.
_FIRST, _LAST, _BLOCK = 15_000, 30_000, 100


def free_port() -> int:
    """A port that nobody listens on, and that no other process of ours is given while this one lives."""
    return _block(os.getpid()).next_port()


def free_ports(count: int) -> list[int]:
    """So many different ones."""
    return [free_port() for _ in range(count)]


class _Block:
    """Ports that one process gives out in turn. Its number is the name of a socket, which ends with the process."""

    def __init__(self) -> None:
        blocks = list(range(_FIRST, _LAST, _BLOCK))
        # Not from the module's own state: Hypothesis seeds that alike in every process.
        random.SystemRandom().shuffle(blocks)
        for first in blocks:
            lock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            try:
                lock.bind(f"\0sse-warehouse-ports-{first}")
            except OSError:
                lock.close()
                continue
            self._lock = lock
            self._ports = cycle(range(first, first + _BLOCK))
            return
        raise OSError(f"{len(blocks)} processes hold all ports from {_FIRST} to {_LAST}: end some of them.")

    def next_port(self) -> int:
        for _ in range(_BLOCK):
            port = next(self._ports)
            with socket.socket() as probe, suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
        raise OSError(f"All {_BLOCK} ports of this process are in use: stop some of its servers.")


@cache
def _block(_pid: int) -> _Block:
    """One per process: a fork takes a block of its own."""
    return _Block()
