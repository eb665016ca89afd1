"""The colours of series differ for everybody: with full colour vision, and without one of the three kinds of cones."""

import itertools
import math
import re

import pytest

from local.dashboard.document import FOLDER

STYLE = (FOLDER / "styles" / "1_base.css").read_text()
LIGHT, DARK = STYLE.split("@media (prefers-color-scheme: dark)")[:2]
# What is left of linear red, green and blue: Machado, Oliveira and Fernandes, 2009, at full severity.
VISION = {
    "full": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritanopia": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}
XYZ = ((0.4339, 0.3762, 0.1899), (0.2126, 0.7152, 0.0722), (0.0178, 0.1095, 0.8727))
Colour = tuple[float, ...]
Matrix = tuple[tuple[float, float, float], ...]


def colours(theme: str) -> dict[str, Colour]:
    """The variables of a theme, as linear red, green and blue."""
    return {
        name: tuple(linear(int(digits[place : place + 2], 16) / 255) for place in (0, 2, 4))
        for name, digits in re.findall(r"--([\w-]+): #([0-9a-f]{6})", theme)
    }


def linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def times(matrix: Matrix, colour: Colour) -> Colour:
    return tuple(min(1, max(0, sum(a * b for a, b in zip(row, colour, strict=True)))) for row in matrix)


def lab(colour: Colour) -> Colour:
    x, y, z = (math.cbrt(part) if part > 0.008856 else 7.787 * part + 16 / 116 for part in times(XYZ, colour))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("vision", VISION)
def test_series_differ(theme: str, vision: str) -> None:
    series = {name: colour for name, colour in colours(theme).items() if re.fullmatch(r"c\d", name)}
    assert len(series) == 6
    visible = {name: lab(times(VISION[vision], colour)) for name, colour in series.items()}
    close = {
        (one, other): round(math.dist(visible[one], visible[other]))
        for one, other in itertools.combinations(visible, 2)
        if math.dist(visible[one], visible[other]) < 15  # 2 is the least that an eye can see
    }
    assert close == {}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_series_stand_out_from_their_card(theme: str) -> None:
    """WCAG 1.4.11: 3 to 1 for graphics."""
    values = {name: times(XYZ, colour)[1] for name, colour in colours(theme).items()}
    for name in (name for name in values if re.fullmatch(r"c\d", name)):
        dark, light = sorted((values[name], values["card"]))
        assert (light + 0.05) / (dark + 0.05) >= 3, name
