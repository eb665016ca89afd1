"""Who gets in, who may do what, and what is said when something does not work."""

from dataclasses import replace

import httpx
import pytest

from local.cards.definition import load
from local.metabase import errors
from local.metabase.provision import provision
from local.metabase.settings import Login, Target, from_values
from tests.support.metabase.state import ADMINISTRATORS, ALL_USERS, State

CARDS = {name: card for name, card in load().items() if name in ("orders_by_hour", "cash_up")}


def session(target: Target, login: Login) -> httpx.Client:
    body = {"username": login.email, "password": login.password}
    token = httpx.post(f"{target.url}/api/session", json=body).raise_for_status().json()["id"]
    return httpx.Client(base_url=target.url, headers={"x-metabase-session": token})


def test_a_viewer_sees_the_dashboards_and_writes_no_sql(state: State, target: Target) -> None:
    provision(target, CARDS)
    database, dashboard = next(iter(state.databases)), next(iter(state.dashboards))
    query = {"database": database, "type": "native", "native": {"query": "SELECT 1"}}
    with session(target, target.viewer) as viewer:
        assert viewer.get(f"/api/dashboard/{dashboard}").status_code == 200
        assert viewer.get(f"/api/card/{next(iter(state.cards))}").status_code == 200
        assert viewer.post("/api/dataset", json=query).status_code == 403
    assert target.admin
    with session(target, target.admin) as admin:
        assert admin.post("/api/dataset", json=query).status_code == 200


def test_a_user_outside_of_the_group_sees_nothing(state: State, target: Target) -> None:
    provision(target, CARDS)
    state.add_user("other@example.com", "other-1")
    with session(target, Login("other@example.com", "other-1")) as other:
        assert other.get(f"/api/dashboard/{next(iter(state.dashboards))}").status_code == 403


def test_a_user_who_has_the_viewers_address_already_keeps_the_password(state: State, target: Target) -> None:
    provision(target, CARDS)
    viewer = next(user for user in state.users.values() if user["email"] == target.viewer.email)
    viewer |= {"password": "own-1", "last_login": "2026-01-01T00:00:00Z"}
    state.members = {(user, group) for user, group in state.members if user != viewer["id"]}
    provision(target, CARDS)
    assert viewer["password"] == "own-1"
    assert any(
        user == viewer["id"] and group not in (ALL_USERS, ADMINISTRATORS) for user, group in state.members
    )


def test_rights_that_somebody_changes_at_the_same_time_are_read_again(state: State, target: Target) -> None:
    state.stale = 2
    provision(target, CARDS)
    state.data_rights[ALL_USERS][next(iter(state.databases))]["create-queries"] = "query-builder-and-native"
    state.stale = 3
    with pytest.raises(errors.Conflict, match="409"):
        provision(target, CARDS)


def test_an_existing_metabase_takes_an_api_key(state: State, target: Target) -> None:
    state.api_keys["mb_key"] = state.add_user("owner@example.com", "owner-1", superuser=True)
    provision(replace(target, admin=None, api_key="mb_key"), CARDS)
    assert len(state.cards) == len(CARDS)
    assert [name for name in state.requests if name.endswith("/setup")] == []


def test_a_time_zone_that_shifts_business_dates_is_reported(state: State, target: Target) -> None:
    assert provision(target, CARDS).notes == []
    state.time_zone = "America/Toronto"
    assert "America/Toronto: set it to UTC" in provision(target, CARDS).notes[0]


def test_it_waits_for_health_and_for_the_tables(state: State, target: Target) -> None:
    state.starting, state.sync_polls = 3, 5
    provision(target, CARDS)
    assert (state.starting, state.sync_polls) == (0, 0)


def test_a_changed_password_of_the_warehouse_is_written(state: State, target: Target) -> None:
    provision(target, CARDS)
    state.warehouse_password = "new"
    report = provision(replace(target, warehouse=replace(target.warehouse, password="new")), CARDS)
    assert report.changes == ["Corrected the connection of the database Restaurant warehouse."]
    assert len(state.databases) == 1


