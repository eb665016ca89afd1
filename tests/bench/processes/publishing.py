"""Publishing at little cost: requests that were prepared before, over a plain socket."""

import socket
import time
from collections.abc import Sequence
from typing import Self

from api.log.interface import Draft
from api.log.sse_frames import quote
from local.settings import LOOPBACK
from tests.bench.processes.process import TOKEN

_REQUEST_SECONDS = 60.0


def requests(drafts: Sequence[Draft], size: int) -> list[bytes]:
    """Complete HTTP requests of `size` events each, as NDJSON; the last can have fewer."""
    return [_request(drafts[start : start + size]) for start in range(0, len(drafts), size)]


def _request(drafts: Sequence[Draft]) -> bytes:
    body = b"\n".join(map(_event, drafts))
    head = (
        "POST /events HTTP/1.1\r\nHost: bench\r\n"
        f"Authorization: Bearer {TOKEN}\r\nContent-Type: application/x-ndjson\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _event(draft: Draft) -> bytes:
    before = (
        f'{{"event_id":"{draft.event_id}","event_type":{quote(draft.event_type)},"ts":"{draft.ts}",'
        f'"partition_key":{quote(draft.partition_key)},"payload":'
    )
    return before.encode() + draft.payload + b"}"


def publish(port: int, prepared: Sequence[bytes], pause: float = 0.0) -> float:
    """Post them over one connection, at most one every `pause` seconds; return the seconds it took."""
    began = time.monotonic()
    with Publisher(port) as publisher:
        for number, request in enumerate(prepared):
            time.sleep(max(began + number * pause - time.monotonic(), 0))
            publisher.post(request)
    return time.monotonic() - began


class Publisher:
    """One connection, kept open; a context."""

    def __init__(self, port: int) -> None:
        self._peer = socket.create_connection((LOOPBACK, port), timeout=_REQUEST_SECONDS)
        self._peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._peer.close()

    def post(self, request: bytes) -> None:
        """Send it and wait for the answer; RuntimeError unless all events were accepted."""
        self._peer.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._receive()
        head, _, body = answer.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += self._receive()
        if b" 202 " not in head.split(b"\r\n")[0] or b'"duplicates":0' not in body:
            raise RuntimeError(f"the event service refused a batch: {body[:500]!r}")

    def _receive(self) -> bytes:
        piece = self._peer.recv(65_536)
        if not piece:
            raise RuntimeError("the event service closed the connection of a publisher")
        return piece
