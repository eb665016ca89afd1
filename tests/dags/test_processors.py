"""@create_custom_event_processor: wrong functions are refused where they are written."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import pytest

from sse_ingest.airflow.event_processors import check_processors, create_custom_event_processor


def right(cursor: Any, event: Any, payload: Any) -> None: ...


def with_default(cursor: Any, event: Any, payload: Any, table: str = "t") -> None: ...


def too_few(event: Any) -> None: ...


def too_many(cursor: Any, event: Any, payload: Any, table: str) -> None: ...


def keyword(cursor: Any, event: Any, *, payload: Any) -> None: ...


async def asynchronous(cursor: Any, event: Any, payload: Any) -> None: ...


def generator(cursor: Any, event: Any, payload: Any) -> Iterator[None]:
    yield


async def both(cursor: Any, event: Any, payload: Any) -> AsyncIterator[None]:
    yield


def test_a_right_one_stays_the_function_that_it_is() -> None:
    assert create_custom_event_processor(right) is right
    assert create_custom_event_processor(with_default) is with_default


@pytest.mark.parametrize("function", [too_few, too_many, keyword])
def test_a_wrong_signature_is_shown_with_the_right_one(function: Any) -> None:
    with pytest.raises(TypeError, match=r"is no event processor .* called as fn\(cursor, event, payload\)"):
        create_custom_event_processor(function)


@pytest.mark.parametrize("function", [asynchronous, generator, both])
def test_what_does_nothing_when_called_is_refused(function: Any) -> None:
    with pytest.raises(TypeError, match="does nothing by itself"):
        create_custom_event_processor(function)


@pytest.mark.parametrize("thing", [None, "fn", dict])
def test_what_is_no_function_is_refused(thing: Any) -> None:
    with pytest.raises(TypeError, match="pass a function"):
        create_custom_event_processor(thing)


def test_functions_without_the_decorator_are_checked_by_the_operator() -> None:
    assert check_processors({"a": right, "b": partial(too_many, table="t")}).keys() == {"a", "b"}
    with pytest.raises(TypeError, match="too_few"):
        check_processors({"a": too_few})
    with pytest.raises(TypeError, match="is no event type"):
        check_processors({"": right})
