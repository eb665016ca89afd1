"""The stream: one long response, resumed with Last-Event-ID whenever it breaks."""

import re
from functools import partial

import httpx

from sse_ingest.sources.content_encoding import decoded
from sse_ingest.sources.http import HttpSource
from sse_ingest.sources.http_errors import raise_for_status
from sse_ingest.sources.reader import Reader
from sse_ingest.sources.sse_decoder import Decoder, Frame

# The ids that a header can hold. After any other id, reading resumes from the last one that a header can hold.
_LONGEST_SENT = 2_000
_SENDABLE = re.compile(r"[^\x00-\x20\x7f](?:[^\x00-\x08\x0a-\x1f\x7f]*[^\x00-\x20\x7f])?")


class StreamSource(HttpSource):
    """GET /stream. A 204 means that the stream has ended; any other end of a response is a broken connection."""

    default_path = "/stream"

    def _attempt(self, reader: Reader) -> bool:
        headers = {b"Accept": b"text/event-stream", b"Cache-Control": b"no-store"}
        url = self._url
        if reader.position:
            headers[b"Last-Event-ID"] = reader.position.encode("utf-8", "replace")
        elif self._since is not None:
            url = url.copy_merge_params({"since": self._since})
        with (
            self._client(self._timeout) as client,
            client.stream(
                "GET", url, headers=headers, extensions={"trace": reader.cancellation.trace}
            ) as response,
        ):
            if response.status_code == 204:
                return True
            raise_for_status(response, "text/event-stream")
            reader.connected()
            self._read(response, reader)
        return False

    def _read(self, response: httpx.Response, reader: Reader) -> None:
        decoder = Decoder(reader.position, max_frame_bytes=self._limits.max_frame_bytes)
        for chunk in decoded(response):
            reader.deliver(partial(_decode, decoder, chunk, reader), len(chunk))


def _decode(decoder: Decoder, chunk: bytes, reader: Reader) -> list[Frame]:
    frames = decoder.decode(chunk)
    if decoder.retry_ms is not None:
        reader.backoff.base = decoder.retry_ms / 1000
    if decoder.last_event_id != reader.position:
        ids = (decoder.last_event_id, *(frame.last_event_id for frame in reversed(frames)))
        reader.position = next(filter(_is_sendable, ids), reader.position)
    return frames


def _is_sendable(last_event_id: str) -> bool:
    if len(last_event_id) > _LONGEST_SENT:
        return False  # servers refuse a request with large headers, and each new try would be the same
    return not last_event_id or _SENDABLE.fullmatch(last_event_id) is not None
