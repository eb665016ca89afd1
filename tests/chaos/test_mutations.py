"""The suite is worth something: a core without its fence, its claims or its savepoints does not get through it."""

import shutil
from pathlib import Path

import pytest

from local.chaos.fleet import CORE
from local.chaos.run import Plan, run

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(180)]

MUTATIONS = {
    "fence": (
        "store/store.sql",
        "WHERE stream = %(stream)s AND shard = %(shard)s AND fence = %(fence)s",
        "WHERE stream = %(stream)s AND shard = %(shard)s AND fence >= %(fence)s",
        ("writer.usurped",),
        ("store.before_transaction",),
        "replaced writer",
    ),
    "claim": (
        "store/deduplication.py",
        "if event.event_id in taken:",
        "if event.event_id in ():",
        ("service.kill",),
        ("store.after_begin",),
        "",
    ),
    "savepoint": (
        "store/processors.py",
        "with connection.transaction(), GuardedCursor(connection) as cursor:",
        "with GuardedCursor(connection) as cursor:",
        ("source.cut",),
        ("store.after_begin",),
        "",
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_suite_notices(name: str, tmp_path: Path) -> None:
    file, before, after, kinds, points, said = MUTATIONS[name]
    core = tmp_path / "core"
    shutil.copytree(CORE / "sse_ingest", core / "sse_ingest")
    mutated = core / "sse_ingest" / file
    text = mutated.read_text()
    assert text.count(before) == 1, f"{file} no longer reads as this test expects"
    mutated.write_text(text.replace(before, after))

    report = run(Plan(seed=1, rounds=1, per_round=4, patience=10, kinds=kinds, points=points, core=core))

    assert report.findings, f"the suite does not notice a core without its {name}"
    assert said in " ".join(report.findings)
    if report.folder is not None:
        shutil.rmtree(report.folder.parent)
