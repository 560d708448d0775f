"""Says what is wrong with a config: in which line, of which key, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from sync.errors import UsageError

__all__ = ["IS_IT_THIS", "NO_TEXT", "SEE_EXAMPLE", "not_yaml", "repeated", "unfit"]

NO_TEXT = "it is no text in UTF-8"
SEE_EXAMPLE = "`remindersd config example` shows every key"
IS_IT_THIS = "name the right file with --config, or write a new one with `remindersd init`"


def not_yaml(source: Path, text: str, error: Exception) -> UsageError:
    """That ``text`` cannot be read as YAML: ``error`` is the parser's."""
    if isinstance(error, yaml.reader.ReaderError):
        return UsageError(f"cannot read the config {source}: {NO_TEXT}", IS_IT_THIS)
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return UsageError(f"{source}: it is not YAML", SEE_EXAMPLE)
    place = f"{source}, line {mark.line + 1}"
    problem = getattr(error, "problem", None) or "it is not YAML"
    if "'\\t'" in problem or _indented_by_tab(text, mark.line):
        return UsageError(f"{place}: there is a tab", "use spaces")
    return UsageError(f"{place}: {problem}", "correct that line")


def _indented_by_tab(text: str, number: int) -> bool:
    lines = text.split("\n")[number : number + 1]
    return any(line.lstrip(" ").startswith("\t") for line in lines)


def repeated(root: yaml.Node | None) -> Iterator[tuple[str, int, int]]:
    """Keys that one mapping has twice: the dotted key, its 1-based line and that of the first."""
    waiting: list[tuple[str, yaml.Node | None]] = [("", root)]
    known: set[int] = set()  # an anchor can make a node part of itself
    while waiting:
        above, node = waiting.pop()
        if id(node) in known or not isinstance(node, yaml.CollectionNode):
            continue
        known.add(id(node))
        if not isinstance(node, yaml.MappingNode):
            waiting += [(above, item) for item in node.value]
            continue
        lines: dict[str, int] = {}
        for key, value in node.value:
            name, line = f"{above}{key.value}", key.start_mark.line + 1
            if name in lines:
                yield name, line, lines[name]
            lines[name] = line
            waiting.append((f"{name}.", value))


def unfit(source: Path, node: yaml.Node | None, error: ValidationError) -> UsageError:
    """The first key that does not fit, in the line where it stands in the document ``node``."""
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]]
    key = ".".join(path)
    line = _line_of(node, path)
    place = f"{source}, line {line}" if line else str(source)
    match first["type"]:
        case "extra_forbidden":
            what, hint = f"unknown key `{key}`", SEE_EXAMPLE
        case "missing":
            what, hint = f"the key `{key}` is missing", SEE_EXAMPLE
        case "model_type" | "dict_type":
            what = f"`{key}` has to have keys below it"
            hint = SEE_EXAMPLE
        case _:
            what = f"`{key}`: {_plain(first)}"
            hint = "correct that value"
    return UsageError(f"{place}: {what}", hint)


def _plain(first: Any) -> str:
    message = str(first["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _line_of(node: yaml.Node | None, path: list[str]) -> int | None:
    """The 1-based line of the deepest key of ``path`` that stands in the file."""
    line: int | None = None
    for part in path:
        if not isinstance(node, yaml.MappingNode):
            break
        for key, value in node.value:
            if key.value == part:
                line, node = key.start_mark.line + 1, value
                break
        else:
            break
    return line
