"""docker-compose.yml keeps the promises that can be read off it."""

import importlib.util
import json
import shutil
import subprocess
import sys
from graphlib import TopologicalSorter
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
import yaml

import init_data_dir
from tests.support.pgadmin import definition
from tests.unit.compose.compose_file import COMPOSE, ROOT, MissingVariableError, documented, load, references

ONE_SHOTS = {"bootstrap", "migrate", "restaurants", "past", "airflow-init", "metabase-setup"}
SECRETS = {
    name: f"secret-of-{name.lower()}" for name, value in documented().items() if value.startswith("change-me")
}
PROJECT = load(documented() | SECRETS)
SERVICES: dict[str, dict[str, Any]] = PROJECT["services"]
LASTING = sorted(set(SERVICES) - ONE_SHOTS)


def test_follows_the_compose_specification() -> None:
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        str(COMPOSE),
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_docker_compose_itself_reads_it(tmp_path: Path) -> None:
    compose = ["docker", "compose"]
    if (
        not shutil.which("docker")
        or subprocess.run([*compose, "version"], capture_output=True, check=False).returncode
    ):
        pytest.skip("Docker Compose is not installed here: `docker compose config` was not run")
    init_data_dir.write_env(ROOT / ".env.example", tmp_path / "env")
    command = [*compose, "--file", str(COMPOSE), "--env-file", str(tmp_path / "env"), "config", "--quiet"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_debians_docker_compose_reads_it(tmp_path: Path) -> None:
    """Release 1.29 knows the specification but for three later words; without these it reads every service."""
    if not shutil.which("docker-compose"):
        pytest.skip("Docker Compose is not installed here: Debian's `docker-compose config` was not run")
    reduced = yaml.safe_load(COMPOSE.read_text())
    del reduced["name"], reduced["configs"]
    for service in reduced["services"].values():
        service.pop("configs", None)
        for volume in service.get("volumes", []):
            volume.get("bind", {}).pop("create_host_path", None)
    file = tmp_path / "docker-compose.yml"
    file.write_text(yaml.safe_dump(reduced))
    init_data_dir.write_env(ROOT / ".env.example", tmp_path / "env")
    command = ["docker-compose", "--file", str(file), "--project-directory", str(ROOT)]
    command += ["--env-file", str(tmp_path / "env"), "config"]

    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stderr
    assert set(yaml.safe_load(result.stdout)["services"]) == set(reduced["services"])


def test_secrets_are_required_and_nothing_else_is() -> None:
    used = {name for name, _, _ in references()}
    required = {name for name, how, _ in references() if how == ":?"}
    assert required == set(SECRETS) & used
    assert set(SECRETS) <= used, "a secret that no service gets"
    with pytest.raises(MissingVariableError, match=r"init_data_dir\.py"):
        load({})


def test_every_variable_is_documented_with_the_default_that_compose_has() -> None:
    for name, how, word in references():
        assert name in documented(), f"{name} is not in .env.example"
        if how == ":-":
            assert word == documented()[name], f"{name}: compose and .env.example differ"


def test_every_documented_variable_is_used() -> None:
    folders = ("api", "sql", "local", "airflow")
    sources = [
        path.read_text(encoding="utf-8") for folder in folders for path in (ROOT / folder).rglob("*.py")
    ]
    text = "\n".join([COMPOSE.read_text(encoding="utf-8"), *sources])
    names = documented() | documented(optional=True)
    assert [name for name in names if name not in text] == []


def test_ports_are_published_on_loopback_only() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"postgres", "api", "airflow-api-server", "metabase", "pgadmin"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


@pytest.mark.parametrize("name", LASTING)
def test_lasting_services_have_health_restart_and_time_to_stop(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert service["stop_grace_period"]
    assert set(service["healthcheck"]) == {"test", "interval", "timeout", "retries", "start_period"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_is_confined(name: str) -> None:
    service = SERVICES[name]
    assert service["init"] is True
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["logging"]["options"]["max-size"]
    assert not service.get("privileged")
    if "build" in service:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "cap_add" not in service
    else:
        assert service["image"].rpartition(":")[2] not in ("latest", service["image"])


def test_dependencies_wait_for_what_can_be_waited_for() -> None:
    graph = {name: set(service.get("depends_on", ())) for name, service in SERVICES.items()}
    order = list(TopologicalSorter(graph).static_order())
    chain = ("bootstrap", "migrate", "restaurants", "airflow-scheduler")
    assert sorted(chain, key=order.index) == list(chain)
    for service in SERVICES.values():
        for other, wanted in service.get("depends_on", {}).items():
            one_shot = wanted == {"condition": "service_completed_successfully"}
            assert one_shot == (other in ONE_SHOTS)
            assert one_shot or wanted == {"condition": "service_healthy"}
    restarts = {name: SERVICES[name]["restart"] for name in ONE_SHOTS}
    assert restarts == dict.fromkeys(ONE_SHOTS, "no") | {"past": "on-failure"}


def test_every_mount_is_a_folder_that_init_data_dir_makes() -> None:
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", [])]
    assert all(mount["type"] == "bind" and mount["bind"] == {"create_host_path": False} for mount in mounts)
    sources = {mount["source"] for mount in mounts}
    assert sources - {"./api", "./pyproject.toml", "./sql/pgadmin"} == {
        f"./var/compose/{folder.name}" for folder in init_data_dir.FOLDERS
    }


def test_the_source_for_hot_reload_is_beside_what_the_image_holds() -> None:
    service = SERVICES["api"]
    mounts = [mount for mount in service["volumes"] if mount["source"] in ("./api", "./pyproject.toml")]
    assert len(mounts) == 2
    for mount in mounts:
        assert mount["read_only"] is True
        assert mount["target"] == f"{service['environment']['EVENT_SOURCE_PATH']}/{mount['source'][2:]}"
    assert service["environment"]["EVENT_SOURCE_PATH"] != "/app"


def test_the_tuning_of_env_reaches_postgres_and_airflow() -> None:
    tuned = load(
        documented()
        | SECRETS
        | {
            "POSTGRES_MAX_CONNECTIONS": "77",
            "POSTGRES_SHARED_BUFFERS": "512MB",
            "POSTGRES_EFFECTIVE_CACHE_SIZE": "2GB",
            "AIRFLOW_PARALLELISM": "5",
            "AIRFLOW_DAG_CONCURRENCY": "6",
            "AIRFLOW_LOAD_EXAMPLES": "true",
            "API_HOT_RELOAD": "true",
        }
    )["services"]
    wanted = {"--max_connections=77", "--shared_buffers=512MB", "--effective_cache_size=2GB"}
    assert wanted <= set(tuned["postgres"]["command"])
    assert tuned["api"]["environment"]["API_HOT_RELOAD"] == "true"
    for name in ("airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer"):
        environment = tuned[name]["environment"]
        assert environment["AIRFLOW__CORE__PARALLELISM"] == "5"
        assert environment["AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG"] == "6"
        assert environment["AIRFLOW__CORE__LOAD_EXAMPLES"] == "true"
        assert environment["AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"] == "true"


def test_commands_name_modules_that_exist() -> None:
    modules = {
        command[2]
        for service in SERVICES.values()
        if (command := service.get("command", []))[:2] == ["python", "-m"]
    }
    assert modules == {"api", "local.metabase", "local.past", "sql"}
    for module in modules:
        assert importlib.util.find_spec(f"{module}.__main__"), f"python -m {module} does not run"


def test_pgadmin_lists_the_reader_first_and_no_superuser() -> None:
    assert SERVICES["pgadmin"]["configs"] == [
        {"source": "pgadmin-servers", "target": "/pgadmin4/servers.json"}
    ]
    servers = list(json.loads(PROJECT["configs"]["pgadmin-servers"]["content"])["Servers"].values())
    assert {server["Host"] for server in servers} <= set(SERVICES)
    # pgAdmin sorts them by name.
    assert [server["Username"] for server in sorted(servers, key=itemgetter("Name"))] == [
        "analytics_reader",
        "airflow_user",
        "restaurant_user",
    ]
    for server in servers:
        assert {"Name", "Group", "Port", "SSLMode"} <= set(server)
        assert server["MaintenanceDB"] == server["DBRestriction"] == "restaurant_analytics"
        assert server["DBRestrictionType"] == "databases"
        assert "Password" not in server


def test_pgadmin_asks_nothing_of_others() -> None:
    settings = definition.read().settings
    assert settings["UPGRADE_CHECK_ENABLED"] is False
    assert settings["SHOW_GRAVATAR_IMAGE"] is False
    assert settings["LLM_ENABLED"] is False
    assert "http" not in settings["CONTENT_SECURITY_POLICY"]


def test_pgadmin_has_the_queries_of_the_repository() -> None:
    [mount] = [mount for mount in SERVICES["pgadmin"]["volumes"] if mount["source"] == "./sql/pgadmin"]
    assert mount["read_only"] is True
    [storage] = definition.read().settings["SHARED_STORAGE"]
    assert (Path(storage["path"]) / "daily_sales.sql").samefile(ROOT / "sql" / "pgadmin" / "daily_sales.sql")
