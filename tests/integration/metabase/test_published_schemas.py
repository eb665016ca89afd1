"""What we send is valid by Metabase's own schemas, which its npm packages publish. Metabase itself does not run here.

The packages are fetched when the test runs and are no part of this repository.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.cards.definition import load
from local.metabase.content.bodies import entity_id
from local.metabase.provision import provision
from local.metabase.settings import Target
from tests.support.metabase.state import State

PACKAGES = ("@metabase/representations@1.2.0", "@metabase/cli@0.3.1")
DATABASE = "Restaurant warehouse"
OWNER = {"creator_id": "admin@example.com"}
pytestmark = [pytest.mark.integration, pytest.mark.long]


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the packages' commands."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed: Metabase's published schemas were not checked")
    folder = tmp_path_factory.mktemp("npm")
    command = [
        "npm",
        "install",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--fetch-retries=1",
        *PACKAGES,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"npm cannot fetch {PACKAGES}: Metabase's published schemas were not checked")
    return folder / "node_modules" / ".bin"


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def portable_card(card: dict[str, Any], columns: dict[int, str]) -> dict[str, Any]:
    """As the schemas name things: by names and entity ids, not by numbers."""
    stage = card["dataset_query"]["stages"][0]
    tags = {
        name: tag | {"dimension": ["field", {}, [DATABASE, *columns[tag["dimension"][2]].split(".")]]}
        for name, tag in stage.get("template-tags", {}).items()
    }
    query = card["dataset_query"] | {"database": DATABASE, "stages": [stage | {"template-tags": tags}]}
    named = {
        name: card[name] for name in ("name", "description", "display", "visualization_settings", "entity_id")
    }
    return (
        named | OWNER | {"dataset_query": query, "serdes/meta": [{"id": card["entity_id"], "model": "Card"}]}
    )


def portable_dashboard(found: dict[str, Any], cards: dict[int, str]) -> dict[str, Any]:
    own = entity_id(f"dashboard {found['name']}")
    tabs = {tab["id"]: entity_id(f"tab {tab['id']}") for tab in found["tabs"]}
    dashcards = []
    for one in found["dashcards"]:
        place = entity_id(f"place {one['id']}")
        card = cards[one["card_id"]]
        tab = one["dashboard_tab_id"]
        dashcards.append(
            {name: value for name, value in one.items() if name not in ("id", "created_at")}
            | {"entity_id": place, "card_id": card, "dashboard_tab_id": tab and [own, tabs[tab]]}
            | {"parameter_mappings": [mapping | {"card_id": card} for mapping in one["parameter_mappings"]]}
            | {"serdes/meta": [{"id": own, "model": "Dashboard"}, {"id": place, "model": "DashboardCard"}]}
        )
    return OWNER | {
        "name": found["name"],
        "entity_id": own,
        "parameters": found["parameters"],
        "tabs": [
            {"entity_id": tabs[tab["id"]], "name": tab["name"], "position": tab["position"]}
            for tab in found["tabs"]
        ],
        "dashcards": dashcards,
        "serdes/meta": [{"id": own, "model": "Dashboard"}],
    }


def write(folder: Path, name: str, content: dict[str, Any]) -> Path:
    path = folder / "collections" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def test_cards_and_dashboards_are_valid(tools: Path, state: State, target: Target, tmp_path: Path) -> None:
    provision(target, load())
    columns = {field: column for column, field in state.field_ids().items()}
    cards = {card["id"]: card["entity_id"] for card in state.cards.values()}
    for card in state.cards.values():
        file = write(tmp_path, f"card_{card['id']}", portable_card(card, columns))
    for found in state.dashboards.values():
        write(tmp_path, f"dashboard_{found['id']}", portable_dashboard(found, cards))

    done = run(tools / "representations", "validate-schema", "--folder", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr

    broken = yaml.safe_load(file.read_text(encoding="utf-8")) | {"display": "barchart"}
    write(tmp_path, "broken", broken)
    assert run(tools / "representations", "validate-schema", "--folder", tmp_path).returncode != 0


def test_queries_are_valid(tools: Path, state: State, target: Target) -> None:
    provision(target, load())
    # One card of each set of filters: their queries differ in nothing but the SQL, which is not validated.
    queries = {
        tuple(query["stages"][0].get("template-tags", {})): query
        for query in (card["dataset_query"] for card in state.cards.values())
    }
    assert len(queries) >= 5
    for query in queries.values():
        done = run(tools / "mb", "query", "--dry-run", "--json", "--body", json.dumps(query))
        assert json.loads(done.stdout)["ok"] is True, done.stdout + done.stderr
    tagged = next(query for tags, query in queries.items() if tags)
    tag = next(iter(tagged["stages"][0]["template-tags"].values()))
    tag["dimension"] = ["field", tag["dimension"][2], None]
    done = run(tools / "mb", "query", "--dry-run", "--json", "--body", json.dumps(tagged))
    assert json.loads(done.stdout)["ok"] is False
