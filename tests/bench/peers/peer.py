"""Which tools are measured, exactly which versions of them, and what each of them promises."""

from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).parent / "scripts"


@dataclass(frozen=True)
class Peer:
    """A tool, and the program that stores events with it."""

    name: str
    requirements: tuple[str, ...]
    """Exact pins, `name==version`, of what it is and of what its speed depends on."""
    script: str
    """A program in SCRIPTS; its docstring says how the tool is used."""
    guarantee: str
    """What it promises when it is interrupted or told an event twice."""
    arguments: tuple[str, ...] = ()
    events: int = 100_000
    """How many it is given."""
    quick: bool = False
    """Whether a short run of the bench has the time for it."""

    @property
    def environment(self) -> str:
        """The name of its virtual environment: one for each program, in whatever mode."""
        return Path(self.script).stem


_DLT = ("dlt[postgres]==1.31.0", "psycopg2-binary==2.9.13", "orjson==3.13.0")

PEERS = (
    Peer(
        name="row by row: psycopg, an execute an event",
        requirements=("psycopg[binary]==3.3.6",),
        script="row_by_row.py",
        guarantee="At least once, raw and typed rows: its position is kept elsewhere, and keys drop what comes "
        "again. A payment before its order stops it.",
        events=20_000,
        quick=True,
    ),
    Peer(
        name="dlt, append",
        requirements=_DLT,
        script="dlt_pipeline.py",
        arguments=("append",),
        guarantee="At least once, raw rows only: its position has a transaction of its own, and what comes again "
        "is stored again.",
    ),
    Peer(
        name="dlt, merge by upsert",
        requirements=_DLT,
        script="dlt_pipeline.py",
        arguments=("upsert",),
        guarantee="At least once, raw rows only: its position has a transaction of its own, and what comes again in "
        "a later run overwrites its row; what comes twice in one run stops it.",
    ),
    Peer(
        name="target-postgres, upsert by COPY",
        requirements=(
            "meltanolabs-target-postgres==0.8.1",
            "singer-sdk==0.54.9",
            "sqlalchemy==2.1.9",
            "psycopg[binary]==3.3.6",
        ),
        script="singer_target.py",
        guarantee="At least once, raw rows only: another process is told its position after the commit, and what "
        "comes again overwrites its row.",
    ),
    Peer(
        name="Quix Streams' sink, upsert",
        requirements=("quixstreams[postgresql]==3.28.1", "psycopg2-binary==2.9.13", "orjson==3.13.0"),
        script="quix_sink.py",
        guarantee="At least once, raw rows only: Kafka is told its position after the commit, and what comes again "
        "overwrites its row. Without Kafka and the application around it, which cost more.",
    ),
)
