"""Requests to Metabase. Its refusals become the errors of errors.py."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any

import httpx

from local.metabase.errors import Conflict, MissingRights, NotFound, Refused, Unreachable

_TIMEOUT_SECONDS = 60
_ERRORS: Mapping[int, type[Refused]] = {404: NotFound, 409: Conflict}


class Client:
    """One Metabase, with the login that `headers` holds once there is one."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=_TIMEOUT_SECONDS)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    @property
    def headers(self) -> httpx.Headers:
        """Sent with every request."""
        return self._http.headers

    def get(self, path: str, **query: str) -> Any:
        """The body of the answer. Raises MetabaseError."""
        return self._ask("GET", path, query=query)

    def find(self, path: str) -> Any:
        """The same; None where there is nothing."""
        try:
            return self.get(path)
        except NotFound:
            return None

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The body of the answer. Raises MetabaseError."""
        return self._ask("POST", path, body or {})

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """The body of the answer. Raises MetabaseError."""
        return self._ask("PUT", path, body)

    def status(self, path: str) -> int | None:
        """The status of the answer; None when nobody answers."""
        try:
            return self._http.get(path).status_code
        except httpx.TransportError:
            return None

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Any:
        try:
            answer = self._http.request(method, path, json=body, params=query)
        except httpx.TransportError as error:
            raise Unreachable(
                f"Metabase does not answer at {self.url} ({error}): is it running, and is the address right?"
            ) from None
        if answer.is_success:
            return answer.json() if answer.content else None
        if answer.status_code == httpx.codes.FORBIDDEN:
            raise MissingRights(
                f"Metabase forbids {method} {path} ({_reason(answer)}): use the login or API key of an administrator."
            )
        kind = _ERRORS.get(answer.status_code, Refused)
        raise kind(f"Metabase answers {method} {path} with {answer.status_code}: {_reason(answer)}.")


def _reason(answer: httpx.Response) -> str:
    """What Metabase says about a refusal: a text, a message, or messages by field."""
    try:
        said = answer.json()
    except ValueError:
        return answer.text.strip()[:300] or answer.reason_phrase
    if isinstance(said, dict):
        said = said.get("message") or said.get("errors") or said.get("specific-errors") or said
    return str(said)[:300]
