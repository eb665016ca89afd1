"""The bodies that the stand-in takes: closed, so that a field which Metabase does not know is refused."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

NotBlank = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Positive = Annotated[int, Field(gt=0)]


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SetupUser(Closed):
    email: NotBlank
    password: NotBlank
    first_name: NotBlank | None = None
    last_name: NotBlank | None = None


class Prefs(Closed):
    site_name: NotBlank
    site_locale: NotBlank | None = None


class Setup(Closed):
    token: NotBlank
    user: SetupUser
    prefs: Prefs


class Session(Closed):
    username: NotBlank
    password: NotBlank


class Database(Closed):
    name: NotBlank
    engine: NotBlank
    details: dict[str, Any]


class Collection(Closed):
    name: NotBlank
    parent_id: Positive | None = None


class CardUpdate(Closed):
    name: NotBlank | None = None
    description: str | None = None
    display: NotBlank | None = None
    dataset_query: dict[str, Any] | None = None
    visualization_settings: dict[str, Any] | None = None
    collection_id: Positive | None = None
    archived: bool | None = None


class CardCreate(Closed):
    name: NotBlank
    display: NotBlank
    dataset_query: dict[str, Any]
    visualization_settings: dict[str, Any]
    description: NotBlank | None = None
    collection_id: Positive | None = None
    entity_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{21}$")] | None = None


class Parameter(Closed):
    id: NotBlank
    name: NotBlank
    slug: NotBlank
    type: NotBlank
    sectionId: NotBlank | None = None  # noqa: N815 - so Metabase spells it


class Mapping(Closed):
    parameter_id: NotBlank
    card_id: Positive
    target: list[Any]


class Dashcard(Closed):
    id: int
    card_id: Positive | None
    row: Annotated[int, Field(ge=0)]
    col: Annotated[int, Field(ge=0, le=23)]
    size_x: Positive
    size_y: Positive
    dashboard_tab_id: int | None = None
    parameter_mappings: list[Mapping] = []
    visualization_settings: dict[str, Any] = {}
    series: list[dict[str, Any]] = []
    inline_parameters: list[str] = []


class Tab(Closed):
    id: int
    name: NotBlank


class DashboardCreate(Closed):
    name: NotBlank
    description: str | None = None
    parameters: list[Parameter] = []
    collection_id: Positive | None = None


class DashboardUpdate(Closed):
    name: NotBlank | None = None
    description: str | None = None
    parameters: list[Parameter] | None = None
    dashcards: list[Dashcard] | None = None
    tabs: list[Tab] | None = None
    archived: bool | None = None


class Group(Closed):
    name: NotBlank


class Graph(Closed):
    revision: int
    groups: dict[str, dict[str, Any]]


class GroupId(Closed):
    id: Positive


class User(Closed):
    email: NotBlank
    first_name: NotBlank | None = None
    last_name: NotBlank | None = None
    user_group_memberships: list[GroupId] | None = None


class Password(Closed):
    password: NotBlank


class Membership(Closed):
    user_id: Positive
    group_id: Positive
