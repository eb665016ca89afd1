"""The chaos suite can fail: it notices a core without its fence, its deduplication or its savepoints."""

import shutil
from pathlib import Path

import pytest

from tests.chaos.environment.fleet import CORE
from tests.chaos.plan import Plan
from tests.chaos.run import run

pytestmark = [pytest.mark.chaos, pytest.mark.long, pytest.mark.timeout(600)]

MUTATIONS = {
    "fence": (
        "store/store.sql",
        "WHERE stream = %(stream)s AND shard = %(shard)s AND fence = %(fence)s",
        "WHERE stream = %(stream)s AND shard = %(shard)s AND fence >= %(fence)s",
        ("writer.lease_lost",),
        ("store.before_transaction",),
        "replaced writer",
    ),
    "deduplication": (
        "store/deduplication.py",
        "if event.event_id in known_ids:",
        "if event.event_id in ():",
        ("service.kill",),
        ("store.after_begin",),
        "duplicate is not as the model says",
    ),
    "savepoint": (
        "store/processors.py",
        "with connection.transaction(), GuardedCursor(connection) as cursor:",
        "with GuardedCursor(connection) as cursor:",
        ("source.cut",),
        ("store.after_begin",),
        "is committed",
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_suite_notices(name: str, tmp_path: Path) -> None:
    file, before, after, kinds, points, finding = MUTATIONS[name]
    core = tmp_path / "core"
    shutil.copytree(CORE / "sse_ingest", core / "sse_ingest")
    mutated = core / "sse_ingest" / file
    text = mutated.read_text()
    assert text.count(before) == 1, f"{file} no longer reads as this test expects"
    mutated.write_text(text.replace(before, after))

    report = run(
        Plan(seed=1, rounds=1, per_round=4, recovery_seconds=10, kinds=kinds, points=points, core=core)
    )

    assert report.findings, f"the suite does not notice a core without its {name}"
    assert finding in " ".join(report.findings)
    if report.folder is not None:
        shutil.rmtree(report.folder.parent)
