"""Whatever is appended, deleted and restarted, every engine of the log agrees with a model of it."""

import asyncio
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from api.log.interface import Draft, EventFilter, EventIdConflict, Retention
from api.log.sse_frames import encode
from tests.support.event_log.log_engines import ENGINES, Engine, ignore_commit, wait_until_oldest
from tests.support.examples import examples

ids = st.integers(1, 12).map(lambda n: UUID(int=n))
drafts = st.builds(
    lambda event_id, kind, n: Draft(kind, "L", "2026-01-31T18:30:00Z", b'{"n":%d}' % n, event_id),
    ids,
    st.sampled_from(["a", "b"]),
    st.integers(0, 1),
)


class LogMachine(RuleBasedStateMachine):
    """The model: all drafts ever stored, in order; the first `gone` of them are deleted."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "events.db"
        self.runner = asyncio.Runner()
        self.stored: list[Draft] = []
        self.gone = 0

    @initialize()
    def first_start(self) -> None:
        self.open()

    def open(self, keep: int = 10**9) -> None:
        opening = self.engine.open(self.path, Retention(timedelta(days=1), keep), ignore_commit)
        self.log = self.runner.run(opening)

    def held(self) -> dict[UUID | None, tuple[int, Draft]]:
        first = self.gone + 1
        return {
            draft.event_id: (offset, draft) for offset, draft in enumerate(self.stored[self.gone :], first)
        }

    @rule(batches=st.lists(st.lists(drafts, max_size=5), min_size=1, max_size=4))
    def append_at_once(self, batches: list[list[Draft]]) -> None:
        async def all_of_them() -> list[Any]:
            return await asyncio.gather(
                *(self.log.append(batch) for batch in batches), return_exceptions=True
            )

        for batch, answer in zip(batches, self.runner.run(all_of_them()), strict=True):
            offsets, fresh, conflict = self.expected(batch)
            if conflict is None:
                assert [receipt.offset for receipt in answer] == offsets
                self.stored += fresh
            else:
                assert isinstance(answer, EventIdConflict)
                assert answer.index == conflict

    def expected(self, batch: list[Draft]) -> tuple[list[int], list[Draft], int | None]:
        held, offsets, fresh = self.held(), list[int](), list[Draft]()
        for index, draft in enumerate(batch):
            offset, known = held.get(draft.event_id, (0, draft))
            if known != draft:
                return offsets, fresh, index
            if not offset:
                fresh.append(draft)
                offset = len(self.stored) + len(fresh)
                held[draft.event_id] = (offset, draft)
            offsets.append(offset)
        return offsets, fresh, None

    @precondition(lambda self: self.gone < len(self.stored))
    @rule(data=st.data())
    def retention(self, data: st.DataObject) -> None:
        self.gone = data.draw(st.integers(self.gone + 1, len(self.stored)))
        self.runner.run(self.log.close())
        self.open(keep=len(self.stored) - self.gone)
        self.runner.run(wait_until_oldest(self.log, self.gone + 1))
        self.restart()

    @rule()
    def restart(self) -> None:
        self.runner.run(self.log.close())
        self.open()

    @rule(
        after=st.integers(0, 40),
        limit=st.integers(1, 10),
        memory=st.booleans(),
        kind=st.sampled_from(["", "a"]),
    )
    def read(self, after: int, limit: int, memory: bool, kind: str) -> None:
        if not memory:
            self.engine.forget(self.log)
        only = EventFilter(frozenset({kind} - {""}))
        batch = self.runner.run(self.log.read(after, limit, only))
        if after < self.gone:
            assert (batch.gap, batch.frames) == (self.gone + 1, ())
            return
        wanted = [
            encode(self.log.stream_id, offset, draft)
            for offset, draft in enumerate(self.stored[after:], after + 1)
            if not kind or draft.event_type == kind
        ]
        assert list(batch.frames) == wanted[:limit]
        assert batch.gap is None

    @invariant()
    def positions(self) -> None:
        if hasattr(self, "log"):
            assert (self.log.head, self.log.oldest) == (len(self.stored), self.gone + 1)

    def teardown(self) -> None:
        if hasattr(self, "log"):
            self.runner.run(self.log.close())
        self.runner.close()
        self.folder.cleanup()


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_the_log_agrees_with_the_model(engine: Engine) -> None:
    machine = type("EngineMachine", (LogMachine,), {"engine": engine})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples(60), stateful_step_count=20, deadline=None)
    )
