"""Real order data. Their licence keeps them out of the repository: they lie beside it."""

from pathlib import Path

import pytest

from tests.support.service import ROOT

FOLDER = ROOT.parent / "shared" / "data"


def real_orders(name: str) -> Path:
    """The file with that name. Skips the test where it is absent."""
    file = FOLDER / name
    if not file.exists():
        pytest.skip(f"the real order data are not here: put {name} into {FOLDER}")
    return file
