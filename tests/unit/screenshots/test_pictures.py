"""What the pages show of the pictures, and that the repository stays small."""

import re
from pathlib import Path

import pytest
from PIL import Image

from local.settings import ROOT
from tests.screenshots.manifest import FOLDER, names

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SOURCE = re.compile(r'<(img|source)\b[^>]*?\bsrc(?:set)?="([^"]+)"[^>]*>')


def shown(page: Path) -> list[tuple[str, Path]]:
    """The tags of pictures on a page, and their files."""
    text = page.read_text(encoding="utf-8")
    return [(match[0], (page.parent / match[2]).resolve()) for match in SOURCE.finditer(text)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_pictures_of_a_page_are_there_and_have_a_text(page: Path) -> None:
    for tag, file in shown(page):
        assert file.is_file(), file
        assert tag.startswith("<source") or re.search(r'\balt="[^"]{20,}"', tag), tag


def test_the_readme_shows_the_page_and_airflow_in_both_themes() -> None:
    names_on_it = {str(file.relative_to(FOLDER)) for _, file in shown(ROOT / "README.md")}
    for kind in ("dashboards", "airflow"):
        for theme in ("light", "dark"):
            assert any(re.fullmatch(rf"{kind}/.*-{theme}\.png", name) for name in names_on_it), (kind, theme)


def test_pictures_are_as_wide_as_each_other_and_small() -> None:
    files = [FOLDER / name for name in names()]
    for file in files:
        with Image.open(file) as image:
            assert (image.format, image.width) == ("PNG", 1280), file
    assert sum(file.stat().st_size for file in files) < 2_500_000
