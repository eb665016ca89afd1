"""The documents name files that are there, and link to headings that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP = [ROOT / f"{name}.md" for name in ("README", "ARCHITECTURE", "CHANGELOG", "CONTRIBUTING", "SECURITY")]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [*TOP, *DOCS]
NAMED = re.compile(
    r"`((?:api|airflow|docs|local|ops|restaurant_warehouse|sql|sse_ingest|tests)/[\w./-]*[\w/])`"
)
PACKAGES = {
    "sse_ingest": "airflow/packages/sse-ingest/sse_ingest",
    "restaurant_warehouse": "airflow/packages/restaurant-warehouse/restaurant_warehouse",
}
LINK = re.compile(r"\]\(([^)\s:]*)\)")


def headings(page: Path) -> set[str]:
    """As GitHub makes anchors of them."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


def located(name: str) -> Path:
    """The file or folder; modules of a package are named without its folder."""
    top, _, rest = name.partition("/")
    return ROOT / PACKAGES.get(top, top) / rest


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [name for name in sorted(set(NAMED.findall(text))) if not located(name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        if not file.exists() or (anchor and anchor not in headings(file)):
            broken.append(target)
    assert broken == []


def test_the_index_and_the_navigation_name_every_document() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    names = {str(page.relative_to(ROOT / "docs")) for page in DOCS} - {"index.md"}
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    assert {name for name in names if f"]({name})" not in index} == set()
    assert {name for name in names if f"- {name}\n" not in navigation} == set()
