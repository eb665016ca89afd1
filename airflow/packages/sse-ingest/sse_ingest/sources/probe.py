"""A test of a stream: whether it opens, and which event it sends first."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from sse_ingest.errors import ConfigurationError, SourceUnavailable
from sse_ingest.sources.cancellation import Cancellation
from sse_ingest.sources.content_encoding import decoded
from sse_ingest.sources.http import HttpSource, Limits
from sse_ingest.sources.http_errors import raise_for_status, shown
from sse_ingest.sources.sse_decoder import Decoder, Frame

_MAX_FRAME_BYTES = 1024 * 1024


class Probe(HttpSource):
    """Opens the stream once, without a position, and reads until the first event. Never reconnects."""

    default_path = "/stream"

    def __init__(
        self, url: str, *, path: str | None = None, token: str | None = None, seconds: float = 5.0
    ) -> None:
        limits = Limits(stall_seconds=seconds, connect_seconds=seconds, max_frame_bytes=_MAX_FRAME_BYTES)
        super().__init__(url, path=path, token=token, since=None, limits=limits)
        self.address = shown(self._url)
        self._seconds = seconds

    def first_frame(self) -> Frame | None:
        """The first event; None when the stream is open but sends none in time.

        Raises SourceUnavailable, or a TerminalError that says why the stream cannot be read.
        """
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
        try:
            with (
                self._limited() as cancellation,
                self._client(self._timeout) as client,
                client.stream(
                    "GET", self._url, headers=headers, extensions={"trace": cancellation.trace}
                ) as response,
            ):
                if response.status_code == 204:
                    raise ConfigurationError(f"{self.address} answers 204: the stream has ended for good.")
                raise_for_status(response, "text/event-stream")
                return self._read(response)
        except httpx.RequestError as error:
            reason = f"{type(error).__name__}: {error}".rstrip(": ")
            raise SourceUnavailable(f"{self.address} does not answer ({reason}).") from error

    @contextmanager
    def _limited(self) -> Iterator[Cancellation]:
        """Limits the whole request: a timeout of httpx starts again with each byte."""
        cancellation = Cancellation()
        timer = threading.Timer(3 * self._seconds, cancellation.cut)
        timer.start()
        try:
            yield cancellation
        finally:
            timer.cancel()
            cancellation.release()

    def _read(self, response: httpx.Response) -> Frame | None:
        decoder = Decoder(max_frame_bytes=self._limits.max_frame_bytes)
        until = time.monotonic() + self._seconds
        try:
            for chunk in decoded(response):
                if frames := decoder.decode(chunk):
                    return frames[0]
                if time.monotonic() >= until:
                    return None
        except httpx.ReadTimeout:
            return None
        raise SourceUnavailable(f"{self.address} ended the stream before its first event.")
