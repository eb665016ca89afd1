"""Names and values of a `.env`: what has an effect, what replaces the rest, and what a value may be."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from api.settings import Settings as ServiceSettings
from local.commands import doctor, up
from local.display.progress import Progress
from local.env_file import names, values
from local.env_file.predecessor import PREDECESSOR, Former
from local.errors import StackError
from local.settings import ROOT, Settings

EXAMPLE = (ROOT / ".env.example").read_text()
KNOWN = names.documented(EXAMPLE)
PAGE = (ROOT / "docs" / "reference" / "predecessor.md").read_text()
# What its documents and its Compose file read.
OF_THE_PREDECESSOR = re.findall(
    r"\w+",
    """
    POSTGRES_SUPERUSER POSTGRES_SUPERUSER_PASSWORD POSTGRES_DEFAULT_DB POSTGRES_EXTERNAL_PORT
    POSTGRES_MAX_CONNECTIONS POSTGRES_SHARED_BUFFERS POSTGRES_EFFECTIVE_CACHE_SIZE
    RESTAURANT_DB_NAME RESTAURANT_DB_USER RESTAURANT_DB_PASSWORD
    ANALYTICS_READONLY_USER ANALYTICS_READONLY_PASSWORD
    AIRFLOW_DB_NAME AIRFLOW_DB_USER AIRFLOW_DB_PASSWORD AIRFLOW_EXTERNAL_PORT AIRFLOW_UID AIRFLOW_GID
    AIRFLOW_ADMIN_USER AIRFLOW_ADMIN_PASSWORD AIRFLOW_ADMIN_EMAIL AIRFLOW_ADMIN_FIRSTNAME AIRFLOW_ADMIN_LASTNAME
    AIRFLOW_FERNET_KEY AIRFLOW_LOAD_EXAMPLES AIRFLOW_PARALLELISM AIRFLOW_DAG_CONCURRENCY
    AIRFLOW_MAX_ACTIVE_TASKS_PER_DAG AIRFLOW_MAX_ACTIVE_RUNS_PER_DAG
    METABASE_EXTERNAL_PORT PGADMIN_EXTERNAL_PORT RESTAURANT_API_EXTERNAL_PORT RESTAURANT_API_URL API_HOT_RELOAD TZ
    """,
)


def complaints(*variables: str) -> list[str]:
    return list(names.without_effect(variables, EXAMPLE))


@pytest.mark.parametrize("name", OF_THE_PREDECESSOR)
def test_each_setting_of_the_predecessor_works_or_is_named_with_what_replaces_it(name: str) -> None:
    assert (name in KNOWN) != (name in PREDECESSOR)
    assert bool(complaints(name)) == (name in PREDECESSOR)


@pytest.mark.parametrize(("name", "former"), PREDECESSOR.items())
def test_what_replaces_a_setting_is_one(name: str, former: Former) -> None:
    assert name not in KNOWN
    assert former.instead in KNOWN or (not former.instead and former.note)
    assert complaints(name) == [f"{name} has no effect. {former.advice}"]


def test_the_page_for_users_of_the_predecessor_has_the_table() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    replaced = {
        f"| `{name}` | {'. '.join(part for part in (former.instead and f'`{former.instead}`', former.note) if part)} |"
        for name, former in PREDECESSOR.items()
    }
    assert replaced <= set(rows)
    working = {name for row in rows if row not in replaced for name in row.split(" | ")[0].split("`")[1::2]}
    assert working == {name for name in OF_THE_PREDECESSOR if name in KNOWN}


def test_what_init_data_dir_writes_has_an_effect_and_good_values(env_file: Path) -> None:
    settings = Settings.load(env_file=env_file)
    assert settings.without_effect() == []
    assert set(values.RULES) <= set(settings.values)


def test_every_setting_of_the_event_service_is_documented() -> None:
    fields = ServiceSettings.model_fields
    own = {field.validation_alias or f"EVENT_{name.upper()}" for name, field in fields.items()}
    assert own <= KNOWN


@pytest.mark.parametrize("name", [*sorted(KNOWN), "COMPOSE_PROJECT_NAME", "COMPOSE_FILE", "DOCKER_HOST"])
def test_a_name_that_somebody_reads_is_not_reported(name: str) -> None:
    assert complaints(name) == []


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("EVENT_PROT", "Did you mean EVENT_PORT?"),
        ("POSTGRES_SHARED_BUFFER", "Did you mean POSTGRES_SHARED_BUFFERS?"),
        ("airflow_port", "Did you mean AIRFLOW_PORT?"),
        ("MINE", "No setting has a similar name: see .env.example."),
        ("AIRFLOW__CORE__PARALLELISM", "Write options of Airflow into airflow/airflow.env"),
        ("STACK_PYTHON", "It is read before this file: export it instead."),
    ],
)
def test_an_unknown_name_is_reported_with_the_nearest_known_one(name: str, advice: str) -> None:
    assert len(complaints(name)) == 1
    assert complaints(name)[0].startswith(f"{name} has no effect. {advice}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_HOT_RELOAD", "yes"),
        ("AIRFLOW_LOAD_EXAMPLES", "1"),
        ("AIRFLOW_PARALLELISM", "3"),
        ("AIRFLOW_DAG_CONCURRENCY", "-4"),
        ("POSTGRES_MAX_CONNECTIONS", "1e3"),
        ("POSTGRES_SHARED_BUFFERS", "512"),
        ("POSTGRES_SHARED_BUFFERS", "512mb"),
        ("POSTGRES_EFFECTIVE_CACHE_SIZE", "0GB"),
        ("RESTAURANT_CURRENCY", "cad"),
        ("METABASE_CURRENCY", "dollar"),
    ],
)
def test_a_wrong_value_is_named_with_the_file_and_what_to_write(
    env_file: Path, change: Callable[..., None], name: str, value: str
) -> None:
    change(**{name: value})
    with pytest.raises(StackError, match=rf"^{name} is '{value}' in {env_file}: write "):
        Settings.load(env_file=env_file)


def test_doctor_names_what_has_no_effect(env_file: Path, change: Callable[..., None], tmp_path: Path) -> None:
    change(DATA_DIR=str(tmp_path / "var"), POSTGRES_EXTERNAL_PORT="5433", EVENT_PROT="8000")
    wrong = [
        finding.message
        for finding in doctor.examine(env_file)
        if finding.name == "settings" and not finding.fine
    ]
    assert wrong == [
        "POSTGRES_EXTERNAL_PORT has no effect. Set POSTGRES_PORT instead.",
        "EVENT_PROT has no effect. Did you mean EVENT_PORT?",
    ]


def test_up_names_what_has_no_effect(env_file: Path, change: Callable[..., None], tmp_path: Path) -> None:
    change(DATA_DIR=str(tmp_path / "var"), POSTGRES_EXTERNAL_PORT="5433")
    console = Console(record=True, width=500)
    up.prepare(env_file, Progress(console))
    assert (
        f"{env_file}: POSTGRES_EXTERNAL_PORT has no effect. Set POSTGRES_PORT instead."
        in console.export_text()
    )
