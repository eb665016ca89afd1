"""Compressed content, cut anywhere, with any number of members."""

import gzip
import zlib
from collections.abc import Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sse_ingest.errors import ConfigurationError
from sse_ingest.sources.content_encoding import decoded

MIB = 1024 * 1024
members = st.lists(st.binary(max_size=200), min_size=1, max_size=5)
cuts = st.lists(st.integers(1, 40), min_size=1, max_size=10)


def raw_deflate(content: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(content) + compressor.flush()


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
}


def answer(encoding: str, chunks: list[bytes]) -> httpx.Response:
    headers = {"content-encoding": encoding} if encoding else {}
    request = httpx.Request("GET", "http://till.example/stream?key=secret")
    return httpx.Response(200, headers=headers, content=iter(chunks), request=request)


def pieces_of(content: bytes, sizes: list[int]) -> list[bytes]:
    pieces: list[bytes] = []
    at = 0
    while at < len(content):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(content[at : at + size])
        at += size
    return pieces


@pytest.mark.parametrize("encoding", ENCODERS)
@given(members=members, sizes=cuts)
def test_each_event_may_be_a_member_of_its_own(encoding: str, members: list[bytes], sizes: list[int]) -> None:
    sent = b"".join(ENCODERS[encoding](member) for member in members)
    assert b"".join(decoded(answer(encoding, pieces_of(sent, sizes)))) == b"".join(members)


@given(content=st.binary(min_size=1, max_size=300), sizes=cuts)
def test_deflate_without_its_header_is_read(content: bytes, sizes: list[int]) -> None:
    assert b"".join(decoded(answer("deflate", pieces_of(raw_deflate(content), sizes)))) == content


@pytest.mark.parametrize("encoding", ["", "identity", " Identity "])
def test_what_is_not_compressed_stays_as_it_is(encoding: str) -> None:
    assert b"".join(decoded(answer(encoding, [b"data: 1\n", b"\n"]))) == b"data: 1\n\n"


def test_what_has_arrived_is_there_before_the_member_ends() -> None:
    compressor = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    first = compressor.compress(b"data: 1\n\n") + compressor.flush(zlib.Z_SYNC_FLUSH)
    assert next(decoded(answer("gzip", [first, b"never asked for"]))) == b"data: 1\n\n"


def test_a_bomb_is_decoded_in_small_pieces() -> None:
    bomb = gzip.compress(bytes(8 * MIB))
    assert len(bomb) < MIB / 64
    sizes = [len(piece) for piece in decoded(answer("gzip", [bomb]))]
    assert (sum(sizes), max(sizes)) == (8 * MIB, 64 * 1024)


def test_an_encoding_that_we_cannot_read_is_named() -> None:
    with pytest.raises(
        ConfigurationError, match=r"till\.example/stream answers in the content encoding 'br'"
    ) as caught:
        list(decoded(answer("br", [b"x"])))
    assert "secret" not in str(caught.value)


def test_damaged_content_is_an_error_that_is_tried_again() -> None:
    with pytest.raises(httpx.RequestError, match="damaged gzip content"):
        list(decoded(answer("gzip", [gzip.compress(b"one"), b"not a member"])))
