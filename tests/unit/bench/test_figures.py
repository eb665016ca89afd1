"""Figures, and what a run of the bench leaves behind."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from tests.bench import report
from tests.bench.measuring.figures import Figure, Row, Samples
from tests.bench.report import Report

ROWS = [
    Row(
        "store",
        "clean [0]",
        {"of the limit": Figure.of("×", [0.5, 0.7, 0.6]), "events/s": Figure.of("events/s", [9e4])},
    ),
    Row("store", "other", {"events/s": Figure.of("events/s", [81_234.5])}, note="a note, [with brackets]"),
]


def test_a_figure_is_its_median_with_its_extremes() -> None:
    figure = Figure.of("µs", [3, 1, 2, 10])
    assert (figure.median, figure.least, figure.greatest) == (2.5, 1, 10)
    assert figure.as_json() == {"unit": "µs", "median": 2.5, "min": 1.0, "max": 10.0, "n": 4}


@pytest.mark.parametrize(
    ("values", "text"),
    [([95_321.7], "95,320"), ([0.61234], "0.612"), ([95_000, 91_000, 97_000], "95,000 (91,000-97,000)")],
)
def test_for_people(values: list[float], text: str) -> None:
    assert Figure.of("", values).text() == text


def test_samples_become_figures() -> None:
    samples = Samples()
    for value in (1.0, 3.0):
        samples.add("wait", "ms", value)
    assert samples.figures() == {"wait": Figure("ms", (1.0, 3.0))}


def test_the_tables_show_every_row_and_note() -> None:
    out = io.StringIO()
    report.show(ROWS, Console(file=out, width=160))
    for text in ("clean [0]", "0.6 (0.5-0.7)", "90,000", "81,230", "a note, [with brackets]"):
        assert text in out.getvalue()


def test_the_json_holds_everything(tmp_path: Path) -> None:
    results = Report({"cores": 2}, quick=True, rows=ROWS, failed={"peers": "no pip"}, seconds=1.26)
    results.write(tmp_path / "new" / "bench.json")
    content = json.loads((tmp_path / "new" / "bench.json").read_text())
    assert content["machine"] == {"cores": 2}
    assert "| clean [0] | 0.6 (0.5-0.7) | 90,000 |" in (tmp_path / "new" / "bench.md").read_text()
    assert [row["case"] for row in content["rows"]] == ["clean [0]", "other"]
    assert (content["failed"], content["seconds"], content["quick"]) == ({"peers": "no pip"}, 1.3, True)


def test_the_picture_shows_the_ratios(tmp_path: Path) -> None:
    assert report.draw(ROWS, tmp_path / "bench.svg")
    assert "</svg>" in (tmp_path / "bench.svg").read_text()
    assert not report.draw(ROWS[1:], tmp_path / "none.svg")
    assert not (tmp_path / "none.svg").exists()
