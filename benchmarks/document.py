"""What was measured as a JSON document, and back: a long run can be cut into several."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from benchmarks.machine import Machine
from benchmarks.profile import Spent
from benchmarks.result import Measured, Result
from benchmarks.runner import judged

__all__ = ["Run", "load", "save"]

_SCHEMA = 2
_OF_RESULT = [one.name for one in fields(Result)]


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that was found on one machine; ``spent`` is by the bench's name."""

    machine: Machine
    found: Sequence[Measured]
    spent: Mapping[str, Sequence[Spent]] = field(default_factory=dict)


def save(run: Run, path: Path) -> None:
    """Write ``run`` to ``path``, whose folder is made."""
    document = {
        "schema": _SCHEMA,
        "machine": asdict(run.machine),
        "results": [one.document() for one in run.found],
        "table": [result.document() for result in judged(run.found)],
        "profiles": {name: [asdict(one) for one in spent] for name, spent in run.spent.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def load(paths: Sequence[Path]) -> Run:
    """The runs that were saved in ``paths`` as one; of one bench the later file counts.

    The machine is that of the last. Raises ValueError for a file that holds no such run.
    """
    results: dict[str, list[Measured]] = {}
    spent: dict[str, list[Spent]] = {}
    machine: Machine | None = None
    for path in paths:
        document = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(document, dict) or document.get("schema") != _SCHEMA:
            raise ValueError(f"{path} holds no results of this programme")
        machine = Machine(**document["machine"])
        for name in dict.fromkeys(one["bench"] for one in document["results"]):
            results[name] = [_measured(one) for one in document["results"] if one["bench"] == name]
            spent.pop(name, None)
        for name, functions in document["profiles"].items():
            spent[name] = [Spent(**one) for one in functions]
    if machine is None:
        raise ValueError("there is no file to take results from")
    return Run(machine, [one for each in results.values() for one in each], spent)


def _measured(document: Mapping[str, Any]) -> Measured:
    result = Result(**{name: document[name] for name in _OF_RESULT})
    return Measured(document["bench"], document["size"], document["judged"], result)
