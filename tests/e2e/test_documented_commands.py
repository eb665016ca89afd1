"""Every command of the README and the documents, as it is written, where no setting has its default.

Ports, tokens and the data folder are the user's own. What runs for long is cut short, and `up` and `down` are what the
fixture does.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from local.display import counters
from local.servers.services import database_url
from local.settings import PORTS
from tests.support.documents.commands import PAGES, Clone, blocks, commands, mentioned
from tests.support.ports import free_port
from tests.support.service import ROOT
from tests.support.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.long, pytest.mark.timeout(900)]

README = (ROOT / "README.md").read_text(encoding="utf-8")
# There is no Metabase here. `reset` would remove the data, this stack has no Airflow, and `build` and `screenshots` are
# long: other tests run these four, and one builds the bundle of charts. The clone has no history for a hook, and no
# network for a lock. The last four are examples of pages with files or addresses of the reader: others follow them.
ELSEWHERE = re.compile(
    r"^(\./stack (up|down|metabase|reset|airflow|build|screenshots)\b|docker |pip |git |\S+pre-commit install)"
    r"|^(lock=|core=|\$lock )"
    r"|^(npm |cd local/dashboard/charts$)"
    r"|\bdaily_seatings\b|\b29_refunds\b|--processors my_module\b|\bPASSWORD@HOST\b"
)
SHORTER = (
    (r"^\./stack chaos\b.*", "./stack chaos --seed 1 --faults 1"),
    (r"^\./stack bench\b.*", "./stack bench --quick limit"),
    (r"^(\w+=\d )*\./stack test\b.*", "./stack test -q tests/unit/test_docs.py"),
    (r"^(\./stack logs \S+) -f", r"\1"),
    (r"^curl -N", "curl -N --max-time 2"),
    (r"^\./stack docs$", "./stack docs --build"),
    (r"^source .*", r"\g<0>; complete"),  # what it defines
)
# They say with their exit code what they have found.
FINDINGS = re.compile(r"^\./stack dlq (retry|edit)\b|--check")


def shortened(command: str) -> str:
    for pattern, shorter in SHORTER:
        command = re.sub(pattern, shorter, command)
    return command


COMMANDS = sorted(
    {shortened(command) for page in PAGES for block in blocks(page) for command in commands(block)}
)
MENTIONED = sorted({command for page in PAGES for command in mentioned(page)} - set(COMMANDS))

ORDERS = "Date,Time,Transaction,Item\n2016-10-30,09:58:11,1,Bread\n2016-12-01,10:07:57,3,Jam\n"
EVENT = """{"event_id": "01980f5e-7a3c-7d10-9b51-3f2a54c0b00%d", "event_type": "loyalty_points_earned",
    "ts": "2026-03-14T12:00:00Z", "offset": %d, "partition_key": "LOC-ON-001",
    "payload": {"customer_id": "c-%d", "points": 5}}"""
PROCESSORS = """
from sse_operator import create_custom_event_processor


@create_custom_event_processor
def loyalty_points(cursor, event, payload):
    cursor.execute(
        "INSERT INTO loyalty_points (event_id, customer_id, points) VALUES (%s, %s, %s)",
        [event.event_id, payload["customer_id"], payload["points"]],
    )


PROCESSORS = {"loyalty_points_earned": loyalty_points}
"""
TABLE = """
    CREATE TABLE analytics.loyalty_points (event_id uuid PRIMARY KEY, customer_id text, points int);
    GRANT INSERT ON analytics.loyalty_points TO airflow_user
"""


@pytest.fixture(scope="module")
def clone() -> Iterator[Clone]:
    """The stack of a user who has changed every setting that a command could take for granted."""
    home = Path(tempfile.mkdtemp(prefix="clone-"))
    home.chmod(0o711)  # so that the system user that runs PostgreSQL for root gets to its data
    data = home / "data of mine"
    own = {
        **{name: str(free_port()) for name in PORTS},
        "DATA_DIR": f"'{data}'",
        "EVENT_STREAM_TOKEN": "read-token-of-the-test",
        "EVENT_PUBLISH_TOKEN": "publish-token-of-the-test",
        "EVENT_RATE": "20",
        "EVENT_HISTORY_DAYS": "0",
        "EVENT_FAULT_MALFORMED": "0.3",
        "INGEST_STREAM": "mine",
        "POSTGRES_MAX_CONNECTIONS": "77",
    }
    copy = Clone(home, own)
    (home / "orders.csv").write_text(ORDERS)
    (home / "restaurants.csv").write_text("location_code,time_zone\nLOC-ON-009,America/Toronto\n")
    try:
        result = copy.run("./stack up --without-airflow --detach")
        assert result.returncode == 0, result.stdout + result.stderr
        eventually(lambda: (counters.read(copy.settings).dead_letters or 0) >= 10, "ten dead letters")
        yield copy
    finally:
        stopped = copy.run("./stack down")
        shutil.rmtree((data / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(home)
        assert stopped.returncode == 0, stopped.stderr


def value(clone: Clone, statement: str) -> object:
    with psycopg.connect(database_url(clone.settings, "restaurant_user"), autocommit=True) as owner:
        cursor = owner.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def localised(command: str, clone: Clone) -> str:
    """The same command for this stack's ports, with the header that the README asks for when reading needs a token."""
    for default, name in (("8000", "event_port"), ("8081", "airflow_port"), ("8010", "")):
        port = getattr(clone.settings, name) if name else free_port()
        command = command.replace(f"127.0.0.1:{default}", f"127.0.0.1:{port}").replace(
            f"={default} ", f"={port} "
        )
    if re.search(r"^curl .*/(stream|events\?)|^curl .*/stream$", command):
        header = re.search(r'`(-H "Authorization: Bearer \$\(sed [^`]*EVENT_STREAM_TOKEN[^`]*)`', README)
        assert header, "the README does not say how a reader sends its token"
        command = f"{command} {header[1]}"
    command = command.replace("curl ", "curl -sS --fail-with-body ", 1)
    command = command.replace("<the last id you saw>", f"{_stream_id(clone)}-1")
    return re.sub(r"(\./stack dlq \w+) 7\b", lambda match: f"{match[1]} {_open_dead_letter(clone)}", command)


