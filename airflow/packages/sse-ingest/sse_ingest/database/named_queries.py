"""Named queries: an `.sql` file holds each with its name and a sentence; this loads them."""

import re
from importlib.resources import files
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def load(file_name: str, package: str | None) -> dict[str, LiteralString]:
    """The statements of a file of a package of ours, by name."""
    assert package is not None, "give __package__ of a module in a package"
    text = files(package).joinpath(file_name).read_text(encoding="utf-8")
    parts = _NAME.split(text)
    # The file is ours and ships with the code: as trustworthy as a literal.
    return {
        name: cast("LiteralString", body.strip()) for name, body in zip(parts[1::2], parts[2::2], strict=True)
    }
