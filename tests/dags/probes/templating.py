"""Our operators and sensors: prints the arguments of each that hold a text, and its template fields."""

import inspect
import json
import pkgutil
import sys
from importlib import import_module
from typing import Any

import airflow.settings  # noqa: F401 - puts the plugins folder on sys.path
from airflow.sdk import BaseOperator

import restaurant_warehouse.operators
import sse_ingest.airflow


def operators(package: Any) -> list[type[BaseOperator]]:
    modules = [
        import_module(f"{package.__name__}.{info.name}") for info in pkgutil.iter_modules(package.__path__)
    ]
    return [
        value
        for module in modules
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, BaseOperator) and value.__module__ == module.__name__
    ]


def texts(operator: type[BaseOperator]) -> list[str]:
    """Those of its own arguments, and of its bases that are ours, whose type can be a text."""
    names = set()
    for base in operator.__mro__:
        if base.__module__.startswith(("sse_ingest.", "restaurant_warehouse.")) and "__init__" in vars(base):
            parameters = inspect.signature(vars(base)["__init__"]).parameters.values()
            names |= {
                parameter.name for parameter in parameters if "str" in str(parameter.annotation).split("[")[0]
            }
    return sorted(names)


sys.stdout.write(
    json.dumps(
        {
            operator.__name__: {"texts": texts(operator), "templated": sorted(operator.template_fields)}
            for package in (sse_ingest.airflow, restaurant_warehouse.operators)
            for operator in operators(package)
        }
    )
    + "\n"
)
