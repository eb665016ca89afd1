"""What the body of a function reads, fills and empties, by its text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.dictionary.bodies import Touched, touched

SCHEMAS = ("raw_data", "analytics")


def tables(body: str) -> tuple[set[str], set[str], set[str]]:
    touches = touched(body, SCHEMAS)
    return set(touches.reads), set(touches.fills), set(touches.empties)


@pytest.mark.parametrize(
    ("body", "reads", "fills", "empties"),
    [
        ("SELECT * FROM analytics.orders AS o JOIN analytics.refunds AS r USING (order_id)", "orders refunds", "", ""),
        ("INSERT INTO analytics.a AS x SELECT * FROM analytics.b", "b", "a", ""),
        ("insert  into\n analytics.a values (1)", "", "a", ""),
        ("WITH c AS (UPDATE ONLY analytics.a SET x = 1 RETURNING *) TABLE analytics.b", "b", "a", ""),
        ("INSERT INTO analytics.a TABLE analytics.b ON CONFLICT (x) DO UPDATE SET y = 1", "b", "a", ""),
        ("MERGE INTO analytics.a USING analytics.b ON true WHEN MATCHED THEN DELETE", "b", "a", ""),
        ("DELETE FROM analytics.a USING analytics.b", "b", "", "a"),
        ("TRUNCATE analytics.a, analytics.b", "", "", "a b"),
        ("SELECT x FROM analytics.a FOR UPDATE", "a", "", ""),
        ("UPDATE analytics.a SET x = (SELECT max(x) FROM analytics.a)", "a", "a", ""),
        ("PERFORM analytics.reset()", "reset", "", ""),
        ("SELECT 1 -- FROM analytics.a", "", "", ""),
        ("SELECT 1 /* INSERT INTO analytics.a */", "", "", ""),
        ("RAISE EXCEPTION 'it''s analytics.a' USING HINT = '--'; DELETE FROM analytics.b", "", "", "b"),
        ("EXECUTE format('INSERT INTO analytics.a SELECT %L', x)", "", "a", ""),
        ("SELECT other.analytics.a, my_analytics.b, pg_catalog.now()", "a", "", ""),
    ],
)  # fmt: skip
def test_what_a_body_touches(body: str, reads: str, fills: str, empties: str) -> None:
    def named(names: str) -> set[str]:
        return {f"analytics.{name}" for name in names.split()}

    assert tables(body) == (named(reads), named(fills), named(empties))


NAMES = st.sampled_from([f"{schema}.{name}" for schema in SCHEMAS for name in ("a", "b", "c_1")])
NOISE = st.lists(
    st.one_of(
        NAMES.map(lambda name: f"-- FROM {name}\n"),
        NAMES.map(lambda name: f"/* INSERT INTO {name} -- */ "),
        NAMES.map(lambda name: f"'DELETE FROM {name} ''quoted'' /* --' "),
        st.just("\n\t "),
    ),
    max_size=4,
).map(" ".join)


@given(
    statements=st.lists(
        st.tuples(st.sampled_from(["SELECT FROM", "INSERT INTO", "DELETE FROM"]), NAMES, NOISE), max_size=6
    )
)
def test_comments_and_literals_change_nothing(statements: list[tuple[str, str, str]]) -> None:
    body = "".join(f"{noise} {verb} {name} ; {noise}" for verb, name, noise in statements)
    of = {verb: frozenset(name for v, name, _ in statements if v == verb) for verb, _, _ in statements}
    nothing: frozenset[str] = frozenset()
    expected = Touched(
        of.get("SELECT FROM", nothing), of.get("INSERT INTO", nothing), of.get("DELETE FROM", nothing)
    )
    assert touched(body, SCHEMAS) == expected