def _stream_id(clone: Clone) -> object:
    return value(clone, "SELECT stream_id FROM raw_data.stream_checkpoints WHERE stream = 'mine'")


def _open_dead_letter(clone: Clone) -> object:
    # Some of the simulator's dead letters, or their payloads, are no JSON objects: no field can be set in them.
    query = """
        SELECT dead_letter_id FROM raw_data.dead_letters WHERE resolved_at IS NULL
         ORDER BY (
            position('"payload":{'::bytea IN received) > 0 AND substring(received FROM length(received) - 1) = '}}'
         ) DESC, dead_letter_id
         LIMIT 1
    """
    return value(clone, query)


@pytest.mark.parametrize("command", [command for command in COMMANDS if not ELSEWHERE.search(command)])
def test_a_command_works_as_it_is_written(command: str, clone: Clone) -> None:
    result = clone.run(localised(command, clone), clone.elsewhere() if "python" in command else None)

    output = result.stdout + result.stderr
    fine = {0, 28} if "curl -N" in command else {0, 1} if FINDINGS.search(command) else {0}
    assert result.returncode in fine, output
    assert result.stdout.strip()
    assert "Traceback" not in output


def test_no_line_of_the_readme_hides_behind_another() -> None:
    lines = [
        line.partition("#")[0].strip() for block in blocks(ROOT / "README.md") for line in block.splitlines()
    ]
    shown = {shortened(line) for line in lines if line.startswith(("./stack", "source"))}
    assert len(shown) > 20
    assert shown <= set(COMMANDS)


@pytest.mark.parametrize("command", [command for command in MENTIONED if not ELSEWHERE.search(command)])
def test_a_command_that_a_sentence_names_is_there(command: str, clone: Clone) -> None:
    parts = re.sub(r" (…|[A-Z]+)$", "", command)
    result = clone.run(f"{parts} --help", clone.elsewhere() if command.startswith("python") else None)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "usage" in result.stdout.lower()


@pytest.mark.parametrize(
    "command",
    [
        "python -m sql status",
        "python -m sql migrate",
        "python -m sql locations",
        "python -m sse_ingest completeness",
        "python -m sse_ingest dlq list",
        "python -m sse_ingest rebuild",
    ],
)
def test_the_same_works_where_there_is_no_stack(command: str, clone: Clone) -> None:
    result = clone.run(command, clone.elsewhere())
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("place", ["the current folder", "PYTHONPATH"])
def test_processors_of_ones_own_are_found(place: str, clone: Clone, tmp_path: Path) -> None:
    """In the command of the page about processors, and for a dead letter."""
    number = 1 + (place == "PYTHONPATH")
    module = f"my_module_{number}"
    (tmp_path / f"{module}.py").write_text(PROCESSORS)
    (tmp_path / "sse_ingest.py").write_text("raise SystemExit('a module of the user hides one of ours')\n")
    cwd = tmp_path if place == "the current folder" else None
    environment = None if cwd else {"PYTHONPATH": str(tmp_path)}
    value(clone, f"DROP TABLE IF EXISTS analytics.loyalty_points; {TABLE}")

    dead_letter = _open_dead_letter(clone)
    offset = value(
        clone, f"SELECT event_offset FROM raw_data.dead_letters WHERE dead_letter_id = {dead_letter}"
    )
    (tmp_path / "event.json").write_text(EVENT % (number, offset, number))
    edit = f"{clone.home}/stack dlq edit {dead_letter} --file {tmp_path}/event.json --processors {module}:PROCESSORS"
    result = clone.run(edit, environment, cwd=cwd)
    assert result.returncode == 0, result.stdout + result.stderr
    assert value(clone, f"SELECT points FROM analytics.loyalty_points WHERE customer_id = 'c-{number}'") == 5

    value(clone, "TRUNCATE analytics.loyalty_points")
    page = (ROOT / "docs" / "how-to" / "write-a-processor.md").read_text(encoding="utf-8")
    sentence = re.search(r"^\./stack (rebuild --processors my_module:.*)$", page, re.MULTILINE)
    assert sentence
    rebuild = sentence[1].replace("my_module", module)
    result = clone.run(f"{clone.home}/stack {rebuild}", environment, cwd=cwd)
    assert result.returncode == 0, result.stdout + result.stderr
    assert value(clone, f"SELECT points FROM analytics.loyalty_points WHERE customer_id = 'c-{number}'") == 5


def test_every_file_and_folder_that_the_readme_names_is_there() -> None:
    named = re.findall(r"`((?:api|airflow|sql|local|ops|tests)/[\w./]*)`", README)

    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
