"""What the user sees meanwhile: a spinner and a tick on a terminal, one plain line a step elsewhere."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from rich.console import Console


class Progress:
    """Prints each step when it is done, with the time it took."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """One step; a failing one is marked, and its error goes on."""
        begun = time.monotonic()
        spinner: AbstractContextManager[object] = nullcontext()
        if self.console.is_terminal:
            spinner = self.console.status(f"{title} …")
        try:
            with spinner:
                yield
        except BaseException:
            self.console.print(f"[red]✗[/] {title}")
            raise
        self.console.print(f"[green]✓[/] {title} [dim]({time.monotonic() - begun:.1f} s)[/]")

    def say(self, text: str) -> None:
        self.console.print(text)
