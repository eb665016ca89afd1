"""A way to cut a blocking HTTP request from another thread."""

import contextlib
import socket
import threading
from typing import Any


class Cancellation:
    """Knows the sockets of a request, through httpx's `trace` extension, and can shut them down.

    A thread that is blocked in recv, or in a TLS handshake, wakes at once. It holds duplicates of the sockets,
    because a TLS handshake detaches the original. `release()` closes the duplicates; otherwise the peer would
    never see the connection end.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: list[socket.socket] = []
        self._is_cut = False

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Pass this to a request as `extensions={"trace": cancellation.trace}`."""
        if event != "connection.connect_tcp.complete":
            return
        connected: socket.socket = info["return_value"].get_extra_info("socket")
        with self._lock:
            self._held.append(connected.dup())
            if self._is_cut:
                self._shut_down()

    def cut(self) -> None:
        """Shut down the request in progress and every later connection."""
        with self._lock:
            self._is_cut = True
            self._shut_down()

    def release(self) -> None:
        """The request is over: forget its sockets."""
        with self._lock:
            while self._held:
                self._held.pop().close()

    def _shut_down(self) -> None:
        for held in self._held:
            with contextlib.suppress(OSError):  # the peer has closed it already
                held.shutdown(socket.SHUT_RDWR)
