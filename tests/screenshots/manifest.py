"""The pictures in docs/pictures, and from which cards each was taken: neither the age of a file nor git says that."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Literal, get_args

from local.cards import definition
from local.settings import ROOT

FOLDER = ROOT / "docs" / "pictures"
MANIFEST = "pictures.json"
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)
AIRFLOW_VIEWS = {
    "dags": ("/dags", "[data-testid=dag-card]"),
    "realtime-stream": ("/dags/restaurant_realtime_stream", "canvas"),
}
"""The address of each view, and what is there once it shows runs."""


def names(cards: Path = definition.FOLDER) -> Iterator[str]:
    """Every picture there is to be: each dashboard and each view of Airflow, in both themes."""
    for theme in THEMES:
        yield from (f"dashboards/{dashboard}-{theme}.png" for dashboard in dashboards(cards))
        yield from (f"airflow/{view}-{theme}.png" for view in AIRFLOW_VIEWS)


def dashboards(cards: Path = definition.FOLDER) -> list[str]:
    """The folders of `sql/dashboards/`."""
    return sorted({file.parent.name for file in cards.glob("*/*.sql")})


def write(pictures: Mapping[str, bytes], folder: Path = FOLDER, cards: Path = definition.FOLDER) -> None:
    """Put these pictures in place of those that are there, with the manifest."""
    for file in folder.glob("*/*.png"):
        file.unlink()
    for name, picture in pictures.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(picture)
    entries = {name: _entry(name, pictures[name], cards) for name in sorted(pictures)}
    (folder / MANIFEST).write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")


def objections(folder: Path = FOLDER, cards: Path = definition.FOLDER) -> list[str]:
    """What is wrong with the pictures, one sentence each."""
    manifest = folder / MANIFEST
    entries = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else {}
    expected = set(names(cards))
    files = {str(file.relative_to(folder)) for file in folder.glob("*/*.png")}
    sentences = [
        f"{name}: nothing has this name any more." for name in sorted((files | set(entries)) - expected)
    ]
    for name in sorted(expected):
        if name not in entries or name not in files:
            sentences.append(f"{name} is missing.")
            continue
        entry = _entry(name, (folder / name).read_bytes(), cards)
        if entry["sha256"] != entries[name]["sha256"]:
            sentences.append(f"{name} is not the picture that was taken.")
        if entry.get("cards") != entries[name].get("cards"):
            sentences.append(f"{name} is older than the cards of its dashboard.")
    return sentences


def _entry(name: str, picture: bytes, cards: Path) -> dict[str, str]:
    """What the manifest has about a picture; only a dashboard has cards."""
    entry = {"sha256": sha256(picture).hexdigest()}
    kind, _, file = name.partition("/")
    return entry | {"cards": _digest(cards / file.rpartition("-")[0])} if kind == "dashboards" else entry


def _digest(dashboard: Path) -> str:
    """Of the names and the text of its cards."""
    texts = {file.name: file.read_text(encoding="utf-8") for file in dashboard.glob("*.sql")}
    return sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()
