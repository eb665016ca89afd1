"""The common part of the stream and polling: addresses, clients, and the newest offset."""

import re
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import msgspec

from sse_ingest.errors import ConfigurationError
from sse_ingest.sources.cancellation import Cancellation
from sse_ingest.sources.reader import Reader
from sse_ingest.sources.sse_decoder import MAX_FRAME_BYTES, Frame

_HEAD_SECONDS = 1.0


class _Health(msgspec.Struct):
    head_offset: int


@dataclass(frozen=True)
class Limits:
    """Time limits in seconds, and memory limits in bytes."""

    stall_seconds: float = 45.0
    """A connection that receives no byte for this long, comments included, counts as broken."""
    connect_seconds: float = 5.0
    tick_seconds: float = 0.25
    """An empty list is yielded when nothing arrived for this long."""
    max_pending_bytes: int = 8 * 1024 * 1024
    """Reading stops while this many bytes wait for the caller."""
    max_frame_bytes: int = MAX_FRAME_BYTES


_DEFAULT_LIMITS = Limits()


class HttpSource:
    """A source over HTTP. Subclasses implement one connection, in `_attempt()`.

    `since` is sent when there is no position yet; None sends nothing: a foreign stream does not know it.
    Certificates are verified unless `verify` is False.
    """

    default_path = "/"

    def __init__(
        self,
        url: str,
        *,
        path: str | None = None,
        token: str | None = None,
        since: str | None = "earliest",
        verify: ssl.SSLContext | bool = True,
        limits: Limits = _DEFAULT_LIMITS,
    ) -> None:
        base = url.rstrip("/")
        self._url = _checked(base + (self.default_path if path is None else path))
        self._health_url = _checked(base).join("/health")
        self._since = since
        self._headers = request_headers(token)
        self._ssl = httpx.create_ssl_context() if verify is True else verify
        self._timeout = httpx.Timeout(limits.stall_seconds, connect=limits.connect_seconds)
        self._limits = limits
        self._reports_head = True
        self._head_cancellation = Cancellation()
        self._reader: Reader | None = None

    def batches(self, after: str, stop: Callable[[], bool]) -> Iterator[list[Frame]]:
        """See Source."""
        reader = self._reader = Reader(self._attempt, after, self._limits.max_pending_bytes)
        try:
            yield from reader.lists(stop, self._limits.tick_seconds)
        finally:
            reader.close()

    @property
    def pending(self) -> bool:
        """See Source."""
        return self._reader is not None and self._reader.pending

    @property
    def down_seconds(self) -> float:
        """See Source."""
        since = self._reader.down_since if self._reader else None
        return 0.0 if since is None else time.monotonic() - since

    def head(self) -> int | None:
        """See Source. A source without `/health` is asked only once."""
        if not self._reports_head:
            return None
        try:
            with self._client(_HEAD_SECONDS) as client:
                answer = client.get(self._health_url, extensions={"trace": self._head_cancellation.trace})
                if answer.status_code == 404:
                    self._reports_head = False
                return msgspec.json.decode(answer.content, type=_Health).head_offset
        except (httpx.HTTPError, msgspec.MsgspecError, ValueError, RuntimeError):
            return None
        finally:
            self._head_cancellation.release()

    def close(self) -> None:
        """See Source."""
        self._reports_head = False
        self._head_cancellation.cut()
        if self._reader is not None:
            self._reader.close()

    def _attempt(self, reader: Reader) -> bool:
        raise NotImplementedError

    def _client(self, timeout: httpx.Timeout | float) -> httpx.Client:
        return httpx.Client(verify=self._ssl, timeout=timeout, headers=self._headers, follow_redirects=True)


def _checked(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ConfigurationError(f"The address of the source is no URL ({error}): {url!r}.") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ConfigurationError(
            f"The address of the source must begin with http:// or https://, not {url!r}."
        )
    return parsed


def request_headers(token: str | None) -> dict[str, str]:
    """The headers of every request to a source. Raises ConfigurationError for a token that no header can hold."""
    headers = {"User-Agent": "sse-ingest", "Accept-Encoding": "identity"}
    if token:
        if not re.fullmatch(r"[!-~]+", token):
            raise ConfigurationError(
                "The token of the source holds a space or a character beyond ASCII: copy it again."
            )
        headers["Authorization"] = f"Bearer {token}"
    return headers
