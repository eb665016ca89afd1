"""The data dictionary is what the migrated database says, and what it says of functions is what they do."""

import re
from typing import Any

import psycopg
import pytest

from local.dictionary import catalog, lineage
from local.dictionary.bodies import touched
from local.dictionary.command import EVENTS, PAGE, generate
from local.dictionary.diagram import edges

pytestmark = pytest.mark.integration
MOST_EDGES = 500  # Mermaid draws no more of them, and GitHub leaves it at that


@pytest.fixture
def url(warehouse: Any) -> str:
    address: str = warehouse.url("restaurant_user")
    return address


def test_the_page_is_what_the_database_says(url: str) -> None:
    text = generate(url)
    current = text == PAGE.read_text(encoding="utf-8")
    assert current, (
        "docs/reference/data-dictionary.md is older than the schema: run ./stack dictionary, and commit it."
    )


@pytest.mark.parametrize(
    ("change", "shows"),
    [
        ("COMMENT ON COLUMN analytics.orders.city IS 'Another | sentence.'", "Another \\| sentence."),
        ("ALTER TABLE analytics.orders ADD COLUMN table_number smallint", "| `table_number` | smallint | yes |"),
        ("CREATE VIEW analytics.cities AS SELECT city FROM analytics.orders", "### analytics.cities"),
        ("REVOKE SELECT ON analytics.orders FROM restaurant_reader", "- May: `restaurant_writer` SELECT INSERT"),
        ("CREATE TABLE staging.scratch (a int PRIMARY KEY)", "- scratch_pkey: `PRIMARY KEY (a)`"),
    ],
)  # fmt: skip
def test_a_change_of_the_schema_shows(warehouse: Any, url: str, change: str, shows: str) -> None:
    before = generate(url)
    with warehouse.connect("restaurant_user") as owner:
        owner.execute(change)
    after = generate(url)
    assert after.count(shows) == before.count(shows) + 1


def test_the_calendar_and_the_session_do_not_show(warehouse: Any, url: str) -> None:
    before = generate(url)
    with warehouse.connect("restaurant_user") as owner:
        owner.execute("SELECT raw_data.ensure_partitions('2010-01-01', '2010-12-31')")
    assert generate(f"{url}?options=-c%20search_path%3Danalytics%20-c%20TimeZone%3DAsia/Kolkata") == before


def test_every_link_leads_somewhere(url: str) -> None:
    text = generate(url)
    headings = {
        re.sub(r"[^\w -]", "", title).lower() for title in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
    links = set(re.findall(r"\]\(#([^)]*)\)", text))
    assert len(links) > 30
    assert links <= headings


def test_where_the_sales_of_a_day_come_from(url: str) -> None:
    relations = catalog.read(url)
    traced = lineage.trace(relations, EVENTS)
    assert traced.reads["analytics.daily_sales"] == {
        "analytics.decimals",
        "analytics.rollup_bill_days",
        "analytics.rollup_diff_bills",
        "analytics.rollup_sales_days",
        "analytics.rollup_diff_sales",
    }
    assert {"analytics.due_orders", "analytics.refunds", "analytics.rollup_sales_days"} < traced.sources(
        "analytics.daily_sales"
    )
    drawn = edges(relations, traced)
    assert {
        ("order_created", "-->", "analytics.orders"),
        ("analytics.orders", "-->", "analytics.orders_now"),
        ("analytics.orders_now", "-->", "analytics.due_orders"),
        ("analytics.due_orders", "-->", "analytics.daily_sales"),
        ("analytics.orders", "-.->", "analytics.rollup_invalidations"),
        ("analytics.orders", "-->", "analytics.refresh_rollups"),
        ("analytics.refresh_rollups", "-->", "analytics.rollup_sales_days"),
    } <= set(drawn)
    assert len(drawn) <= MOST_EDGES


def test_bodies_are_read_as_postgresql_reads_them(url: str) -> None:
    """A body within BEGIN ATOMIC is parsed when the function is made, and what it touches is recorded."""
    before = catalog.read(url)
    schemas = [schema.name for schema in before.schemas]
    with psycopg.connect(url) as owner:
        rows = owner.execute(
            "SELECT pg_get_functiondef(p.oid), p.prosrc FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang"
            " WHERE l.lanname = 'sql' AND p.pronamespace = ANY(%s::regnamespace[]) AND p.prosqlbody IS NULL",
            [schemas],
        ).fetchall()
        for definition, body in rows:
            head, quoted, _ = definition.partition("AS $function$")
            assert quoted
            atomic = f"{head} BEGIN ATOMIC {body.rstrip().rstrip(';')}; END"
            owner.execute(atomic.encode())
    after = {one.name: set(one.reads) for one in catalog.read(url).functions}
    compared = 0
    for one in before.functions:
        if one.language == "sql" and one.body:
            touches = touched(one.body, schemas)
            assert touches.reads | touches.fills | touches.empties == after[one.name], one.name
            compared += 1
    assert compared == len(rows) > 10
