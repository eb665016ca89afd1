"""The files of sql/: each says in its place and name what it is."""

import re
from collections import Counter
from pathlib import Path

import pytest

from sql.tool import repeatables
from sse_ingest.migrations.raw_functions import raw_functions

SQL = Path(repeatables.FOLDER).parent
MOST_FILES = 15
DEFINITION = re.compile(r"^CREATE OR REPLACE (?:VIEW|FUNCTION) (\w+)\.(\w+)", re.MULTILINE)


@pytest.mark.parametrize("file", sorted(repeatables.FOLDER.glob("*/**/*.sql")), ids=lambda file: file.stem)
def test_a_repeatable_is_named_after_the_one_object_that_it_makes(file: Path) -> None:
    """Its name in raw_data.repeatables is made of schema and file name: a name that changes drops the object."""
    schema = file.relative_to(repeatables.FOLDER).parts[0]
    assert DEFINITION.findall(file.read_text(encoding="utf-8")) == [(schema, file.stem)]


def test_no_object_has_two_files() -> None:
    files = len(list(repeatables.FOLDER.rglob("*.sql"))) + len(raw_functions("raw_data", "analytics"))
    assert len({one.name for one in repeatables.on_disk()}) == files


def test_folders_stay_small() -> None:
    """The versions of migrations are a list that only grows."""
    sizes = Counter(file.parent for file in SQL.rglob("*.*") if "__pycache__" not in file.parts)
    del sizes[SQL / "migrations" / "versions"]
    assert {str(folder): size for folder, size in sizes.items() if size > MOST_FILES} == {}
