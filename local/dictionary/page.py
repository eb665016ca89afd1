"""The page: an index, the lineage, and every object with its columns, keys, privileges and neighbours."""

from collections.abc import Iterable, Iterator

from local.dictionary.catalog import Catalog, Column, Function, Grant, Relation
from local.dictionary.diagram import flowchart
from local.dictionary.lineage import Lineage, who

INTRODUCTION = """\
# Data dictionary

Made by `./stack dictionary` from the comments in the database's catalog, and compared with it by a test. To change a
sentence, change its `COMMENT ON` in `sql/`, and run the command.

`restaurant_user` owns everything and may do everything. Of the others, `restaurant_writer` is ingestion
(`airflow_user`), and `restaurant_reader` are analysts (`analytics_reader`); who is not named may do nothing.

## What feeds what

Event types, tables, views and the functions that fill tables; a dotted arrow is a trigger. Each event goes into
`raw_data.events_raw` besides, or into `raw_data.dead_letters`; an order takes its money and status from its payments
and status changes, in the transaction that brings them.

How exact is it? What a view reads is what PostgreSQL recorded when the view was made. What a function reads and writes
is taken from its body: it can name our objects only in full, since its `search_path` holds none of our schemas. Names
that a function puts together while it runs are not seen. What programs outside the database write is not in its
catalog: the table of each event type comes from `sse_ingest/tables.py`, the rest can be told from who may write.
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
            lines += _function(function, lineage, _tables_that_fire(catalog, function.name))
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
        filled = [f"`{event}` events" for event, table in lineage.events.items() if table == relation.name]
        facts.append(("Filled by", [*filled, *_links(who(lineage.fills, relation.name))]))
        facts.append(("Emptied by", _links(who(lineage.empties, relation.name))))
        facts.append(("Triggers", [f"{_link(one.function)} ({one.happenings})" for one in relation.triggers]))
    facts.append(("Reads", _links(relation.reads)))
    facts.append(("Read by", _links(who(lineage.reads, relation.name))))
    yield from _facts(facts)
    if relation.columns:
        yield from _columns(relation.columns, told_null=relation.kind == "table")
    for constraint in relation.constraints:
        yield f"- {constraint.name}: `{constraint.definition}`"
    if relation.constraints:
        yield ""


def _function(function: Function, lineage: Lineage, fires: list[str]) -> Iterator[str]:
    yield from (f"### {function.name}", "", _text(function.comment), "")
    signature = f"{_short(function.name)}({function.arguments}) → {function.result}"
    yield from _facts(
        [
            ("Signature", [f"`{signature}`"]),
            ("Runs", [f"{function.language}, as {'its owner' if function.as_owner else 'whoever calls it'}"]),
            ("May", _grants(function.grants)),
            ("Trigger on", _links(fires)),
            ("Reads", _links(lineage.reads[function.name])),
            ("Fills", _links(lineage.fills[function.name])),
            ("Empties", _links(lineage.empties[function.name])),
            ("Used by", _links(who(lineage.reads, function.name))),
        ]
    )


def _facts(facts: Iterable[tuple[str, list[str]]]) -> Iterator[str]:
    told = [f"- {label}: {', '.join(values)}" for label, values in facts if values]
    yield from [*told, ""] if told else []


def _columns(columns: Iterable[Column], *, told_null: bool) -> Iterator[str]:
    if told_null:
        yield from ("| column | type | null | default | what |", "|---|---|---|---|---|")
    else:
        yield from ("| column | type | what |", "|---|---|---|")
    for one in columns:
        cells = [f"`{one.name}`", one.type]
        if told_null:
            default = f"`{_cell(one.default)}`" if one.default else ""
            cells += ["yes" if one.nullable else "no", default]
        yield f"| {' | '.join([*cells, _text(one.comment)])} |"
    yield ""


def _grants(grants: Iterable[Grant]) -> list[str]:
    roles: dict[str, list[str]] = {}
    for grant in grants:
        told = grant.privilege + (f" ({grant.columns})" if grant.columns else "")
        roles.setdefault(grant.role, []).append(told)
    return [f"`{role}` {' '.join(told)}" for role, told in roles.items()]


def _partitions(relation: Relation) -> list[str]:
    if relation.partitioned_by is None:
        return []
    rest = (
        f"; what none takes goes into {_link(relation.default_partition)}"
        if relation.default_partition
        else ""
    )
    return [f"by {relation.partitioned_by}{rest}"]


def _tables_that_fire(catalog: Catalog, function: str) -> list[str]:
    return [
        table.name for table in catalog.relations if any(one.function == function for one in table.triggers)
    ]


def _links(names: Iterable[str]) -> list[str]:
    return [_link(name) for name in sorted(names)]


def _link(name: str) -> str:
    return f"[{name}](#{_anchor(name)})"


def _anchor(name: str) -> str:
    """As the heading's anchor is made: lower case, without the dot."""
    return name.replace(".", "")


def _short(name: str) -> str:
    return name.partition(".")[2]


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".") + "."


def _text(text: str) -> str:
    return _cell(text).replace("<", "\\<")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
