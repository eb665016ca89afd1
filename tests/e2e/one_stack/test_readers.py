"""curl on the running service: every reader sees every event, and goes on exactly where it stopped."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.publisher import Publisher
from tests.support.stack import RunningStack
from tests.support.waiting import eventually

pytestmark = [
    pytest.mark.stack,
    pytest.mark.long,
    pytest.mark.timeout(600),
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
]


def offsets(file: Path) -> list[int]:
    return [int(offset) for offset in re.findall(r"^id: \w+-(\d+)$", file.read_text(), re.MULTILINE)]


def curl(stack: RunningStack, into: Path, *options: str, query: str = "") -> subprocess.Popen[bytes]:
    with into.open("wb") as output:
        return subprocess.Popen(
            ["curl", "-sN", *options, f"{stack.settings.event_url}/stream{query}"], stdout=output
        )


def test_two_readers_see_everything_and_one_resumes(
    stack: RunningStack, publisher: Callable[..., Publisher], tmp_path: Path
) -> None:
    one, two, three = (tmp_path / name for name in ("one", "two", "three"))
    with publisher(per_second=5) as producer:
        readers = [curl(stack, file, query="?since=earliest") for file in (one, two)]
        eventually(lambda: producer.orders >= 5, "five orders published")
        readers[0].terminate()
        readers[0].wait()
        last_seen = offsets(one)[-1]
        stream_id = re.findall(r"^id: (\w+)-", one.read_text(), re.MULTILINE)[0]
        readers.append(curl(stack, three, "-H", f"Last-Event-ID: {stream_id}-{last_seen}"))
        eventually(lambda: producer.orders >= 10, "ten orders published")
    head = offsets(two)[-1]
    eventually(lambda: offsets(three)[-1:] == offsets(two)[-1:], "both readers at the head")
    for reader in readers:
        reader.terminate()
        reader.wait()

    assert head >= 70
    assert offsets(two) == list(range(1, offsets(two)[-1] + 1))
    assert offsets(one) + offsets(three) == offsets(two)
