"""The header of a SQL file, whatever its keys are."""

import pytest

from restaurant_warehouse.sql_header import HeaderError, read

GOOD = """-- owner: finance
-- description: One sentence: with a colon,
--   and more of it.
SELECT 1; -- owner: not this

-- nor: this
"""


def test_a_header_is_the_comments_above_the_sql() -> None:
    header = read("10_sums.sql", GOOD, required={"owner"}, optional={"description", "unit"})
    assert header.values == {
        "owner": "finance",
        "description": "One sentence: with a colon, and more of it.",
    }
    assert header.sql == "SELECT 1; -- owner: not this\n\n-- nor: this"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("SELECT 1", "10_sums.sql: a header needs description, owner: write '-- description: …', '-- owner: …'"),
        (GOOD.replace("-- owner: finance\n", ""), "10_sums.sql: a header needs owner: write '-- owner: …'"),
        (GOOD.replace("-- owner:", "-- colour:"), "line 1: 'colour' is unknown: write one of description, owner"),
        (GOOD.replace("-- description:", "-- owner:"), "line 2: 'owner' is in line 1 already"),
        (GOOD.replace("owner: finance", "owner finance"), "line 1: write '-- owner finance' as '-- key: value'"),
        (GOOD.replace("--   and", "-- and"), "line 3: write '-- and more of it.' as '-- key: value', or indent it"),
        ("--   and more of it.\n" + GOOD, "line 1: write '--   and more of it.' as"),
        (GOOD.split("SELECT", maxsplit=1)[0], "line 3: there is no SQL below the header: write one SELECT"),
        (GOOD.split("SELECT", maxsplit=1)[0] + "\n\n", "there is no SQL below the header"),
        ("", "there is no SQL below the header"),
    ],
)  # fmt: skip
def test_a_header_that_is_wrong_says_where_and_what_to_do(text: str, says: str) -> None:
    with pytest.raises(HeaderError) as caught:
        read("10_sums.sql", text, required={"owner", "description"})
    assert "10_sums.sql" in str(caught.value)
    assert says in str(caught.value)


def test_a_value_that_may_not_be_is_shown_with_its_line_and_with_those_that_may() -> None:
    header = read("10_sums.sql", GOOD, required={"owner", "description"})
    assert header.one_of("owner", ("finance", "sales")) == "finance"
    assert header.one_of("unit", ("count", "money"), default="count") == "count"
    with pytest.raises(HeaderError, match=r"10_sums\.sql, line 1: owner is one of sales, not 'finance'\."):
        header.one_of("owner", ("sales",), default="sales")
    header.need({"owner"}, "a bar")
    with pytest.raises(
        HeaderError, match=r"10_sums\.sql: a bar needs x, y: write '-- x: …', '-- y: …' above"
    ):
        header.need({"owner", "y", "x"}, "a bar")
