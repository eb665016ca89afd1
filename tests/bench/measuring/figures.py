"""The results of the bench: figures with their spread, in rows of suites."""

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """One quantity, measured several times. `unit` is events/s, µs, ms, MB or ×."""

    unit: str
    values: tuple[float, ...]

    @classmethod
    def of(cls, unit: str, values: Iterable[float]) -> "Figure":
        return cls(unit, tuple(values))

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def least(self) -> float:
        return min(self.values)

    @property
    def greatest(self) -> float:
        return max(self.values)

    def as_json(self) -> dict[str, object]:
        spread = {"median": self.median, "min": self.least, "max": self.greatest}
        return {
            "unit": self.unit,
            **{name: _round(value) for name, value in spread.items()},
            "n": len(self.values),
        }

    def text(self) -> str:
        """For people: `95,300 (91,000-97,200)`; one measurement without extremes."""
        if len(self.values) == 1:
            return _short(self.median)
        return f"{_short(self.median)} ({_short(self.least)}-{_short(self.greatest)})"


@dataclass(frozen=True)
class Row:
    """One case of a suite."""

    suite: str
    case: str
    figures: Mapping[str, Figure]
    note: str = ""
    """What a reader has to know about the figures, for example the guarantee that a peer gives."""

    def as_json(self) -> dict[str, object]:
        figures = {name: figure.as_json() for name, figure in self.figures.items()}
        return {"suite": self.suite, "case": self.case, "figures": figures, "note": self.note}


@dataclass
class Samples:
    """The measurements of a row by name; `add` adds one."""

    units: dict[str, str] = field(default_factory=dict)
    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, unit: str, value: float) -> None:
        self.units[name] = unit
        self.values.setdefault(name, []).append(value)

    def figures(self) -> dict[str, Figure]:
        return {name: Figure.of(self.units[name], values) for name, values in self.values.items()}


def _round(value: float) -> float:
    return float(f"{value:.4g}")


def _short(value: float) -> str:
    if abs(value) >= 999.5:
        return f"{_round(value):,.0f}"
    return f"{value:.3g}"
