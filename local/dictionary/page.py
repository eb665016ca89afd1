"""The page: lineage, an index per schema, and every object with its columns, keys, privileges and dependencies."""

from collections.abc import Iterable, Iterator

from local.dictionary.catalog import Catalog, Column, Function, Grant, Relation
from local.dictionary.diagram import flowchart
from local.dictionary.lineage import Lineage, who

INTRODUCTION = """\
# Data dictionary

`./stack dictionary` generates this page from the comments in the database's catalog, and a test compares the two. To
change a sentence, change its `COMMENT ON` in `sql/` and run the command.

`restaurant_user` owns all objects and has all privileges. `restaurant_writer` is ingestion (`airflow_user`), and
`restaurant_reader` are analysts (`analytics_reader`). A role that is not named has no privileges on the object.

## Lineage

Event types, tables, views and the functions that fill tables; a dotted arrow is a trigger. Each event also goes into
`raw_data.events_raw`, or into `raw_data.dead_letters`. The money and status of an order are computed from its payments
and status changes, in the transaction that writes them.

What a view reads is what PostgreSQL recorded when the view was created. What a function reads and writes is taken from
its body: it has to qualify the names of our objects, because its `search_path` contains none of our schemas. Names that
a function composes while it runs are not found. The catalog does not know what programs outside the database write: the
table of each event type comes from `restaurant_warehouse/typed/tables.py`, and for the rest see who may write.
"""


def render(catalog: Catalog, lineage: Lineage) -> str:
    """The whole page, the same for the same catalog."""
    lines = [INTRODUCTION, "```mermaid", *flowchart(catalog, lineage), "```", ""]
    for schema in catalog.schemas:
        relations = [one for one in catalog.relations if one.name.startswith(f"{schema.name}.")]
        functions = [one for one in catalog.functions if one.name.startswith(f"{schema.name}.")]
        lines += [f"## {schema.name}", "", _text(schema.comment), ""]
        lines += _index([*relations, *functions])
        for relation in relations:
            lines += _relation(relation, lineage)
        for function in functions:
            lines += _function(function, lineage, _tables_with_trigger(catalog, function.name))
    return "\n".join(lines).rstrip("\n") + "\n"


def _index(objects: list[Relation | Function]) -> Iterator[str]:
    if objects:
        yield from ("| name | kind | what |", "|---|---|---|")
    for one in objects:
        kind = one.kind if isinstance(one, Relation) else "function"
        yield f"| [{_short(one.name)}](#{_anchor(one.name)}) | {kind} | {_text(_first_sentence(one.comment))} |"
    yield ""


def _relation(relation: Relation, lineage: Lineage) -> Iterator[str]:
    yield from (f"### {relation.name}", "", _text(relation.comment), "")
    facts = [("May", _grants(relation.grants)), ("Partitions", _partitions(relation))]
    if relation.kind == "table":
        filled = [f"`{event}` events" for event in who(lineage.events, relation.name)]
        facts.append(("Filled by", [*filled, *_links(who(lineage.fills, relation.name))]))
        facts.append(("Emptied by", _links(who(lineage.empties, relation.name))))
        facts.append(("Triggers", [f"{_link(one.function)} ({one.happenings})" for one in relation.triggers]))
    facts.append(("Reads", _links(relation.reads)))
    facts.append(("Read by", _links(who(lineage.reads, relation.name))))
    yield from _facts(facts)
    if relation.columns:
        yield from _columns(relation.columns, with_null=relation.kind == "table")
    for constraint in relation.constraints:
        yield f"- {constraint.name}: `{constraint.definition}`"
    if relation.constraints:
        yield ""


def _function(function: Function, lineage: Lineage, tables: list[str]) -> Iterator[str]:
    yield from (f"### {function.name}", "", _text(function.comment), "")
    signature = f"{_short(function.name)}({function.arguments}) → {function.result}"
    yield from _facts(
        [
            ("Signature", [f"`{signature}`"]),
            ("Runs", [f"{function.language}, as {'its owner' if function.as_owner else 'its caller'}"]),
            ("May", _grants(function.grants)),
            ("Trigger on", _links(tables)),
            ("Reads", _links(lineage.reads[function.name])),
            ("Fills", _links(lineage.fills[function.name])),
            ("Empties", _links(lineage.empties[function.name])),
            ("Used by", _links(who(lineage.reads, function.name))),
        ]
    )


def _facts(facts: Iterable[tuple[str, list[str]]]) -> Iterator[str]:
    known = [f"- {label}: {', '.join(values)}" for label, values in facts if values]
    yield from [*known, ""] if known else []


def _columns(columns: Iterable[Column], *, with_null: bool) -> Iterator[str]:
    if with_null:
        yield from ("| column | type | null | default | what |", "|---|---|---|---|---|")
    else:
        yield from ("| column | type | what |", "|---|---|---|")
    for one in columns:
        cells = [f"`{one.name}`", one.type]
        if with_null:
            default = f"`{_cell(one.default)}`" if one.default else ""
            cells += ["yes" if one.nullable else "no", default]
        yield f"| {' | '.join([*cells, _text(one.comment)])} |"
    yield ""


def _grants(grants: Iterable[Grant]) -> list[str]:
    roles: dict[str, list[str]] = {}
    for grant in grants:
        privilege = grant.privilege + (f" ({grant.columns})" if grant.columns else "")
        roles.setdefault(grant.role, []).append(privilege)
    return [f"`{role}` {' '.join(privileges)}" for role, privileges in roles.items()]


def _partitions(relation: Relation) -> list[str]:
    if relation.partitioned_by is None:
        return []
    rest = (
        f"; rows of no partition go into {_link(relation.default_partition)}"
        if relation.default_partition
        else ""
    )
    return [f"by {relation.partitioned_by}{rest}"]


def _tables_with_trigger(catalog: Catalog, function: str) -> list[str]:
    return [
        table.name for table in catalog.relations if any(one.function == function for one in table.triggers)
    ]


def _links(names: Iterable[str]) -> list[str]:
    return [_link(name) for name in sorted(names)]


def _link(name: str) -> str:
    return f"[{name}](#{_anchor(name)})"


def _anchor(name: str) -> str:
    """The anchor of the heading: without the dot."""
    return name.replace(".", "")


def _short(name: str) -> str:
    return name.partition(".")[2]


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".") + "."


def _text(text: str) -> str:
    return _cell(text).replace("<", "\\<")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
