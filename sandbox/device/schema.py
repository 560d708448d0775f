"""Hands out pyicloud's protobuf schema of reminder texts, loaded without the rest of pyicloud.

The phone deliberately decodes with a schema that the product did not write: a mistake in the
product's own schema cannot hide behind a sandbox that shares it.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path("services", "reminders", "protobuf")


@cache
def _module(name: str) -> Any:
    # Importing `pyicloud.services...` would run the whole package, which costs a second.
    package = importlib.util.find_spec("pyicloud")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("the sandbox needs pyicloud installed for its protobuf schema")
    path = Path(package.submodule_search_locations[0]) / _FOLDER / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"sandbox_schema_{name}", path)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"pyicloud has no readable {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def topotext() -> Any:
    """Return the module with `String`, `Substring`, `CharID`, `AttributeRun`."""
    return _module("reminders_pb2")


def versioned() -> Any:
    """Return the module with the envelope messages `Document` and `Version`."""
    return _module("versioned_document_pb2")
