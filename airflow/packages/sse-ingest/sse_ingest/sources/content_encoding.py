"""The Content-Encoding of an answer: its bytes decoded as they arrive.

Identity is what every request asks for. Some servers and proxies compress all the same, and some end a gzip member
after each event (RFC 1952 allows any number of members). The decoders of httpx stop at the end of the first one.
"""

import zlib
from collections.abc import Iterator

import httpx

from sse_ingest.errors import ConfigurationError
from sse_ingest.sources.http_errors import shown

_AT_ONCE = 64 * 1024  # decoded bytes in one piece, however well the source compresses
_GZIP = zlib.MAX_WBITS | 16
_RAW = -zlib.MAX_WBITS


def decoded(response: httpx.Response) -> Iterator[bytes]:
    """The content of an answer that is being streamed, in pieces of 64 KiB at most where it is compressed.

    Raises ConfigurationError for an encoding that we cannot read, and httpx.DecodingError for damaged content.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower() or "identity"
    if encoding == "identity":
        yield from response.iter_raw()
        return
    if encoding not in _DECODERS:
        raise ConfigurationError(
            f"{shown(response.request.url)} answers in the content encoding {encoding!r}, which we cannot read. Have "
            "the source, or the proxy before it, send identity (what we ask for), gzip or deflate."
        )
    decoder = _DECODERS[encoding]()
    for chunk in response.iter_raw():
        try:
            yield from decoder.decode(chunk)
        except zlib.error as error:
            raise httpx.DecodingError(
                f"damaged {encoding} content: {error}", request=response.request
            ) from error


class GzipDecoder:
    """Any number of gzip members, cut into chunks anywhere."""

    def __init__(self) -> None:
        self._inflater = Inflater(_GZIP)

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        """What the chunk completes."""
        return self._inflater.inflate(chunk)


class DeflateDecoder:
    """Deflate in the format of zlib, as the standard says, or without its header, as some servers send it."""

    def __init__(self) -> None:
        self._head = b""
        self._inflater: Inflater | None = None

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        """What the chunk completes."""
        if self._inflater is None:
            self._head += chunk
            if len(self._head) < 2:
                return iter(())
            self._inflater, chunk = Inflater(zlib.MAX_WBITS if _is_zlib(self._head) else _RAW), self._head
        return self._inflater.inflate(chunk)


class Inflater:
    """Inflates members that follow each other."""

    def __init__(self, window_bits: int) -> None:
        self._window_bits = window_bits
        self._member = zlib.decompressobj(window_bits)

    def inflate(self, data: bytes) -> Iterator[bytes]:
        """What these bytes complete, in pieces. Raises zlib.error."""
        is_full = False
        while data or is_full:
            if self._member.eof:
                self._member = zlib.decompressobj(self._window_bits)
            piece = self._member.decompress(data, _AT_ONCE)
            if piece:
                yield piece
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            # A full piece may not be all that these bytes hold, even when none of them is left.
            is_full = len(piece) == _AT_ONCE and not self._member.eof


def _is_zlib(head: bytes) -> bool:
    """Whether the first two bytes are a header of zlib (RFC 1950, section 2.2)."""
    return head[0] & 15 == 8 and int.from_bytes(head[:2], "big") % 31 == 0


_DECODERS: dict[str, type[GzipDecoder | DeflateDecoder]] = {
    "gzip": GzipDecoder,
    "x-gzip": GzipDecoder,
    "deflate": DeflateDecoder,
}
