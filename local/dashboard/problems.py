"""What could not be answered, as problem+json (RFC 9457): one sentence that the page shows."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from local.dashboard.query import WrongFilter
from local.dashboard.warehouse import CardFailed, DatabaseDown


def problem(status: int, detail: str) -> JSONResponse:
    """The answer for a request that failed."""
    return JSONResponse({"status": status, "detail": detail}, status, media_type="application/problem+json")


def status_of(error: CardFailed) -> int:
    """503 while no card can be had, 502 when only this one fails."""
    return 503 if isinstance(error, DatabaseDown) else 502


def _card_failed(_: Request, error: Any) -> JSONResponse:
    return problem(status_of(error), str(error))


def _wrong_filter(_: Request, error: Any) -> JSONResponse:
    return problem(422, str(error))


def _invalid_filter(_: Request, error: Any) -> JSONResponse:
    return problem(422, "; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in error.errors()))


HANDLERS: Mapping[Any, Callable[[Request, Any], Any]] = {
    CardFailed: _card_failed,
    DatabaseDown: _card_failed,
    WrongFilter: _wrong_filter,
    RequestValidationError: _invalid_filter,
}
