"""`./stack replay` against the real event service: everything arrives once, however often it is run."""

import json
import os
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.code_path import python_path
from tests.support.histories.real_orders import real_orders
from tests.support.service import TOKEN, EventService

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.integration


def replay(
    service: EventService, file: Path, *options: str, token: str = TOKEN
) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": python_path(ROOT), "EVENT_PUBLISH_TOKEN": token}
    command = [sys.executable, "-m", "local", "replay", str(file), "--url", service.url, *options]
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=100
    )


def events(service: EventService) -> list[dict[str, Any]]:
    published: list[dict[str, Any]] = []
    since = "earliest"
    while True:
        answer = httpx.get(f"{service.url}/events", params={"since": since, "limit": 1000}, timeout=30)
        page = json.loads(answer.text, parse_float=Decimal)
        if not page["events"]:
            return published
        published += page["events"]
        since = page["next_since"]


def payloads(published: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event["payload"] for event in published if event["event_type"] == kind]


@pytest.mark.shared
def test_chipotle_arrives_whole_and_once(service: EventService) -> None:
    first = replay(service, real_orders("chipotle.tsv"))
    assert first.returncode == 0, first.stderr
    assert "4,622 items of 1,834 orders" in first.stdout
    assert "8,290 events are new, 0 were there already" in first.stdout
    published = events(service)
    items = payloads(published, "order_item_added")
    assert len(payloads(published, "order_created")) == 1834
    assert [change["status"] for change in payloads(published, "order_status_changed")] == [
        "completed"
    ] * 1834
    assert len(items) == len({item["order_item_id"] for item in items}) == 4622
    assert sum(item["qty"] for item in items) == 4972
    assert sum(item["extended_price"] for item in items) == Decimal("34500.16")
    assert all(item["unit_price"] * item["qty"] == item["extended_price"] for item in items)
    units = Counter[str]()
    for item in items:
        units[item["item_name"]] += item["qty"]
    assert units.most_common(1) == [("Chicken Bowl", 761)]

    again = replay(service, real_orders("chipotle.tsv"))
    assert again.returncode == 0, again.stderr
    assert "0 events are new, 8,290 were there already" in again.stdout
    assert len(events(service)) == len(published)


@pytest.mark.shared
def test_breadbasket_arrives_with_nothing_made_up(service: EventService) -> None:
    result = replay(service, real_orders("breadbasket.csv"))
    assert result.returncode == 0, result.stderr
    published = events(service)
    items = payloads(published, "order_item_added")
    assert len(payloads(published, "order_created")) == 9531
    assert len(items) == len({item["order_item_id"] for item in items}) == 21293
    assert sum(item["item_name"] == "NONE" for item in items) == 786
    assert not any({"unit_price", "extended_price", "category"} & item.keys() for item in items)
    assert published[0]["ts"] == "2016-10-30T09:58:11Z"


def test_bad_lines_are_reported_and_stop_nothing(service: EventService, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(
        "order_id,item_name,quantity,item_price\n1,Tea,1,2.50\n,Tea,1,2.50\n2,Tea,x,2.50\n2,Tea\n3,Tea,1,-1\n2,Cake,2,5\n"
    )
    result = replay(service, file)
    assert result.returncode == 0
    assert "2 items of 2 orders" in result.stdout
    assert [
        line.split(":")[0].strip() for line in result.stderr.splitlines() if line.startswith("  line ")
    ] == [
        "line 3",
        "line 4",
        "line 5",
        "line 6",
    ]
    assert len(events(service)) == 6


def test_a_replay_goes_on_where_another_broke_off(service: EventService, tmp_path: Path) -> None:
    whole = "order_id,item_name\n" + "".join(f"{number // 2},Tea\n" for number in range(3000))
    file = tmp_path / "orders.csv"
    file.write_text(whole)
    command = [sys.executable, "-m", "local", "replay", str(file), "--url", service.url]
    env = {**os.environ, "PYTHONPATH": python_path(ROOT), "EVENT_PUBLISH_TOKEN": TOKEN}
    interrupted = subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while interrupted.poll() is None and service.health()["head_offset"] == 0:
        pass
    interrupted.kill()
    interrupted.wait()
    assert replay(service, file).returncode == 0
    published = events(service)
    assert len(published) == 6000
    assert len({event["event_id"] for event in published}) == 6000


def test_other_options_cannot_change_what_was_published(service: EventService, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order_id,item_name,quantity,item_price\n1,Tea,2,5.00\n")
    assert replay(service, file).returncode == 0
    other = replay(service, file, "--price-per", "unit")
    assert other.returncode == 1
    assert "other options" in " ".join(other.stderr.split())
    assert len(events(service)) == 3


@pytest.mark.parametrize(
    ("content", "options", "code", "says"),
    [
        (None, [], 2, "cannot be read"),
        ("a,b\n1,2\n", [], 2, "order_id"),
        ("order_id,item\n1,Tea\n", ["--column", "item=Dish"], 2, "Dish"),
        ("order_id,item\n,Tea\n", [], 2, "order id is missing"),
        (
            "order_id,item\n1,Tea\n",
            ["--url", "http://127.0.0.1:1", "--retry-for", "0"],
            1,
            "run the same command again",
        ),
    ],
)
def test_what_stops_a_replay_is_one_sentence(
    service: EventService, tmp_path: Path, content: str | None, options: list[str], code: int, says: str
) -> None:
    file = tmp_path / "orders.csv"
    if content is not None:
        file.write_text(content)
    result = replay(service, file, *options)
    assert result.returncode == code
    assert says in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
    assert events(service) == []


def test_a_wrong_token_is_named(service: EventService, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order_id,item\n1,Tea\n")
    result = replay(service, file, token="not-the-token")
    assert result.returncode == 1
    assert "EVENT_PUBLISH_TOKEN" in result.stderr


def test_dry_run_publishes_nothing(service: EventService, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order_id,item\n1,Tea\n")
    result = replay(service, file, "--dry-run")
    assert result.returncode == 0
    assert "1 item of 1 order could be published" in result.stdout
    assert events(service) == []
