"""uvicorn's HTTP connection with limits: the number of connections, and times for a request's head and blocked writes.

uvicorn itself waits without limit for the end of a head and for a peer to read, and does not count by address.
"""

import asyncio
import http
import logging
from collections import Counter
from functools import cached_property
from ipaddress import ip_network
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.http.metrics import Metrics
from api.http.problems import Problem, respond
from api.settings import Settings

logger = logging.getLogger(__name__)

MOST_REFUSING = 64  # refusals that are answered at a time; further connections close without an answer
_HEAD_BYTES = 64 * 1024
_AGAIN = {"Retry-After": "5", "Connection": "close"}


class Gate:
    """Counts the open connections, in total and by address, and the refused ones."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self.settings, self.metrics = settings, metrics
        self._open = 0
        self._by_address: Counter[str] = Counter()
        self._refusing = 0

    def enter(self, address: str) -> Problem | None:
        """Let one in, or return why not. In both cases, call `leave` at its end."""
        settings, problem = self.settings, None
        if self._open >= settings.max_connections:
            detail = (
                f"{settings.max_connections} connections are open: try again, or raise EVENT_MAX_CONNECTIONS"
            )
            problem = Problem(503, "too-many-connections", detail, _AGAIN)
        elif self._by_address[address] >= settings.max_connections_per_address:
            detail = (
                f"{settings.max_connections_per_address} connections are open from {address}: close some, "
                "or raise EVENT_MAX_CONNECTIONS_PER_ADDRESS"
            )
            problem = Problem(429, "too-many-connections-from-address", detail, _AGAIN)
        if problem is None:
            self._open += 1
            self._by_address[address] += 1
        else:
            self._refusing += 1
            self.metrics.connections_refused.labels(problem.kind).inc()
        return problem

    def leave(self, address: str, *, refused: bool) -> None:
        """A connection is closed."""
        if refused:
            self._refusing -= 1
            return
        self._open -= 1
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]

    @property
    def crowded(self) -> bool:
        """Whether further refusals get no answer, because too many are in progress."""
        return self._refusing > MOST_REFUSING


class Connection(HttpToolsProtocol):
    """One connection. A slow head gets a 408, a long one a 431, and a peer that does not read is cut."""

    def __init__(self, gate: Gate, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self._gate = gate
        self._refused = False
        self._head: int | None = None  # bytes of the head that has begun
        self._head_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None

    @cached_property
    def _address(self) -> str:
        """The address that it counts for: an IPv4 address, or the /64 network of an IPv6 address."""
        host = self.client[0] if self.client else ""
        return str(ip_network((host.partition("%")[0], 64), strict=False)) if ":" in host else host

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A peer has connected."""
        super().connection_made(transport)
        problem = self._gate.enter(self._address)
        if problem is not None:
            self._refused = True
            self.app = respond(problem)  # the answer to every request
            if self._gate.crowded:
                transport.abort()
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed, by either side."""
        self._stop(self._head_timer)
        self._stop(self._write_timer)
        self._unset_keepalive_if_required()
        self._gate.leave(self._address, refused=self._refused)
        if isinstance(exc, TimeoutError):  # TCP_USER_TIMEOUT: the peer acknowledged nothing
            self._note_cut()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of a request."""
        super().data_received(data)
        if self._head is not None and not self.transport.is_closing():
            self._head += len(data)
            if self._head > _HEAD_BYTES:
                self._refuse(431, "head-too-large", f"a request's head may have {_HEAD_BYTES} bytes")

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is complete. The app has its own timeout for the body."""
        self._head = None
        self._stop(self._head_timer)
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """The answer is complete; the next request can follow."""
        super().on_response_complete()
        if self.cycle.response_complete and not self.transport.is_closing():
            self._await_head()

    def pause_writing(self) -> None:
        """The peer does not read."""
        super().pause_writing()
        self._stop(self._write_timer)
        self._write_timer = self.loop.call_later(self._gate.settings.send_timeout_seconds, self._cut)

    def resume_writing(self) -> None:
        """The peer has read."""
        self._stop(self._write_timer)
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """The request is no HTTP."""
        self._refuse(400, "bad-request", f"{msg} Send HTTP/1.1.")

    def _await_head(self) -> None:
        self._stop(self._head_timer)
        self._head_timer = self.loop.call_later(
            self._gate.settings.header_timeout_seconds, self._end_waiting_for_head
        )

    def _end_waiting_for_head(self) -> None:
        seconds = self._gate.settings.header_timeout_seconds
        if self._head is None:  # without a request, a peer reads an answer as that to its next request
            self.transport.close()
        else:
            self._refuse(408, "head-too-slow", f"the request's head was not complete within {seconds:g} s")

    def _refuse(self, status: int, kind: str, detail: str) -> None:
        """Answer without the app, unless the app is in the middle of an answer; then close."""
        self._gate.metrics.connections_refused.labels(kind).inc()
        if self.cycle is None or self.cycle.response_complete:
            answer = respond(Problem(status, kind, detail, {"Connection": "close"}))
            lines = [f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}".encode()]
            lines += [b"%s: %s" % header for header in answer.raw_headers]
            self.transport.write(b"\r\n".join([*lines, b"", bytes(answer.body)]))
        self.transport.close()

    def _cut(self) -> None:
        self._note_cut()
        self.transport.abort()  # close() waits until the peer has read the buffer

    def _note_cut(self) -> None:
        self._gate.metrics.cut.inc()
        seconds = self._gate.settings.send_timeout_seconds
        logger.warning("cut a reader that did not read for %g s: %s", seconds, self.client)

    @staticmethod
    def _stop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()
