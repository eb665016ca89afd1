"""Bearer tokens: publishing always needs one, reading only when EVENT_STREAM_TOKEN is set."""

import secrets
from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr

from api.http.dependencies import ServiceDep
from api.http.problems import Problem

_bearer = HTTPBearer(auto_error=False, description="the token of .env")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


def _is(credentials: HTTPAuthorizationCredentials, expected: SecretStr | None) -> bool:
    if expected is None:
        return False
    return secrets.compare_digest(credentials.credentials.encode(), expected.get_secret_value().encode())


def _missing(variable: str) -> Problem:
    detail = f"a bearer token is needed: send `Authorization: Bearer <{variable}>`"
    return Problem(401, "token-missing", detail, {"WWW-Authenticate": "Bearer"})


def _wrong(variable: str) -> Problem:
    return Problem(403, "token-wrong", f"the bearer token is not the one of {variable}")


async def may_publish(service: ServiceDep, credentials: Credentials) -> None:
    """Let a publisher in."""
    if credentials is None:
        raise _missing("EVENT_PUBLISH_TOKEN")
    if not _is(credentials, service.settings.publish_token):
        raise _wrong("EVENT_PUBLISH_TOKEN")


async def may_read(service: ServiceDep, credentials: Credentials) -> None:
    """Let a reader in. The publish token also permits reading."""
    settings = service.settings
    if settings.stream_token is None:
        return
    if credentials is None:
        raise _missing("EVENT_STREAM_TOKEN")
    # Both comparisons always run, so that the time of the answer reveals nothing.
    if not _is(credentials, settings.stream_token) | _is(credentials, settings.publish_token):
        raise _wrong("EVENT_STREAM_TOKEN")


MayPublish = Depends(may_publish)
MayRead = Depends(may_read)
