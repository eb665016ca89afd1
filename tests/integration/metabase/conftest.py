"""A stand-in of Metabase, and our target in it."""

from collections.abc import Iterator

import pytest

from local.cards.definition import load
from local.metabase.settings import Login, Target, Warehouse
from tests.support.metabase.stand_in import create_app
from tests.support.metabase.state import State
from tests.support.servers.in_thread import serving


@pytest.fixture
def state() -> State:
    """A new Metabase that will find the columns of our filters in the warehouse."""
    return State(columns={column for card in load().values() for column in card.filters.values()})


@pytest.fixture
def target(state: State) -> Iterator[Target]:
    with serving(create_app(state)) as url:
        yield Target(
            url=url,
            warehouse=Warehouse("postgres", 5432, state.warehouse_password),
            viewer=Login("viewer@example.com", "viewer-1"),
            admin=Login("admin@example.com", "admin-1"),
            setup_token=state.setup_token,
            currency="CAD",
            wait_seconds=30,
            poll_seconds=0.01,
        )
