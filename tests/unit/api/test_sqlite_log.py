"""The log keeps its promises about offsets, durability, idempotency, retention and readers."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from api.log.interface import (
    EVERYTHING,
    Draft,
    EventIdConflict,
    LogError,
    LogFull,
    LogUnavailable,
    Only,
    Receipt,
)
from api.log.sqlite.log import Retention, SqliteLog

pytestmark = pytest.mark.anyio
MakeDraft = Callable[..., Draft]
OpenLog = Callable[..., Awaitable[SqliteLog]]


async def everything(log: SqliteLog, after: int = 0, only: Only = EVERYTHING) -> list[bytes]:
    found: list[bytes] = []
    while after < log.head:
        batch = await log.read(after, 100, only)
        assert batch.gap is None
        assert batch.after > after
        found += batch.frames
        after = batch.after
    return found


def trouble_of(log: SqliteLog) -> str | None:
    return log.trouble


async def until_oldest(log: SqliteLog, offset: int) -> None:
    async with asyncio.timeout(20):
        while log.oldest < offset:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.02)


async def test_offsets_begin_at_one_and_a_frame_carries_its_own(
    open_log: OpenLog, make_draft: MakeDraft
) -> None:
    log = await open_log()
    draft = make_draft(7)
    assert await log.append([draft]) == [Receipt(1, duplicate=False)]
    (frame,) = (await log.read(0, 10)).frames
    assert frame.decode() == (
        f"id: {log.stream_id}-1\nevent: noted\n"
        f'data: {{"offset":1,"event_id":"{draft.event_id}","event_type":"noted","ts":"2026-01-31T18:30:00Z",'
        '"partition_key":"LOC-ON-001","payload":{"n":7,"filler":""}}\n\n'
    )


async def test_the_stream_id_is_short_and_has_no_dash(open_log: OpenLog) -> None:
    log = await open_log()
    assert len(log.stream_id) >= 8
    assert log.stream_id.isalnum()
    assert log.stream_id == log.stream_id.lower()


async def test_concurrent_appends_are_gapless_and_visible_in_order(
    open_log: OpenLog, make_draft: MakeDraft
) -> None:
    log = await open_log()
    answers = await asyncio.gather(*(log.append([make_draft(n) for n in range(3)]) for _ in range(200)))
    offsets = sorted(receipt.offset for receipts in answers for receipt in receipts)
    assert offsets == list(range(1, 601))
    assert all(
        [r.offset for r in receipts] == list(range(receipts[0].offset, receipts[0].offset + 3))
        for receipts in answers
    )
    assert [int(f.split(b"\n")[0].rsplit(b"-")[-1]) for f in await everything(log)] == offsets


async def test_appends_that_wait_share_a_commit(tmp_path: Path, make_draft: MakeDraft) -> None:
    commits: list[int] = []
    log = await SqliteLog.open(
        tmp_path / "e.db", Retention(timedelta(1), 10_000), lambda events, _: commits.append(events)
    )
    await asyncio.gather(*(log.append([make_draft()]) for _ in range(500)))
    await log.close()
    assert sum(commits) == 500
    assert len(commits) < 100


async def test_an_append_is_in_the_file_when_it_returns(
    open_log: OpenLog, make_draft: MakeDraft, tmp_path: Path
) -> None:
    log = await open_log()
    await log.append([make_draft(), make_draft()])
    with closing(sqlite3.connect(tmp_path / "log" / "events.db")) as other:
        assert other.execute("SELECT count(*) FROM events").fetchone() == (2,)


async def test_a_restart_keeps_offsets_ids_and_name(open_log: OpenLog, make_draft: MakeDraft) -> None:
    log = await open_log()
    draft = make_draft()
    await log.append([draft, make_draft()])
    name, frames = log.stream_id, await everything(log)
    await log.close()
    again = await open_log()
    assert (again.stream_id, again.head, again.oldest) == (name, 2, 1)
    assert await everything(again) == frames
    assert await again.append([draft, make_draft()]) == [
        Receipt(1, duplicate=True),
        Receipt(3, duplicate=False),
    ]


async def test_an_emptied_log_goes_on_where_it_was(
    open_log: OpenLog, make_draft: MakeDraft, tmp_path: Path
) -> None:
    log = await open_log()
    await log.append([make_draft() for _ in range(5)])
    await log.close()
    with closing(sqlite3.connect(tmp_path / "log" / "events.db", isolation_level=None)) as other:
        other.execute("DELETE FROM events")
    again = await open_log()
    assert (again.head, again.oldest) == (5, 6)
    assert (await again.read(2, 10)).gap == 6
    assert await again.append([make_draft()]) == [Receipt(6, duplicate=False)]


async def test_a_repeat_answers_the_first_offset(open_log: OpenLog, make_draft: MakeDraft) -> None:
    log = await open_log()
    draft = make_draft()
    first = await log.append([draft, draft, make_draft()])
    assert [(r.offset, r.duplicate) for r in first] == [(1, False), (1, True), (2, False)]
    assert (await log.append([draft]))[0] == Receipt(1, duplicate=True)
    assert log.head == 2


async def test_a_large_request_knows_each_of_its_repeats(open_log: OpenLog, make_draft: MakeDraft) -> None:
    log = await open_log()
    held = [make_draft(n) for n in range(1_300)]
    await log.append(held)
    fresh = [make_draft(n) for n in range(300)]
    receipts = await log.append([*fresh, *held[::-1], fresh[0]])
    assert [r.offset for r in receipts] == [*range(1_301, 1_601), *range(1_300, 0, -1), 1_301]
    assert sum(r.duplicate for r in receipts) == 1_301
    with pytest.raises(EventIdConflict) as caught:
        await log.append([make_draft(), *held[:700], make_draft(9, held[700].event_id)])
    assert (caught.value.index, log.head) == (701, 1_600)


async def test_a_repeat_in_another_spelling_is_a_repeat(open_log: OpenLog) -> None:
    log = await open_log()
    event_id = uuid4()
    spellings = (b'{"a":12.50,"b":"\xc3\xa9"}', b'{"b":"\\u00e9","a":12.5}')
    drafts = [Draft("noted", "L", "2026-01-31T18:30:00Z", payload, event_id) for payload in spellings]
    assert [r.offset for r in await log.append(drafts)] == [1, 1]


async def test_a_conflict_refuses_its_own_batch_and_no_other(
    open_log: OpenLog, make_draft: MakeDraft
) -> None:
    log = await open_log()
    held = make_draft(1)
    await log.append([held])
    fresh = uuid4()
    bad = log.append([make_draft(2, fresh), make_draft(3), make_draft(9, held.event_id)])
    good = log.append([make_draft(4), make_draft(5, fresh)])
    answers = await asyncio.gather(bad, good, return_exceptions=True)
    assert isinstance(answers[0], EventIdConflict)
    assert (answers[0].index, answers[0].event_id) == (2, held.event_id)
    assert answers[1] == [Receipt(2, duplicate=False), Receipt(3, duplicate=False)]
    assert [b'"n":%d' % n in frame for n, frame in zip((1, 4, 5), await everything(log), strict=True)] == [
        True
    ] * 3


async def test_readers_do_not_take_events_from_each_other(open_log: OpenLog, make_draft: MakeDraft) -> None:
    log = await open_log()
    seen: list[list[bytes]] = [[], [], []]

    async def follow(mine: list[bytes]) -> None:
        after = 0
        while len(mine) < 300 and await log.changed(after):
            batch = await log.read(after, 7)
            mine.extend(batch.frames)
            after = batch.after

    async with asyncio.TaskGroup() as group:
        for mine in seen:
            group.create_task(follow(mine))
        for _ in range(100):
            await log.append([make_draft(), make_draft(), make_draft()])
    assert seen[0] == seen[1] == seen[2] == await everything(log)


async def test_readers_at_one_position_share_the_bytes(open_log: OpenLog, make_draft: MakeDraft) -> None:
    log = await open_log()
    await log.append([make_draft() for _ in range(10)])
    assert (await log.read(3, 100)).joined is (await log.read(3, 100)).joined


async def test_memory_and_file_answer_alike(open_log: OpenLog, make_draft: MakeDraft) -> None:
    log = await open_log()
    await log.append(
        [make_draft(n, kind=f"kind{n % 3}", place=f"L{n % 2}", size=n % 50) for n in range(5_000)]
    )
    filters = (
        Only(),
        Only(frozenset({"kind1"})),
        Only(locations=frozenset({"L0"})),
        Only(frozenset({"none"})),
    )
    memory = [await everything(log, after, only) for only in filters for after in (0, 17, 4_990)]
    log._tail.forget(6_000)
    assert [await everything(log, after, only) for only in filters for after in (0, 17, 4_990)] == memory
    assert [len(found) for found in memory[::3]] == [5_000, 1_667, 2_500, 0]


async def test_retention_by_count_lets_the_oldest_go_and_tells_the_gap(
    open_log: OpenLog, make_draft: MakeDraft
) -> None:
    log = await open_log(keep=100)
    await log.append([make_draft() for _ in range(3_500)])
    await until_oldest(log, 3_401)
    assert (log.oldest, log.head) == (3_401, 3_500)
    assert (await log.read(10, 10)).gap == 3_401
    assert (await log.read(3_399, 10)).gap == 3_401
    assert len(await everything(log, 3_400)) == 100


async def test_retention_by_age(open_log: OpenLog, make_draft: MakeDraft) -> None:
    log = await open_log(days=0.5 / 86_400)
    await log.append([make_draft()])
    await until_oldest(log, 2)
    assert (await log.append([make_draft()]))[0].offset == 2
    assert (await log.read(0, 10)).gap == 2


async def test_a_time_finds_its_place(open_log: OpenLog, make_draft: MakeDraft) -> None:
    log = await open_log()
    before = datetime.now(UTC)
    await log.append([make_draft() for _ in range(10)])
    await asyncio.sleep(0.01)
    between = datetime.now(UTC)
    await asyncio.sleep(0.01)
    await log.append([make_draft() for _ in range(5)])
    assert [await log.locate(moment) for moment in (before, between, datetime.now(UTC))] == [0, 10, 15]


async def test_a_full_disk_stores_nothing_and_passes(open_log: OpenLog, make_draft: MakeDraft) -> None:
    log = await open_log()
    await log.append([make_draft()])
    pages = log._store.connection.execute("PRAGMA page_count").fetchone()[0]
    log._store.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(LogFull, match="free space"):
        await log.append([make_draft(size=100_000)])
    assert trouble_of(log)
    assert (await log.append([make_draft()]))[0].offset == 2
    assert not trouble_of(log)
    log._store.connection.execute("PRAGMA max_page_count = 1000000")
    assert (await log.append([make_draft(size=100_000)]))[0].offset == 3
    assert len(await everything(log)) == 3


async def test_a_second_service_is_told_so(open_log: OpenLog) -> None:
    await open_log()
    with pytest.raises(LogError, match="in use"):
        await open_log()


async def test_a_file_that_is_no_log_is_named(open_log: OpenLog, tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "events.db").write_bytes(b"no database" * 1000)
    with pytest.raises(LogError, match=r"events\.db cannot be opened"):
        await open_log()


async def test_a_closed_log_refuses_and_lets_its_readers_go(open_log: OpenLog, make_draft: MakeDraft) -> None:
    log = await open_log()
    waiting = asyncio.create_task(log.changed(0))
    await asyncio.sleep(0.01)
    stored = log.append([make_draft()])
    task = asyncio.create_task(stored)
    await asyncio.sleep(0)
    await log.close()
    assert await waiting is False
    assert (await task)[0].offset == 1
    with pytest.raises(LogUnavailable):
        await log.append([make_draft()])
