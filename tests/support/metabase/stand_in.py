"""A stand-in of Metabase: the documented behaviour of the calls that we make, over real HTTP.

It proves that our requests fit together, and not that Metabase takes them: Metabase itself did not run.
"""

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from tests.support.metabase import content, databases, people
from tests.support.metabase.state import Refusal, State


def create_app(state: State) -> FastAPI:
    app = FastAPI()
    app.state.metabase = state
    for part in (content, databases, people):
        app.include_router(part.router)

    @app.exception_handler(Refusal)
    def refuse(_: Request, refusal: Refusal) -> JSONResponse:
        return JSONResponse({"message": str(refusal)}, refusal.status)

    @app.exception_handler(RequestValidationError)
    def refuse_body(_: Request, error: RequestValidationError) -> JSONResponse:
        places = {".".join(map(str, one["loc"][1:])): one["msg"] for one in error.errors()}
        return JSONResponse({"errors": places}, 400)

    @app.middleware("http")
    async def note(request: Request, proceed: Any) -> Response:
        if request.method != "GET" and request.url.path != "/api/session":
            state.requests.append(f"{request.method} {request.url.path}")
        answer: Response = await proceed(request)
        return answer

    return app
