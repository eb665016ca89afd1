"""schemathesis against the running service: it answers as its OpenAPI says, whatever it is asked.

The stream is without end, so its parameters are tried here by hand: they are those of GET /events.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.examples import examples
from tests.support.service import ROOT, TOKEN, EventService

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]
CONFIG = Path(__file__).with_name("schemathesis.toml")
SEED = "1"


@pytest.mark.long
def test_it_finds_nothing(make_service: Callable[..., EventService], tmp_path: Path) -> None:
    service = make_service(EVENT_STREAM_TOKEN="read-me")
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"]
    options = ["--exclude-path", "/stream", "--phases", "examples,coverage,fuzzing", "--max-examples", "50"]
    result = subprocess.run(
        [
            *command,
            f"{service.url}/openapi.json",
            *options,
            "--seed",
            SEED,
            "-H",
            f"Authorization: Bearer {TOKEN}",
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.support.schemathesis_hooks"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert service.health()["events_stored"] > 0  # and it was not refused throughout


@pytest.fixture(scope="module")
def client(service: EventService) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, timeout=10) as client:
        yield client


starts = st.one_of(
    st.text(max_size=20),
    st.from_regex(r"\A([A-Za-z0-9_]{1,5}-)?[0-9]{1,20}\Z"),
    st.sampled_from(
        ["earliest", "latest", "2026-01-31T18:30:00Z", "2026-01-31T18:30:00 05:30", "0", "-1", "a-"]
    ),
)


@settings(max_examples=examples(100), deadline=None)
@given(since=starts, types=st.none() | st.text(max_size=8), location=st.none() | st.text(max_size=8))
def test_the_stream_checks_its_parameters_as_polling_does(
    client: httpx.Client, since: str, types: str | None, location: str | None
) -> None:
    parameters = {"since": since, "types": types, "location": location}
    parameters = {name: value for name, value in parameters.items() if value is not None}

    polled = client.get("/events", params=parameters)
    with client.stream("GET", "/stream", params=parameters) as streamed:
        if streamed.status_code == 200:
            assert polled.status_code in (200, 410)
            assert next(streamed.iter_bytes()).startswith(b"retry: ")
        else:
            streamed.read()
            assert (streamed.status_code, streamed.json()) == (polled.status_code, polled.json())
            assert polled.status_code == 400
