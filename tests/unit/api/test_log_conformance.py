"""What every engine of the event log does: offsets, idempotency, retention, readers. Another engine joins ENGINES."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from api.log.interface import Draft, EventFilter, EventIdConflict, EventLog, LogError, LogUnavailable, Receipt
from tests.support.event_log.log_engines import ENGINES, Engine, read_all, wait_until_oldest

pytestmark = pytest.mark.anyio
MakeDraft = Callable[..., Draft]
OpenLog = Callable[..., Awaitable[EventLog]]


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.name)
def engine(request: pytest.FixtureRequest) -> Engine:
    chosen: Engine = request.param
    return chosen


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
    assert [int(f.split(b"\n")[0].rsplit(b"-")[-1]) for f in await read_all(log)] == offsets


async def test_a_restart_keeps_offsets_ids_and_name(open_log: OpenLog, make_draft: MakeDraft) -> None:
    log = await open_log()
    draft = make_draft()
    await log.append([draft, make_draft()])
    name, frames = log.stream_id, await read_all(log)
    await log.close()
    again = await open_log()
    assert (again.stream_id, again.head, again.oldest) == (name, 2, 1)
    assert await read_all(again) == frames
    assert await again.append([draft, make_draft()]) == [
        Receipt(1, duplicate=True),
        Receipt(3, duplicate=False),
    ]


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


async def test_another_version_is_another_content(open_log: OpenLog) -> None:
    log = await open_log()
    event_id = uuid4()
    one, two = (
        Draft("noted", "L", "2026-01-31T18:30:00Z", b'{"a":1}', event_id, version=version)
        for version in (1, 2)
    )
    assert [r.offset for r in await log.append([one, one])] == [1, 1]
    with pytest.raises(EventIdConflict):
        await log.append([two])
    assert [b'"version":1,' in frame for frame in await read_all(log)] == [True]


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
    assert [b'"n":%d' % n in frame for n, frame in zip((1, 4, 5), await read_all(log), strict=True)] == [
        True
    ] * 3


async def test_readers_do_not_take_events_from_each_other(open_log: OpenLog, make_draft: MakeDraft) -> None:
    log = await open_log()
    events: list[list[bytes]] = [[], [], []]

    async def follow(mine: list[bytes]) -> None:
        after = 0
        while len(mine) < 300 and await log.changed(after):
            batch = await log.read(after, 7)
            mine.extend(batch.frames)
            after = batch.after

    async with asyncio.TaskGroup() as group:
        for mine in events:
            group.create_task(follow(mine))
        for _ in range(100):
            await log.append([make_draft(), make_draft(), make_draft()])
    assert events[0] == events[1] == events[2] == await read_all(log)


async def test_retention_by_count_deletes_the_oldest_and_reports_the_gap(
    open_log: OpenLog, make_draft: MakeDraft
) -> None:
    log = await open_log(keep=100)
    await log.append([make_draft() for _ in range(3_500)])
    await wait_until_oldest(log, 3_401)
    assert (log.oldest, log.head) == (3_401, 3_500)
    assert (await log.read(10, 10)).gap == 3_401
    assert (await log.read(3_399, 10)).gap == 3_401
    assert len(await read_all(log, 3_400)) == 100


async def test_retention_by_age(open_log: OpenLog, make_draft: MakeDraft) -> None:
    log = await open_log(days=0.5 / 86_400)
    await log.append([make_draft()])
    await wait_until_oldest(log, 2)
    assert (await log.append([make_draft()]))[0].offset == 2
    assert (await log.read(0, 10)).gap in {2, 3}  # 3 where the second one is past its age already


async def test_a_time_finds_its_place(open_log: OpenLog, make_draft: MakeDraft) -> None:
    log = await open_log()
    before = datetime.now(UTC)
    await log.append([make_draft() for _ in range(10)])
    await asyncio.sleep(0.01)
    between = datetime.now(UTC)
    await asyncio.sleep(0.01)
    await log.append([make_draft() for _ in range(5)])
    assert [await log.locate(moment) for moment in (before, between, datetime.now(UTC))] == [0, 10, 15]


async def test_a_log_that_is_in_use_is_not_opened_again(open_log: OpenLog) -> None:
    log = await open_log()
    with pytest.raises(LogError, match="in use"):
        await open_log()
    await log.close()
    assert (await open_log()).stream_id == log.stream_id


async def test_a_closed_log_refuses_appends_and_releases_its_readers(
    open_log: OpenLog, make_draft: MakeDraft
) -> None:
    log = await open_log()
    waiting = asyncio.create_task(log.changed(1))
    storing = asyncio.create_task(log.append([make_draft()]))
    await asyncio.sleep(0)  # both have begun
    await log.close()
    assert await waiting is False
    assert (await storing)[0].offset == 1
    with pytest.raises(LogUnavailable):
        await log.append([make_draft()])
    await log.close()


async def test_an_emptied_log_continues_at_its_position(open_log: OpenLog, make_draft: MakeDraft) -> None:
    log = await open_log(keep=1)
    await log.append([make_draft() for _ in range(5)])
    await log.close()
    emptied = await open_log(days=0)
    await wait_until_oldest(emptied, 6)
    await emptied.close()
    again = await open_log()
    assert (again.head, again.oldest) == (5, 6)
    assert (await again.read(2, 10)).gap == 6
    assert await again.append([make_draft()]) == [Receipt(6, duplicate=False)]


async def test_a_reader_gets_what_it_filters_for(open_log: OpenLog, make_draft: MakeDraft) -> None:
    log = await open_log()
    await log.append([make_draft(n, kind=f"kind{n % 3}", place=f"L{n % 2}") for n in range(600)])
    filters = {
        EventFilter(): 600,
        EventFilter(frozenset({"kind1"})): 200,
        EventFilter(locations=frozenset({"L0"})): 300,
        EventFilter(frozenset({"kind1", "kind2"}), frozenset({"L1"})): 200,
        EventFilter(frozenset({"none"})): 0,
    }
    assert {only: len(await read_all(log, 0, only)) for only in filters} == filters
    assert (await log.read(0, 10, EventFilter(frozenset({"none"})))).after == 600


async def test_a_read_is_bounded_in_events_and_bytes(open_log: OpenLog, make_draft: MakeDraft) -> None:
    log = await open_log()
    await log.append([make_draft(n, size=10_000) for n in range(20)])
    few = await log.read(0, 3)
    assert (len(few.frames), few.after) == (3, 3)
    small = await log.read(3, 100, max_bytes=35_000)
    assert (len(small.frames), small.after) == (3, 6)
    assert len((await log.read(6, 100, max_bytes=1)).frames) == 1  # a reader always goes on


async def test_a_raw_draft_is_sent_as_it_stands_and_an_unchecked_one_twice(
    open_log: OpenLog, make_draft: MakeDraft
) -> None:
    log = await open_log()
    raw = Draft("noted", "L", "2026-01-31T18:30:00Z", b"no JSON")
    known = make_draft(1)
    receipts = await log.append([raw, raw, known, replace(known, unchecked=True)])
    assert [receipt.offset for receipt in receipts] == [1, 2, 3, 4]
    assert not any(receipt.duplicate for receipt in receipts)
    frames = await read_all(log)
    assert frames[0] == f"event: noted\nid: {log.stream_id}-1\ndata: no JSON\n\n".encode()


async def test_each_commit_is_reported(open_log: OpenLog, make_draft: MakeDraft) -> None:
    commits: list[int] = []
    log = await open_log(on_commit=lambda events, _seconds: commits.append(events))
    await asyncio.gather(*(log.append([make_draft()]) for _ in range(50)))
    assert sum(commits) == 50


async def test_a_log_in_order_reports_no_trouble(open_log: OpenLog, make_draft: MakeDraft) -> None:
    log = await open_log()
    assert (log.head, log.oldest, log.last_append, log.trouble) == (0, 1, None, None)
    before = datetime.now(UTC)
    await log.append([make_draft()])
    await log.probe()
    assert log.head == 1
    assert log.last_append is not None
    assert before <= log.last_append <= datetime.now(UTC)
    assert log.trouble is None
