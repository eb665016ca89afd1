"""Loads named queries from an `.sql` file, in which each has a name and a comment."""

import re
from importlib.resources import files
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def load(file_name: str, package: str | None) -> dict[str, LiteralString]:
    """The statements of a file in one of our packages, by name."""
    assert package is not None, "give __package__ of a module in a package"
    text = files(package).joinpath(file_name).read_text(encoding="utf-8")
    parts = _NAME.split(text)
    # The file is part of this code, so it is as safe as a literal.
    return {
        name: cast("LiteralString", body.strip()) for name, body in zip(parts[1::2], parts[2::2], strict=True)
    }
