"""Which source reads an address: the scheme of the address says it. A new source is one line here."""

from collections.abc import Callable, Mapping

from sse_ingest.sources.base import Address, PollSource, Source, StreamSource


def _over_http(address: Address) -> Source:
    kind = PollSource if address.poll else StreamSource
    return kind(address.url, path=address.path, token=address.token, since=address.since)


SOURCES: Mapping[str, Callable[[Address], Source]] = {
    "http": _over_http,
    "https": _over_http,
}
"""By scheme."""


def open_source(address: Address) -> Source:
    """The source of an address, whose scheme has been checked by `is_known`."""
    return SOURCES[address.url.partition("://")[0]](address)


def is_known(url: str) -> bool:
    """Whether there is a source for the scheme of this address."""
    scheme, separator, _ = url.partition("://")
    return bool(separator) and scheme in SOURCES
