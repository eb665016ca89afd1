"""Errors as RFC 9457 problem documents. https://www.rfc-editor.org/rfc/rfc9457"""

import http
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Route

from api.log.interface import LogFull, LogOverloaded, LogUnavailable

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
SCHEMA = {
    "type": "object",
    "description": "RFC 9457 problem document",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what happened and what to do"},
    },
}


class Problem(Exception):
    """An error as an answer. `detail` says what happened and what to do; `more` are further fields of the document."""

    def __init__(
        self, status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail
        self.headers, self.more = headers, more


def bad_parameter(name: str, detail: str) -> Problem:
    """A query parameter or header that is not valid."""
    return Problem(400, "bad-parameter", f"{name}: {detail}", parameter=name)


def respond(problem: Problem) -> Response:
    """The document of a problem."""
    body = {
        "type": "about:blank" if problem.kind == "http" else f"urn:restaurant-events:{problem.kind}",
        "title": http.HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        **problem.more,
    }
    return JSONResponse(body, problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


def unavailable(error: LogUnavailable) -> Problem:
    """The log's error as an answer: 507 when the disk is full, otherwise 503."""
    if isinstance(error, LogFull):
        return Problem(507, "log-full", str(error))
    kind = "log-overloaded" if isinstance(error, LogOverloaded) else "log-unavailable"
    return Problem(503, kind, str(error), {"Retry-After": "1"})


async def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return respond(error)


async def _unavailable(_: Request, error: Exception) -> Response:
    assert isinstance(error, LogUnavailable)
    return respond(unavailable(error))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail, headers = str(error.detail), error.headers
    if error.status_code == 404:
        detail = f"there is nothing at {request.url.path}: see /openapi.json for what there is"
    elif error.status_code == 405:
        detail = f"{request.method} is not possible at {request.url.path}"
        headers = {"Allow": ", ".join(_methods(request))}
    return respond(Problem(error.status_code, "http", detail, headers))


def _methods(request: Request) -> list[str]:
    """The methods of an address. Each has its own route, and the framework names only the first."""
    here = (r for r in request.app.routes if isinstance(r, Route) and r.path == request.url.path)
    return sorted({method for route in here for method in route.methods or ()})


async def _validation(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first: Mapping[str, Any] = error.errors()[0]
    return respond(bad_parameter(str(first["loc"][-1]), str(first["msg"])))


async def _defect(_: Request, error: Exception) -> Response:
    logger.error("unexpected error", exc_info=error)
    return respond(Problem(500, "defect", "the event service failed unexpectedly: see its log"))


def install(app: FastAPI) -> None:
    """Answer every error of the app with a problem document."""
    handlers: Sequence[tuple[type[Exception], Any]] = (
        (Problem, _problem),
        (LogUnavailable, _unavailable),
        (HTTPException, _http),
        (RequestValidationError, _validation),
        (Exception, _defect),
    )
    for kind, handler in handlers:
        app.add_exception_handler(kind, handler)
