"""What a run has done, in sentences."""

from dataclasses import dataclass, field


@dataclass
class Report:
    """`changes` is empty when everything was as defined already."""

    changes: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    """What somebody edited in Metabase, and which therefore stayed as it is."""
    notes: list[str] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)
    """Each dashboard, and its address with the refresh."""

    def changed(self, sentence: str) -> None:
        """Something was made, changed or archived."""
        self.changes.append(sentence)

    def edited(self, what: str) -> None:
        """Something was left as somebody edited it."""
        self.kept.append(f"{what} was edited in Metabase and stays as it is: --force overwrites it.")

    def lines(self) -> list[str]:
        """The whole report."""
        done = self.changes or ["Everything is as defined: nothing was changed."]
        addresses = [f"{name}: {address}" for name, address in self.addresses.items()]
        return [*done, *self.kept, *self.notes, *addresses]
