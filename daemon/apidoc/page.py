"""Writes the table of operations as Markdown, for docs/api.md. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from daemon.apidoc.operation import Operation
from daemon.apidoc.schemas import SCHEMAS, STATUSES

__all__ = ["BEGIN", "END", "page", "renewed"]

BEGIN = "<!-- from here on made by `make apidoc` -->"
END = "<!-- up to here -->"

_TYPES = {
    "flag": "true or false",
    "whole": "whole number",
    "texts": "list of texts",
    "any": "any value",
}


def renewed(text: str, operations: Sequence[Operation]) -> str:
    """``text`` with the generated part made anew; raises ValueError where that has no place."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"there is no {BEGIN} with {END} after it")
    return f"{before}{BEGIN}\n\n{page(operations)}\n{END}{after}"


def page(operations: Sequence[Operation]) -> str:
    """The generated part: a table of all, each one, and the things that they tell of."""
    return "\n".join([*_overview(operations), *_each(operations), *_things(), *_statuses()])


def _overview(operations: Sequence[Operation]) -> Iterator[str]:
    yield "| Request | |"
    yield "|---|---|"
    for one in operations:
        yield f"| `{one.method} {one.path}` | {one.summary} |"
    yield ""


def _each(operations: Sequence[Operation]) -> Iterator[str]:
    for one in operations:
        if one.section == "ricloud":
            continue  # described in a page of their own
        yield f"### {one.method} {one.path}\n"
        yield f"{one.summary} {one.more}".strip() + "\n"
        yield from _keys("Parameter", ((p.name, f"{p.kind}: {p.meaning}") for p in one.query))
        yield from _keys("In the body", (one.body or {}).items(), one.needed)
        yield from _keys("Answer", one.answer.items())


def _things() -> Iterator[str]:
    for name, keys in SCHEMAS.items():
        yield f"### {name}\n"
        yield from _keys("Member", keys.items())


def _statuses() -> Iterator[str]:
    yield "### Statuses\n"
    yield "| Status | |"
    yield "|---|---|"
    for status, meaning in STATUSES.items():
        yield f"| {status} | {meaning} |"
    yield ""


def _keys(
    heading: str, keys: Iterable[tuple[str, str]], needed: Sequence[str] = ()
) -> Iterator[str]:
    rows = [_row(name, text, name in needed) for name, text in keys]
    if rows:
        yield f"| {heading} | Type | |\n|---|---|---|"
        yield from rows
        yield ""


def _row(name: str, text: str, is_needed: bool) -> str:
    kind, _, meaning = text.partition(": ")
    plain = kind.removesuffix("?")
    shown = _TYPES.get(plain) or (f"list of {plain[:-1]}" if _is_list(plain) else plain)
    if plain.endswith("{}"):
        inner = plain.removesuffix("{}")
        shown = f"{_TYPES.get(inner, inner)}, by name"
    or_null = ", or null" if kind.endswith("?") else ""
    or_missing = ", or missing" if name.endswith("?") else ""
    name = name.removesuffix("?")
    return f"| `{name}` | {shown}{or_null}{or_missing}{', needed' * is_needed} | {meaning} |"


def _is_list(kind: str) -> bool:
    return kind == "objects" or (kind.endswith("s") and kind[:-1] in SCHEMAS)
