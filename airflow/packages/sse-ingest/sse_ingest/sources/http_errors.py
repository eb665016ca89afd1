"""What an HTTP answer other than the hoped-for one means: try again, or tell a person what to change."""

import contextlib
import json

import httpx

from sse_ingest.errors import ConfigurationError, SourceUnavailable, Unauthorized

_SHOWN_BYTES = 2000
_LONGEST_RETRY_AFTER = 300.0
_TRY_AGAIN = {408, 425, 429}


def raise_for_status(response: httpx.Response, content_type: str) -> None:
    """Return for a 200 of that content type; raise what anything else means."""
    status = response.status_code
    url = shown(response.request.url)
    if status == 200:
        given = response.headers.get("content-type", "")
        if given.partition(";")[0].strip().lower() != content_type:
            raise ConfigurationError(
                f"{url} answers {given or 'without a content type'}, not {content_type}: it is not an event "
                "service. Correct the address of the source (INGEST_SOURCE_URL, or the Airflow connection)."
            )
        return
    said = _said(response)
    if status in (401, 403):
        raise Unauthorized(
            f"{url} refuses us with {status}{said}. Give the reader the token that the service expects "
            "(EVENT_STREAM_TOKEN, or the password of the Airflow connection)."
        )
    if status >= 500 or status in _TRY_AGAIN:
        raise SourceUnavailable(f"{url} answers {status}{said}.", _retry_after(response))
    raise ConfigurationError(
        f"{url} answers {status}{said}. Correct the address of the source (INGEST_SOURCE_URL, or the Airflow "
        "connection), or ask whoever runs it what became of it."
    )


def shown(url: httpx.URL) -> str:
    """The address without user, password and query."""
    return str(url.copy_with(username=None, password=None, query=None, fragment=None))


def _said(response: httpx.Response) -> str:
    """The service's own words, from a problem document, as far as it has any."""
    body = b""
    with contextlib.suppress(httpx.HTTPError):
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) >= _SHOWN_BYTES:
                break
    try:
        problem = json.loads(body[:_SHOWN_BYTES])
        words = problem.get("detail") or problem.get("title")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return f" ({words[:300]})" if isinstance(words, str) else ""


def _retry_after(response: httpx.Response) -> float | None:
    seconds = response.headers.get("retry-after", "")
    if not seconds.isascii() or not seconds.isdigit() or len(seconds) > 9:
        return None
    return min(float(seconds), _LONGEST_RETRY_AFTER)
