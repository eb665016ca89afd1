"""Who asks, by session or API key."""

from typing import Annotated

from fastapi import Depends, Request

from tests.support.metabase.state import Refusal, State


def state_of(request: Request) -> State:
    state: State = request.app.state.metabase
    return state


def user_of(request: Request) -> int:
    state = state_of(request)
    session = state.sessions.get(request.headers.get("x-metabase-session", ""))
    user = session or state.api_keys.get(request.headers.get("x-api-key", ""))
    if user is None:
        raise Refusal(401, "Unauthenticated")
    return user


def admin_of(request: Request) -> int:
    user = user_of(request)
    if not state_of(request).users[user]["is_superuser"]:
        raise Refusal(403, "You don't have permissions to do that.")
    return user


User = Annotated[int, Depends(user_of)]
Admin = Annotated[int, Depends(admin_of)]
Known = Annotated[State, Depends(state_of)]
