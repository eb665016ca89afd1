"""Each error that PostgreSQL can report: is it the data's, the environment's, or a person's to mend?"""

import psycopg
import pytest
from psycopg import errors

from sse_ingest.database.connection import DATA_FAULTS, translated
from sse_ingest.errors import ConfigurationError, DatabaseUnavailable

# By class of SQLSTATE; the exceptions to each below.
DATA = {"22", "23", "44", "54"}
PERSON = {"10", "20", "21", "26", "28", "34", "3D", "3F", "42", "P0"}
EXCEPTIONS = {
    "P0001": "data",
    "54011": "environment",
    "54023": "environment",
}  # of those two no event is the cause
STATES: dict[str, type[psycopg.Error]] = {
    state: error
    for error in vars(errors).values()
    if isinstance(error, type) and isinstance(state := getattr(error, "sqlstate", None), str)
}


def verdict(error: Exception) -> str:
    try:
        with translated():
            raise error
    except ConfigurationError:
        return "person"
    except DatabaseUnavailable:
        return "environment"
    except DATA_FAULTS:
        return "data"


def expected(state: str) -> str:
    kind = "data" if state[:2] in DATA else "person" if state[:2] in PERSON else "environment"
    return EXCEPTIONS.get(state, kind)


def test_every_state_has_its_verdict() -> None:
    wrong = {
        state: actual for state, kind in STATES.items() if (actual := verdict(kind("x"))) != expected(state)
    }

    assert len(STATES) > 200
    assert wrong == {}


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError("the connection is closed"),
        psycopg.InterfaceError("closed"),
        psycopg.Error("?"),
    ],
)
def test_what_the_driver_itself_says_is_the_environment_s(error: Exception) -> None:
    assert verdict(error) == "environment"


def test_a_wrong_password_is_a_person_s() -> None:
    assert verdict(psycopg.OperationalError("password authentication failed for user x")) == "person"
