"""Lets what the code covers guide the inputs of the decoders: needs atheris, the extra ``fuzz``.

``python -m tests.fuzz.coverage_guided documents -max_total_time=60``; all options are libFuzzer's.
What it finds worth keeping it adds to ``fuzz-failures/seeds-TARGET``, and goes on from there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["sync.codec", "sync.cycle.observing.mirroring"]):
    from tests.fuzz import corpus, documents, records

from store.raw import dumps

__all__ = ["main"]

CHECKS = {"documents": documents.check, "rows": records.decode}
FOLDER = Path("fuzz-failures")


def main(arguments: list[str]) -> None:
    """Fuzz one target; ends as libFuzzer ends, with a status of its own."""
    if len(arguments) < 2 or arguments[1] not in CHECKS:
        sys.exit(f"name a target: {', '.join(CHECKS)}")
    programme, name, *options = arguments
    seeds = FOLDER / f"seeds-{name}"
    seeds.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(_seeds(name)):
        (seeds / f"{number:03}").write_bytes(data)
    check = CHECKS[name]

    def one(data: bytes) -> None:
        check(data, Random(len(data)))

    prefix = f"-artifact_prefix={FOLDER}/{name}-"
    atheris.Setup([programme, prefix, *options, str(seeds)], one)
    atheris.Fuzz()


def _seeds(name: str) -> Iterable[bytes]:
    if name == "documents":
        return corpus.documents()
    return [dumps({"records": [record]}) for record in corpus.records()]


if __name__ == "__main__":
    main(sys.argv)
