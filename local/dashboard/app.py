"""The page, its library of charts, and its JSON below /api: see document.py and api.py."""

from collections.abc import Mapping

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from local.cards.definition import Card
from local.dashboard.access import ALIVE, Access, PasswordGate
from local.dashboard.api import router
from local.dashboard.document import build_document
from local.dashboard.problems import HANDLERS
from local.dashboard.warehouse import Reader

LOCAL = Access()
_IMMUTABLE = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


def create_app(reader: Reader, cards: Mapping[str, Card], access: Access = LOCAL) -> FastAPI:
    """The page over these cards."""
    app = FastAPI(
        title="Restaurant warehouse dashboard",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        exception_handlers=dict(HANDLERS),
    )
    # Whoever rebinds a name of theirs to 127.0.0.1 must not read the figures through a visitor's browser.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=access.names)
    app.add_middleware(GZipMiddleware, minimum_size=2048)
    if access.password:
        app.add_middleware(PasswordGate, password=access.password)
    app.include_router(router(reader, cards))
    document = build_document()
    headers = {"Content-Security-Policy": document.policy, "Cache-Control": "no-store"}

    @app.get("/", response_class=HTMLResponse)
    def index() -> HTMLResponse:
        return HTMLResponse(document.page, headers=headers)

    @app.get(ALIVE, status_code=204)
    def alive() -> None:
        pass

    @app.get(document.library_path)
    def library() -> Response:
        return Response(document.library, media_type="text/javascript", headers=_IMMUTABLE)

    return app