def test_a_wrong_password(state: State, target: Target) -> None:
    provision(target, CARDS)
    with pytest.raises(errors.WrongPassword, match=r"admin@example\.com: METABASE_ADMIN_PASSWORD in \.env"):
        provision(replace(target, admin=Login("admin@example.com", "wrong")), CARDS)
    with pytest.raises(errors.WrongPassword, match="refuses the API key"):
        provision(replace(target, admin=None, api_key="wrong"), CARDS)


def test_a_wrong_setup_token(state: State, target: Target) -> None:
    with pytest.raises(errors.Refused, match="Token does not match the setup token"):
        provision(replace(target, setup_token="wrong"), CARDS)


def test_missing_rights(state: State, target: Target) -> None:
    state.add_user("owner@example.com", "owner-1", superuser=True)
    state.add_user("analyst@example.com", "analyst-1")
    with pytest.raises(errors.MissingRights, match=r"analyst@example\.com is not an administrator"):
        provision(replace(target, admin=Login("analyst@example.com", "analyst-1")), CARDS)


@pytest.mark.parametrize("version", ["v0.58.1", "v0.64.0", "v1.6.3", "v0.630.1"])
def test_an_unsupported_version(state: State, target: Target, version: str) -> None:
    state.version = version
    with pytest.raises(errors.UnsupportedVersion, match=rf"This is Metabase {version}, .* for 0\.63"):
        provision(target, CARDS)
    assert state.requests == []


def test_nobody_answers(target: Target, free_port: int) -> None:
    nowhere = replace(target, url=f"http://127.0.0.1:{free_port}", wait_seconds=0)
    with pytest.raises(errors.Unreachable, match=r"not ready after 0 s \(nobody answers\)"):
        provision(nowhere, CARDS)


def test_metabase_that_does_not_get_ready(state: State, target: Target) -> None:
    state.starting = 10**9
    with pytest.raises(errors.Unreachable, match=r"/api/health answers 503"):
        provision(replace(target, wait_seconds=0), CARDS)


def test_a_warehouse_that_metabase_cannot_read(state: State, target: Target) -> None:
    wrong = replace(target, warehouse=replace(target.warehouse, password="wrong"))
    with pytest.raises(
        errors.WarehouseUnreachable, match=r"postgres:5432 as analytics_reader .*METABASE_WAREHOUSE"
    ):
        provision(wrong, CARDS)


def test_a_column_that_does_not_come(state: State, target: Target) -> None:
    state.columns = {column for column in state.columns if "cash_up" not in column}
    with pytest.raises(
        errors.SyncTimeout, match=r"does not list analytics\.cash_up\.currency, analytics\.cash_up\."
    ):
        provision(replace(target, wait_seconds=0.1), CARDS)


def test_a_field_that_metabase_does_not_know_is_refused(target: Target) -> None:
    provision(target, CARDS)
    assert target.admin
    with session(target, target.admin) as admin:
        refused = admin.post("/api/collection", json={"name": "x", "colour": "red"})
    assert (refused.status_code, refused.json()) == (
        400,
        {"errors": {"colour": "Extra inputs are not permitted"}},
    )


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"METABASE_WAREHOUSE": "postgres"}, "METABASE_WAREHOUSE is 'postgres': write host:port"),
        ({"STACK_START_TIMEOUT_SECONDS": "long"}, "STACK_START_TIMEOUT_SECONDS is 'long': write a whole"),
        ({"METABASE_ADMIN_PASSWORD": ""}, "METABASE_ADMIN_PASSWORD has no value"),
        ({"ANALYTICS_DB_PASSWORD": ""}, "ANALYTICS_DB_PASSWORD has no value"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(values: dict[str, str], says: str) -> None:
    whole = {
        "METABASE_ADMIN_EMAIL": "a@example.com",
        "METABASE_ADMIN_PASSWORD": "a",
        "METABASE_VIEWER_EMAIL": "v@example.com",
        "METABASE_VIEWER_PASSWORD": "v",
        "ANALYTICS_DB_PASSWORD": "r",
    }
    assert from_values(whole).warehouse.host == "postgres"
    with pytest.raises(errors.MissingSetting, match=says):
        from_values(whole | values)
