"""The page and its JSON.

GET /                  the page: one document, its style and scripts inside
GET /api/cards         what cards there are
GET /api/cards/{name}  one card's rows; 503 while the database is down, 502 when only this card fails
"""

import base64
import hashlib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware

from local.cards.definition import Card
from local.dashboard.warehouse import CardFailed, DatabaseDown, Reader

STYLES = ("page.css",)
SCRIPTS = ("format.js", "charts.js", "page.js")


def create_app(reader: Reader, cards: Mapping[str, Card]) -> FastAPI:
    app = FastAPI(title="Restaurant warehouse dashboard", docs_url=None, redoc_url=None, openapi_url=None)
    # Whoever rebinds a name of theirs to 127.0.0.1 must not read the figures through a visitor's browser.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"])
    page, policy = build_page()

    @app.get("/", response_class=HTMLResponse)
    def index() -> HTMLResponse:
        return HTMLResponse(page, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})

    @app.get("/api/cards")
    def list_cards() -> list[dict[str, Any]]:
        return [describe(card) for card in cards.values()]

    @app.get("/api/cards/{name}", response_model=None)
    def read_card(name: str) -> JSONResponse:
        if name not in cards:
            return problem(404, f"There is no card {name}: /api/cards lists them.")
        answer = reader.read(cards[name])
        body = {"columns": answer.columns, "rows": answer.rows, "taken_at": answer.taken_at.isoformat()}
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    @app.exception_handler(CardFailed)
    def card_failed(_: Request, error: CardFailed) -> JSONResponse:
        return problem(503 if isinstance(error, DatabaseDown) else 502, str(error))

    return app


def describe(card: Card) -> dict[str, Any]:
    """What the page needs to know about a card."""
    names = ("name", "title", "chart", "description", "x", "y", "series", "unit", "formats")
    return {name: getattr(card, name) for name in names}


def problem(status: int, detail: str) -> JSONResponse:
    """RFC 9457."""
    return JSONResponse({"status": status, "detail": detail}, status, media_type="application/problem+json")


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
