"""What the user sees meanwhile: a spinner with a clock on a terminal, plain lines elsewhere."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

PLAIN_INTERVAL = 15.0  # seconds between two lines about a step that goes on, where no terminal shows a clock


class Progress:
    """Prints each step when it is done, with the time it took; meanwhile shows what it waits for."""

    def __init__(self, console: Console, plain_interval: float = PLAIN_INTERVAL) -> None:
        self.console = console
        self.plain_interval = plain_interval

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """One step; a failing one is marked, and its error goes on."""
        begun = time.monotonic()
        clock = self._spinner(title) if self.console.is_terminal else self._lines(title, begun)
        try:
            with clock:
                yield
        except BaseException:
            self.console.print(f"[red]✗[/] {title}")
            raise
        self.console.print(f"[green]✓[/] {title} [dim]({time.monotonic() - begun:.1f} s)[/]")

    def say(self, text: str) -> None:
        self.console.print(text)

    @contextmanager
    def _spinner(self, title: str) -> Iterator[None]:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Bar(*columns, console=self.console, transient=True) as bar:
            bar.add_task(f"{title} …")
            yield

    @contextmanager
    def _lines(self, title: str, begun: float) -> Iterator[None]:
        stop = threading.Event()

        def report() -> None:
            while not stop.wait(self.plain_interval):
                self.console.print(f"… {title}: waiting for {time.monotonic() - begun:.0f} s")

        thread = threading.Thread(target=report, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
