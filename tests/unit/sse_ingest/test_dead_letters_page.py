"""docs/reference/dead-letters.md and the taxonomy in reasons.py say the same."""

import re
from pathlib import Path

from sse_ingest.cli.dlq import app
from sse_ingest.dead_letter_reasons import Reason

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "dead-letters.md").read_text()
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)


def test_every_reason_is_on_the_page_with_its_sentence_in_the_same_order() -> None:
    rows = [(name, sentence) for name, sentence, _ in ROW.findall(PAGE)]

    assert rows == [(reason.value, reason.sentence) for reason in Reason]


def test_every_reason_says_what_to_do() -> None:
    assert [name for name, _, remedy in ROW.findall(PAGE) if len(remedy) < 20] == []


def test_every_command_is_on_the_page() -> None:
    names = [command.name for command in app.registered_commands]

    assert [name for name in names if f"./stack dlq {name}" not in PAGE] == []
