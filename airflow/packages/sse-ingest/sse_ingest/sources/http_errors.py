"""Turns an unexpected HTTP answer into an error: try again, or a person has to change something."""

import contextlib
import json

import httpx

from sse_ingest.errors import ConfigurationError, SourceUnavailable, Unauthorized

_SHOWN_BYTES = 2000
_LONGEST_RETRY_AFTER = 300.0
_TRY_AGAIN = {408, 425, 429}


def raise_for_status(response: httpx.Response, content_type: str) -> None:
    """Return for a 200 with that content type. Raises Unauthorized, SourceUnavailable or ConfigurationError."""
    status = response.status_code
    url = shown(response.request.url)
    if status == 200:
        received = response.headers.get("content-type", "")
        if received.partition(";")[0].strip().lower() != content_type:
            raise ConfigurationError(
                f"{url} answers {received or 'without a content type'}, not {content_type}: it is not an event "
                "service. Correct the address of the source (INGEST_SOURCE_URL, or the Airflow connection)."
            )
        return
    detail = _detail(response)
    if status in (401, 403):
        raise Unauthorized(
            f"{url} refuses us with {status}{detail}. Give the reader the token that the service expects "
            "(EVENT_STREAM_TOKEN, or the password of the Airflow connection)."
        )
    if status >= 500 or status in _TRY_AGAIN:
        raise SourceUnavailable(f"{url} answers {status}{detail}.", _retry_after(response))
    raise ConfigurationError(
        f"{url} answers {status}{detail}. Correct the address of the source (INGEST_SOURCE_URL, or the Airflow "
        "connection), or ask its operator what has changed."
    )


def shown(url: httpx.URL) -> str:
    """The address without user, password and query."""
    return str(url.copy_with(username=None, password=None, query=None, fragment=None))


def _detail(response: httpx.Response) -> str:
    """The detail or the title of the service's problem document, in brackets; empty when there is none."""
    body = b""
    with contextlib.suppress(httpx.HTTPError):
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) >= _SHOWN_BYTES:
                break
    try:
        problem = json.loads(body[:_SHOWN_BYTES])
        text = problem.get("detail") or problem.get("title")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return f" ({text[:300]})" if isinstance(text, str) else ""


def _retry_after(response: httpx.Response) -> float | None:
    seconds = response.headers.get("retry-after", "")
    if not seconds.isascii() or not seconds.isdigit() or len(seconds) > 9:
        return None
    return min(float(seconds), _LONGEST_RETRY_AFTER)
