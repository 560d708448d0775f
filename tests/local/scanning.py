"""Files to scan, and a parser that counts."""

from __future__ import annotations

import os
from pathlib import Path

from sync.local.layout import Layout
from sync.local.scan import FolderScan, Scanner
from tests.local.support import Clock

MILK = b"- [ ] milk ^r-abcdef2\n"
BREAD = b"- [ ] bread ^r-bcdefg3\n"


class Counting:
    """Parses to the number of lines, and counts how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, data: bytes, before: int | None = None) -> int:
        self.calls += 1
        if b"unparsable" in data:
            raise ValueError("line 1 is beyond us")
        return data.count(b"\n")


def put(path: Path, data: bytes, at: float = 100.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, ns=(int(at * 1e9), int(at * 1e9)))


def scanner(root: Path, clock: Clock | None = None, parse: Counting | None = None) -> Scanner[int]:
    return Scanner(root, Layout(".md"), parse or Counting(), clock or Clock(), expect_marker="5f0c")


def scan(root: Path) -> FolderScan[int]:
    return scanner(root).scan()
