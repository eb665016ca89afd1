"""The tools that are measured, their exact versions, and what each of them guarantees."""

from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).parent / "scripts"


@dataclass(frozen=True)
class Peer:
    """A tool, and the program that stores events with it."""

    name: str
    requirements: tuple[str, ...]
    """Exact pins, `name==version`, of the tool and of the packages that its speed depends on."""
    script: str
    """A program in SCRIPTS. Its docstring says how it uses the tool."""
    guarantee: str
    """What it guarantees when it is interrupted, or gets an event twice."""
    arguments: tuple[str, ...] = ()
    events: int = 100_000
    """The number of events."""
    quick: bool = False
    """Whether a quick run measures it."""

    @property
    def environment(self) -> str:
        """The name of its virtual environment: one per program, for all its modes."""
        return Path(self.script).stem


_DLT = ("dlt[postgres]==1.31.0", "psycopg2-binary==2.9.13", "orjson==3.13.0")

PEERS = (
    Peer(
        name="row by row: psycopg, one execute per event",
        requirements=("psycopg[binary]==3.3.6",),
        script="row_by_row.py",
        guarantee="At least once, raw and typed rows: its position is kept elsewhere, and keys drop "
        "repeats. A payment before its order stops it.",
        events=20_000,
        quick=True,
    ),
    Peer(
        name="dlt, append",
        requirements=_DLT,
        script="dlt_pipeline.py",
        arguments=("append",),
        guarantee="At least once, raw rows only: its position has a transaction of its own, and repeats "
        "are stored again.",
    ),
    Peer(
        name="dlt, merge by upsert",
        requirements=_DLT,
        script="dlt_pipeline.py",
        arguments=("upsert",),
        guarantee="At least once, raw rows only: its position has a transaction of its own. A repeat in a later "
        "run overwrites its row; a repeat in the same run stops it.",
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
        guarantee="At least once, raw rows only: another process gets its position after the commit, and a repeat "
        "overwrites its row.",
    ),
    Peer(
        name="Quix Streams' sink, upsert",
        requirements=("quixstreams[postgresql]==3.28.1", "psycopg2-binary==2.9.13", "orjson==3.13.0"),
        script="quix_sink.py",
        guarantee="At least once, raw rows only: Kafka gets its position after the commit, and a repeat overwrites "
        "its row. Measured without Kafka and the application around it, which cost more.",
    ),
)
