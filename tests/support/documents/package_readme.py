"""What the README of the package sse-ingest shows."""

import re

from tests.support.service import ROOT

PACKAGE = ROOT / "airflow" / "packages" / "sse-ingest"
_DAG = re.compile(r"<!-- the ten lines -->\n```python\n(.*?)```\n<!-- end of the ten lines -->", re.DOTALL)
_OPERATING = re.compile(r"^python -m sse_ingest ((?!init-db|run)\S[^#\n]*)", re.MULTILINE)


def operating_commands() -> list[list[str]]:
    """The arguments of the commands for a stream that is ingested: all but those that begin and end it."""
    return [command.split() for command in _OPERATING.findall((PACKAGE / "README.md").read_text())]


def ten_lines() -> str:
    """The DAG file."""
    match = _DAG.search((PACKAGE / "README.md").read_text())
    assert match, "the README has lost the markers around its DAG"
    return match[1]
