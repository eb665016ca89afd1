"""Questions to our own services on this machine."""

from functools import cache

import httpx

TIMEOUT_SECONDS = 10.0  # a busy machine answers late; a service that is down refuses at once


def get(url: str, timeout_seconds: float = TIMEOUT_SECONDS) -> httpx.Response:
    """The answer to a GET; httpx.HTTPError when there is none."""
    return _client().get(url, timeout=timeout_seconds)


def answers(url: str) -> bool:
    """Whether a GET succeeds."""
    try:
        return get(url).is_success
    except httpx.HTTPError:
        return False


@cache
def _client() -> httpx.Client:
    """One client for all questions: each new one reads the certificates of the system again, for 30 ms of CPU time."""
    # No connection is kept: a restarted service would have closed it.
    return httpx.Client(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))
