"""What we send is valid by Metabase's own schemas, which its npm packages publish. Metabase does not run here."""

import json
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
from tests.support.npm import fetch

PACKAGES = ("@metabase/representations@1.2.0", "@metabase/cli@0.3.1")
DATABASE = "Restaurant warehouse"
OWNER = {"creator_id": "admin@example.com"}
pytestmark = [pytest.mark.integration, pytest.mark.long]


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the packages' commands."""
    folder = tmp_path_factory.mktemp("npm")
    return fetch(folder, "Metabase's published schemas were not checked", *PACKAGES)


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


def portable_dashboard(dashboard: dict[str, Any], cards: dict[int, str]) -> dict[str, Any]:
    own = entity_id(f"dashboard {dashboard['name']}")
    tabs = {tab["id"]: entity_id(f"tab {tab['id']}") for tab in dashboard["tabs"]}
    dashcards = []
    for one in dashboard["dashcards"]:
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
        "name": dashboard["name"],
        "entity_id": own,
        "parameters": dashboard["parameters"],
        "tabs": [
            {"entity_id": tabs[tab["id"]], "name": tab["name"], "position": tab["position"]}
            for tab in dashboard["tabs"]
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
    for dashboard in state.dashboards.values():
        write(tmp_path, f"dashboard_{dashboard['id']}", portable_dashboard(dashboard, cards))

    result = run(tools / "representations", "validate-schema", "--folder", tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr

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
        result = run(tools / "mb", "query", "--dry-run", "--json", "--body", json.dumps(query))
        assert json.loads(result.stdout)["ok"] is True, result.stdout + result.stderr
    tagged = next(query for tags, query in queries.items() if tags)
    tag = next(iter(tagged["stages"][0]["template-tags"].values()))
    tag["dimension"] = ["field", tag["dimension"][2], None]
    result = run(tools / "mb", "query", "--dry-run", "--json", "--body", json.dumps(tagged))
    assert json.loads(result.stdout)["ok"] is False
