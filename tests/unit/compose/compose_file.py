"""docker-compose.yml and .env.example as Compose reads them: YAML, then variables in every text."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
COMPOSE = ROOT / "docker-compose.yml"
EXAMPLE = ROOT / ".env.example"
REFERENCE = re.compile(r"\$(?:(?P<escaped>\$)|\{(?P<name>\w+)(?:(?P<how>:[-?])(?P<word>[^}]*))?\})")
DOCUMENTED = re.compile(r"^(?P<optional>#?)(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>.*)$", re.MULTILINE)


class MissingVariableError(LookupError):
    """A `${NAME:?…}` without a value."""


def substitute(text: str, values: Mapping[str, str]) -> str:
    """`$$`, `${A}`, `${A:-default}` and `${A:?complaint}`; an empty value counts as none."""

    def one(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        value = values.get(match["name"], "")
        if not value and match["how"] == ":?":
            raise MissingVariableError(f"{match['name']}: {match['word']}")
        return value or (match["word"] if match["how"] == ":-" else "")

    return REFERENCE.sub(one, text)


def load(values: Mapping[str, str]) -> dict[str, Any]:
    """The file with its variables filled in."""

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: walk(value) for name, value in node.items()}
        if isinstance(node, list):
            return [walk(value) for value in node]
        return substitute(node, values) if isinstance(node, str) else node

    filled = walk(yaml.safe_load(COMPOSE.read_text(encoding="utf-8")))
    assert isinstance(filled, dict)
    return filled


def references() -> list[tuple[str, str, str]]:
    """(name, how, word) of every variable in the file."""
    matches = REFERENCE.finditer(COMPOSE.read_text(encoding="utf-8"))
    return [(match["name"], match["how"] or "", match["word"] or "") for match in matches if match["name"]]


def documented(*, optional: bool = False) -> dict[str, str]:
    """The variables of .env.example; those that are commented out only when asked for."""
    matches = DOCUMENTED.finditer(EXAMPLE.read_text(encoding="utf-8"))
    return {match["name"]: match["value"] for match in matches if bool(match["optional"]) == optional}


def env_file(path: Path) -> dict[str, str]:
    """A plain KEY=value file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}
