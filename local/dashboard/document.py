"""The page as one document with its styles and scripts inside, the policy it runs under, and the chart library.

The library is a file of its own: its name holds its hash, so that a browser keeps it for good.
"""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
LIBRARY = FOLDER / "vendor" / "echarts.js"
# start.js runs the page, so it comes last; everything else only defines.
START = FOLDER / "page" / "start.js"


@dataclass(frozen=True)
class Document:
    """What a server needs to serve the page."""

    page: str
    policy: str
    library_path: str
    library: bytes


def build_document(folder: Path = FOLDER) -> Document:
    """The page of `static`, and the policy that lets it run its own script, ask its own server, and nothing else."""
    library = LIBRARY.read_bytes()
    library_path = f"/static/echarts.{hashlib.sha256(library).hexdigest()[:16]}.js"
    style = _joined(sorted(folder.glob("styles/*.css")))
    script = _joined([*sorted({*folder.glob("*/*.js")} - {START, LIBRARY}), START])
    page = (folder / "page.html").read_text(encoding="utf-8")
    for mark, text in (
        ("/static/echarts.js", library_path),
        ("/* styles */", style),
        ("/* scripts */", script),
    ):
        page = page.replace(mark, text)
    policy = (
        f"default-src 'none'; script-src 'self' '{_source(script)}'; style-src '{_source(style)}'; "
        "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Document(page, policy, library_path, library)


def _joined(files: list[Path]) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def _source(text: str) -> str:
    """The hash by which a policy allows an inline text."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
