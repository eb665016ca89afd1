"""The page, and its JSON below /api: see api.py.

The page is one document, its style and scripts inside. It may ask its own server, and nothing else.
"""

import base64
import hashlib
from collections.abc import Mapping
from importlib import resources

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware

from local.cards.definition import Card
from local.dashboard.api import router
from local.dashboard.problems import HANDLERS
from local.dashboard.warehouse import Reader

STYLES = ("page.css",)
SCRIPTS = ("format.js", "charts.js", "page.js")


def create_app(reader: Reader, cards: Mapping[str, Card]) -> FastAPI:
    """The page over these cards."""
    app = FastAPI(
        title="Restaurant warehouse dashboard",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        exception_handlers=dict(HANDLERS),
    )
    # Whoever rebinds a name of theirs to 127.0.0.1 must not read the figures through a visitor's browser.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"])
    app.include_router(router(reader, cards))
    page, policy = build_page()

    @app.get("/", response_class=HTMLResponse)
    def index() -> HTMLResponse:
        return HTMLResponse(page, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})

    return app


def build_page() -> tuple[str, str]:
    """The document, and the policy that lets it run its own script, ask its own server, and nothing else."""
    folder = resources.files("local.dashboard") / "static"
    style = "".join((folder / name).read_text(encoding="utf-8") for name in STYLES)
    script = "".join((folder / name).read_text(encoding="utf-8") for name in SCRIPTS)
    page = (folder / "page.html").read_text(encoding="utf-8")
    page = page.replace("/* style */", style).replace("/* script */", script)
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return page, policy


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
