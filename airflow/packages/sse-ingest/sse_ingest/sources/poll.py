"""Polling: reads the same events page by page, for places where streaming is not possible."""

import json
from typing import Any

import httpx
import msgspec

from sse_ingest.errors import ConfigurationError, SourceUnavailable
from sse_ingest.sources.content_encoding import decoded
from sse_ingest.sources.http import HttpSource
from sse_ingest.sources.http_errors import raise_for_status, shown
from sse_ingest.sources.poll_page import read_page
from sse_ingest.sources.reader import Reader
from sse_ingest.sources.sse_decoder import Frame

_LARGEST_PAGE_BYTES = 64 * 1024 * 1024


class _Gone(msgspec.Struct):
    requested: str | int | None = None
    oldest: int | None = None
    missing: int | None = None
    stream_id: str | None = None


_GONE = msgspec.json.Decoder(_Gone)


class PollSource(HttpSource):
    """GET /events, a page of `limit` at a time. Ends when a page is empty, unless `follow` is set."""

    default_path = "/events"

    def __init__(
        self,
        url: str,
        *,
        limit: int = 1000,
        follow: bool = False,
        interval_seconds: float = 1.0,
        **options: Any,
    ) -> None:
        super().__init__(url, **options)
        self._limit = limit
        self._follow = follow
        self._interval_seconds = interval_seconds

    def _attempt(self, reader: Reader) -> bool:
        limit = self._limit
        with self._client(self._timeout) as client:
            while True:
                since = reader.position or self._since
                status, body = self._get(client, reader, since, limit)
                if status == 204:
                    return True
                if status == 410:
                    self._deliver_gap(reader, body)
                elif len(body) > _LARGEST_PAGE_BYTES:
                    limit = self._smaller(limit)
                elif not self._deliver_page(reader, body):
                    if not self._follow:
                        return True
                    reader.pause(self._interval_seconds)

    def _get(self, client: httpx.Client, reader: Reader, since: str | None, limit: int) -> tuple[int, bytes]:
        """Status and body of one page. A body that is too large is cut just beyond the limit."""
        url = self._url.copy_merge_params(
            {"limit": limit} if since is None else {"since": since, "limit": limit}
        )
        headers = {"Accept": "application/json"}
        trace = {"trace": reader.cancellation.trace}
        with client.stream("GET", url, headers=headers, extensions=trace) as response:
            if response.status_code not in (204, 410):
                raise_for_status(response, "application/json")
            reader.connected()
            body = bytearray()
            for chunk in decoded(response):
                body += chunk
                if len(body) > _LARGEST_PAGE_BYTES:
                    break
            return response.status_code, bytes(body)

    def _deliver_page(self, reader: Reader, body: bytes) -> int:
        """Deliver the events of a page; returns how many there were."""
        try:
            page = read_page(body)
        except (ValueError, RecursionError) as error:
            raise SourceUnavailable(
                f"{shown(self._url)} answers a page that cannot be read: {error}."
            ) from None
        frames = page.frames(reader.position, self._limits.max_frame_bytes)
        if frames:
            if page.next_since == reader.position:
                raise SourceUnavailable(
                    f"{shown(self._url)} answers events but no progress after {page.next_since!r}."
                )
            reader.deliver(lambda: frames, len(body))
        reader.position = page.next_since
        return len(frames)

    def _deliver_gap(self, reader: Reader, body: bytes) -> None:
        """The service no longer has the position: deliver the gap that the stream would have sent, and continue
        from the oldest event.
        """
        if not reader.position:
            raise SourceUnavailable(f"{shown(self._url)} answers 410 although the request had no position.")
        try:
            gone = _GONE.decode(body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            gone = _Gone()
        data = {
            "requested": reader.position,
            "oldest": gone.oldest,
            "missing": gone.missing,
            "stream_id": gone.stream_id,
        }
        frame = Frame("stream_gap", json.dumps(data).encode(), reader.position, own_id=False)
        reader.deliver(lambda: [frame], len(body))
        reader.position = ""

    def _smaller(self, limit: int) -> int:
        if limit == 1:
            raise ConfigurationError(
                f"{shown(self._url)} answers a single event of more than {_LARGEST_PAGE_BYTES} bytes: "
                "it cannot be polled. Stream it, or have its producer withdraw it."
            )
        return limit // 2
