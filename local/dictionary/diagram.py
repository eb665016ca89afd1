"""Lineage as a Mermaid flowchart: what moves or shows data. Functions that only answer are left out."""

from local.dictionary.catalog import Catalog
from local.dictionary.lineage import Lineage

_SHAPES = {
    "event": '(["{}"])',
    "table": '[("{}")]',
    "view": '["{}"]',
    "materialized view": '["{}"]',
    "function": '{{{{"{}"}}}}',
}


def edges(catalog: Catalog, lineage: Lineage) -> list[tuple[str, str, str]]:
    """(from, arrow, to), sorted. A view is fed through the functions that it calls; a trigger's arrow is dotted."""
    arrows = {(event, "-->", table) for event, tables in lineage.events.items() for table in tables}
    for relation in catalog.relations:
        arrows |= {(source, "-->", relation.name) for source in lineage.sources(relation.name)}
        for trigger in relation.triggers:
            if trigger.happenings != "TRUNCATE":
                targets = lineage.targets(trigger.function) - {relation.name}
                arrows |= {(relation.name, "-.->", target) for target in targets}
    by_trigger = {trigger.function for relation in catalog.relations for trigger in relation.triggers}
    for name in lineage.fills.keys() - by_trigger:
        targets = lineage.targets(name)
        arrows |= {(name, "-->", target) for target in targets}
        if targets:
            arrows |= {(source, "-->", name) for source in lineage.sources(name) - targets}
    return sorted(arrows)


def flowchart(catalog: Catalog, lineage: Lineage) -> list[str]:
    """The lines of the flowchart: its nodes by schema, then its edges."""
    kinds = {one.name: one.kind for one in catalog.relations}
    kinds |= dict.fromkeys((one.name for one in catalog.functions), "function")
    drawn = edges(catalog, lineage)
    nodes = sorted({name for source, _, target in drawn for name in (source, target)})
    lines = ["flowchart LR"]
    for group in ("events", *(schema.name for schema in catalog.schemas)):
        inside = [name for name in nodes if _group(name) == group]
        if inside:
            lines.append(f"    subgraph {group}")
            lines += [f"        {_node(name, kinds.get(name, 'event'))}" for name in inside]
            lines.append("    end")
    return lines + [f"    {_id(source)} {arrow} {_id(target)}" for source, arrow, target in drawn]


def _group(name: str) -> str:
    schema, dot, _ = name.partition(".")
    return schema if dot else "events"


def _id(name: str) -> str:
    return name.replace(".", "__") if "." in name else f"event__{name}"


def _node(name: str, kind: str) -> str:
    label = name.rpartition(".")[2] + ("()" if kind == "function" else "")
    return _id(name) + _SHAPES[kind].format(label)
