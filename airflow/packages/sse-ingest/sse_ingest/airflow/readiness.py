"""Decides whether an event service is ready, for the sensor and its trigger."""

import logging
from dataclasses import dataclass

import httpx

from sse_ingest.airflow.connections import StreamAddress
from sse_ingest.errors import TerminalError
from sse_ingest.sources.http import request_headers

log = logging.getLogger("sse_ingest.readiness")

_REMEDIES = {
    401: "it needs a token: put EVENT_STREAM_TOKEN into the connection's password",
    403: "it refuses the token: compare the connection's password with EVENT_STREAM_TOKEN",
    404: "nothing is served at that path: check the connection's host and port, and the sensor's endpoint",
}


class NeverReady(TerminalError):
    """The answer of the service does not change by waiting. The message says what to change."""


@dataclass(frozen=True)
class ReadinessRequest:
    """A request to the service, and the meaning of its answers."""

    conn_id: str
    url: str
    headers: dict[str, str]

    @classmethod
    def to(cls, conn_id: str, address: StreamAddress, endpoint: str) -> "ReadinessRequest":
        """The request to `endpoint` of this address."""
        url = address.url + "/" + endpoint.lstrip("/")
        return cls(conn_id, url, request_headers(address.token))

    def is_ready(self, status: int) -> bool:
        """True for 200, False for a status that may change by itself. Raises NeverReady for any other status."""
        if status == httpx.codes.OK:
            return True
        if status >= 500 or status == httpx.codes.TOO_MANY_REQUESTS:
            log.info("%s is not ready yet: it answers %s", self.url, status)
            return False
        remedy = _REMEDIES.get(status, "that is no event service: check the connection's host and port")
        raise NeverReady(f"{self.url} answers {status}: {remedy} (connection '{self.conn_id}')")

    def no_answer(self, error: httpx.TransportError) -> bool:
        """False: a service that does not answer may still start."""
        log.info("%s does not answer yet: %s", self.url, error)
        return False
