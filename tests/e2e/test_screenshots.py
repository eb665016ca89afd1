"""Pictures of the real page and of real Airflow, in the real browser."""

from collections.abc import Iterator
from io import BytesIO, StringIO

import pytest
from PIL import Image
from rich.console import Console

from local.display.progress import Progress
from tests.screenshots import manifest
from tests.screenshots.command import take_all
from tests.support.dashboard.chromium import CHROMIUM, headless_browser
from tests.support.stack import RunningStack, running_stack

pytestmark = [pytest.mark.stack, pytest.mark.long, pytest.mark.airflow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def stack() -> Iterator[RunningStack]:
    """One of its own: in the one that the long tests share, their many orders make cards slow on a busy machine."""
    with running_stack({"EVENT_RATE": "0"}) as running:
        yield running


def test_every_picture_is_taken(stack: RunningStack) -> None:
    if not CHROMIUM.exists():
        pytest.skip("no browser: install the Debian package chromium")
    output = StringIO()
    with headless_browser() as browser:
        pictures = take_all(stack.settings, browser, Progress(Console(file=output)))

    assert sorted(pictures) == sorted(manifest.names())
    assert all(name in output.getvalue() for name in pictures)
    for name in pictures:
        if "-light" in name:
            light, dark = (brightness(pictures[name.replace("light", theme)]) for theme in manifest.THEMES)
            assert light > 0.7, name
            assert dark < 0.4, name


def brightness(picture: bytes) -> float:
    """The mean of all pixels, from 0 to 1."""
    with Image.open(BytesIO(picture)) as image:
        return image.convert("L").resize((1, 1), Image.Resampling.BOX).tobytes()[0] / 255
