"""`./stack screenshots`: its options, and one picture after the other."""

import sys

import typer
from playwright.sync_api import Browser
from rich.console import Console

from local.display.progress import Progress
from local.errors import StackError
from local.settings import ROOT, Settings
from tests.screenshots import manifest, views
from tests.screenshots.scratch_stack import scratch_stack
from tests.support.dashboard.chromium import CHROMIUM, headless_browser
from tests.support.interruptible import interruptible

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def screenshots() -> None:
    """Take the pictures of the README and the docs: each dashboard and Airflow, light and dark.

    It starts a stack of its own with a past of five weeks, and removes it afterwards. That takes a quarter of an hour.
    """
    if not CHROMIUM.exists():
        raise StackError(f"There is no {CHROMIUM}: install the Debian package chromium.")
    progress = Progress(Console(width=None if sys.stdout.isatty() else 120))
    with interruptible(), scratch_stack(progress) as running:
        with headless_browser() as browser:
            pictures = take_all(running.settings, browser, progress)
        manifest.write(pictures)
        folder = manifest.FOLDER.relative_to(ROOT)
        progress.say(f"{len(pictures)} pictures are in {folder}. Look at them before you commit them.")


def take_all(settings: Settings, browser: Browser, progress: Progress) -> dict[str, bytes]:
    """Each picture by its name."""
    pictures: dict[str, bytes] = {}
    for theme in manifest.THEMES:
        with views.window(browser, theme) as window:
            for dashboard in manifest.dashboards():
                name = f"dashboards/{dashboard}-{theme}.png"
                with progress.step(name):
                    pictures[name] = views.picture_of_dashboard(window, settings.dashboard_url, dashboard)
            views.log_in(window, settings)
            for view in manifest.AIRFLOW_VIEWS:
                name = f"airflow/{view}-{theme}.png"
                with progress.step(name):
                    pictures[name] = views.picture_of_airflow(window, settings.airflow_url, view)
    return pictures
