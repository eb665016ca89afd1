"""Where a byte of a JSON text lies, in the words of its fields; also where the text is broken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sse_ingest.contract.json_path import path_at


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (b'{"a":@}', "a"),
        (b'{"a":1@,"b":2}', "a"),
        (b'{"a":1,"b":{"c":[0,{"d":"x@"}]}}', "b.c.1.d"),
        (b'{"a":{"b":1},"c@":2}', "c@"),
        (b'{"a":{"b":1@}}', "a.b"),
        (b'{"a":{"b":1}@}', "a"),
        (b'[[1,2],[3,"@"]]', "1.1"),
        (rb'{"a\"b":"@"}', r"a\"b"),
        (b'{"a":"{[,:@"}', "a"),
        (b'{"a":{"b":{"c":{"d":{"e":{"f":{"g":@}}}}}}}', "a.b.c.d.e.f.…"),
        (b'{"\x01":@}', r"\x01"),
        (b'"@"', ""),
        (b"]}@", ""),
        (b"{@", ""),
    ],
)
def test_the_fields_that_lead_there(text: bytes, path: str) -> None:
    assert path_at(text, text.index(b"@")) == path


def test_far_away_the_number_of_the_byte_must_do() -> None:
    assert path_at(b'{"a":"' + b"x" * 2**20 + b'@"}', 2**20 + 6) == ""


@given(st.one_of(st.binary(), st.text('{}[]":,a\\').map(str.encode)), st.integers(0, 50))
def test_it_is_total(text: bytes, at: int) -> None:
    assert isinstance(path_at(text, at), str)
