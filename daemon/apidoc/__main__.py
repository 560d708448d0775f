"""Brings docs/api.md up to date: ``python -m daemon.apidoc FILE``, or ``--check FILE``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from daemon.apidoc.openapi import OPERATIONS
from daemon.apidoc.page import renewed

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file anew, or say with 1 that it is not current."""
    parser = argparse.ArgumentParser(prog="python -m daemon.apidoc", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only look")
    parser.add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    before = options.file.read_text(encoding="utf-8")
    after = renewed(before, OPERATIONS)
    if before == after:
        return 0
    if options.check:
        sys.stderr.write(f"{options.file} is not current: run `make apidoc`\n")
        return 1
    options.file.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
