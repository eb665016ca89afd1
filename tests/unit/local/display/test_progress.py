"""Whoever waits sees for what, and for how long."""

import io
import re
import time

import pytest
from rich.console import Console

from local.display.progress import Progress


def text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_long_step_reports_that_it_goes_on() -> None:
    console = Console(file=io.StringIO(), width=200)
    with Progress(console, plain_interval=0.01).step("the event service"):
        while "waiting" not in text(console):
            time.sleep(0.01)
    lines = text(console).splitlines()
    assert re.fullmatch(r"… the event service: waiting for \d+ s", lines[0])
    assert re.fullmatch(r"✓ the event service \(\d+\.\d s\)", lines[-1])


def test_a_terminal_shows_a_clock() -> None:
    console = Console(file=io.StringIO(), width=200, force_terminal=True)
    with Progress(console).step("the event service"):
        while "0:00:0" not in text(console):
            time.sleep(0.01)
    assert "✓" in text(console)


def test_a_step_that_fails_is_marked() -> None:
    console = Console(file=io.StringIO(), width=200)
    with pytest.raises(ValueError, match="reason"), Progress(console).step("the event service"):
        raise ValueError("reason")
    assert text(console) == "✗ the event service\n"
