"""Pauses between tries."""

from sse_ingest.sources.backoff import Backoff


def test_the_ceiling_doubles_up_to_the_cap_and_begins_again() -> None:
    backoff = Backoff(base=1, cap=30)
    ceilings = []
    for _ in range(8):
        ceilings.append(backoff.ceiling)
        assert 0 <= backoff.next_delay() <= ceilings[-1]
    assert ceilings == [1, 2, 4, 8, 16, 30, 30, 30]
    backoff.reset()
    assert backoff.ceiling == 1


def test_jitter_is_full() -> None:
    delays = []
    for _ in range(300):
        backoff = Backoff(base=1)
        delays.append(backoff.next_delay())
    assert min(delays) < 0.1
    assert max(delays) > 0.9


def test_a_server_that_asks_for_more_than_the_cap_gets_it_within_reason() -> None:
    backoff = Backoff()
    backoff.base = 60
    assert backoff.ceiling == 60
    backoff.base = 10**7
    assert backoff.ceiling == 300
    backoff.base = 0
    assert 0 < backoff.ceiling < 0.1


def test_many_failures_do_not_overflow() -> None:
    backoff = Backoff()
    for _ in range(5000):
        backoff.next_delay()
    assert backoff.ceiling == 30
