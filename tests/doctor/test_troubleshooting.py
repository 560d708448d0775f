"""docs/troubleshooting.md has every error code that a person or program can be told."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
OF_THE_LOOP = {"daemon/ricloud"}  # whose words are those of the API; see docs/ricloud.md


def codes() -> Iterator[str]:
    """What stands in ``code = "..."`` of an error, and in ``failure(503, "...")`` of the socket."""
    for package in ("daemon", "sync"):
        for path in (ROOT / package).rglob("*.py"):
            if path.parent.relative_to(ROOT).as_posix() in OF_THE_LOOP:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                match node:
                    case ast.ClassDef():
                        yield from _of_class(node)
                    case ast.Call(
                        func=ast.Name("failure"), args=[_, ast.Constant(str() as code), *_]
                    ):
                        yield code


def _of_class(node: ast.ClassDef) -> Iterator[str]:
    for line in node.body:
        match line:
            case ast.Assign(targets=[ast.Name("code")], value=ast.Constant(str() as code)):
                yield code


def test_each_code_is_explained_and_no_other() -> None:
    rows = re.findall(r"^\| ((?:`[a-z-]+`(?:, )?)+) \| [\d–]+ \|", TEXT, re.MULTILINE)
    explained = set(re.findall(r"`([a-z-]+)`", " ".join(rows)))
    assert explained == set(codes())


def test_each_row_says_what_to_do() -> None:
    for row in re.findall(r"^\| `.*\|$", TEXT, re.MULTILINE):
        assert all(cell.strip() for cell in row.strip("|").split("|")), row
