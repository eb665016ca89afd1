"""Objects that a setting names as `module:attribute`."""

import importlib
from typing import Any

from sse_ingest.errors import ConfigurationError


def load_object(setting: str, name: str) -> Any:
    """The attribute of a module on PYTHONPATH. Raises ConfigurationError, which names the setting."""
    module, colon, attribute = name.partition(":")
    if not colon or not module or not attribute:
        raise ConfigurationError(f"{setting} must be module:attribute, not {name!r}.")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(
            f"{setting}={name}: {error}. Name a module on PYTHONPATH and an attribute of it."
        ) from error
