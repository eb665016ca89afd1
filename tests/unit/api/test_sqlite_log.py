"""What only the SQLite engine does: its file, its group commits, its tail in memory, and a disk that is full."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from api.log.interface import Draft, EventFilter, EventLog, LogError, LogFull, Retention
from api.log.sqlite.log import SqliteLog
from tests.support.event_log.log_engines import SQLITE, ignore_commit, read_all

pytestmark = pytest.mark.anyio
MakeDraft = Callable[..., Draft]
OpenLog = Callable[..., Awaitable[EventLog]]


def has_trouble(log: EventLog) -> bool:
    return log.trouble is not None


async def test_appends_that_wait_share_a_commit(open_log: OpenLog, make_draft: MakeDraft) -> None:
    commits: list[int] = []
    log = await open_log(on_commit=lambda events, _seconds: commits.append(events))
    await asyncio.gather(*(log.append([make_draft()]) for _ in range(500)))
    assert sum(commits) == 500
    assert len(commits) < 100


async def test_an_append_is_in_the_file_when_it_returns(
    open_log: OpenLog, make_draft: MakeDraft, tmp_path: Path
) -> None:
    log = await open_log()
    await log.append([make_draft(), make_draft()])
    with closing(sqlite3.connect(tmp_path / "log" / "events.db")) as other:
        assert other.execute("SELECT count(*) FROM events").fetchone() == (2,)


async def test_a_new_log_has_the_name_of_its_stream_and_keeps_it(tmp_path: Path) -> None:
    path, retention = tmp_path / "events.db", Retention(timedelta(days=1), 10)
    names = []
    for stream in ("bistro", "another"):
        log = await SqliteLog.open(path, retention, ignore_commit, stream)
        names.append(log.stream_id)
        await log.close()
    assert names[0].startswith("bistro_")
    assert names[1] == names[0]


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
        EventFilter(),
        EventFilter(frozenset({"kind1"})),
        EventFilter(locations=frozenset({"L0"})),
        EventFilter(frozenset({"none"})),
    )
    memory = [await read_all(log, after, only) for only in filters for after in (0, 17, 4_990)]
    SQLITE.forget(log)
    assert [await read_all(log, after, only) for only in filters for after in (0, 17, 4_990)] == memory
    assert [len(frames) for frames in memory[::3]] == [5_000, 1_667, 2_500, 0]


async def test_a_full_disk_stores_nothing_and_passes(open_log: OpenLog, make_draft: MakeDraft) -> None:
    log = await open_log()
    assert isinstance(log, SqliteLog)
    await log.append([make_draft()])
    pages = log._store.connection.execute("PRAGMA page_count").fetchone()[0]
    log._store.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(LogFull, match="free space"):
        await log.append([make_draft(size=100_000)])
    assert has_trouble(log)
    assert (await log.append([make_draft()]))[0].offset == 2
    assert not has_trouble(log)
    log._store.connection.execute("PRAGMA max_page_count = 1000000")
    assert (await log.append([make_draft(size=100_000)]))[0].offset == 3
    assert len(await read_all(log)) == 3


async def test_a_file_that_is_no_log_is_named(open_log: OpenLog, tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "events.db").write_bytes(b"no database" * 1000)
    with pytest.raises(LogError, match=r"events\.db cannot be opened"):
        await open_log()
