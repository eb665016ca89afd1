"""What `./stack restart` asks of the `./stack up` that watches over the services: one empty file per service."""

from pathlib import Path


class RestartRequests:
    """The requests in one folder of run files."""

    def __init__(self, run_dir: Path) -> None:
        self._folder = run_dir / "restart"

    def add(self, name: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / name).touch()

    def remove(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)

    def pending(self) -> list[str]:
        """The names of the services that are to be restarted."""
        return sorted(path.name for path in self._folder.glob("*"))

    def clear(self) -> None:
        for name in self.pending():
            self.remove(name)
