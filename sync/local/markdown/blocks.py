"""Says where list items, headings and hidden lines really are, by a CommonMark parser.

A line that looks like a task is none inside code, HTML, a quote, a ``%%`` comment (Obsidian) or
front matter; only a parser knows. Items within quotes are left out: they are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from sync.local.lines import is_blank

__all__ = ["COMMENT_MARK", "Blocks", "Heading", "Item", "find_blocks"]

# Every level of list counts two; the parser's own 20 would hide the rest of the file.
_MAX_NESTING = 100
_PARSER = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING})
_PARSER.core.ruler.enableOnly(["normalize", "block"])
_FENCE = re.compile(r"[ \t]*(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)*(`{3,}(?=[^`]*$)|~{3,})")
COMMENT_MARK = "%%"


@dataclass(slots=True)
class Item:
    """A list item from line ``start`` up to ``end`` (blank lines at its end left out).

    ``parent`` and ``children`` index ``Blocks.items``. ``has_text`` says that the item's own
    first line is a paragraph (not code, not a nested list); whoever knows tasks sets ``is_task``
    and, on everything around one, ``holds_task``.
    """

    start: int
    end: int
    parent: int | None
    has_text: bool = False
    children: list[int] = field(default_factory=list)
    is_task: bool = False
    holds_task: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading outside lists and quotes, from ``line`` up to ``end``."""

    line: int
    level: int
    text: str
    end: int


@dataclass(frozen=True, slots=True)
class Blocks:
    """Where things are; ``hidden`` lines are comments and HTML.

    ``may_go_on``: with more lines behind the last one, its block might be longer.
    """

    items: tuple[Item, ...]
    headings: tuple[Heading, ...]
    hidden: frozenset[int]
    suspicious: tuple[str, ...]
    may_go_on: bool = False


def find_blocks(lines: Sequence[str], first: int) -> Blocks:
    """The blocks of ``lines``; those before ``first`` (front matter) are not looked at."""
    comment, suspicious = _comment_lines(lines, first)
    visible = [
        "" if index < first or index in comment else text for index, text in enumerate(lines)
    ]
    tokens = _PARSER.parse("\n".join(visible))
    plain = _outside_quotes(tokens)
    items, headings = _walk(tokens, plain, visible)
    hidden = set(comment)
    for position in plain:
        token = tokens[position]
        if token.type == "html_block" and token.map:
            hidden.update(range(*token.map))
    if any(token.level >= _MAX_NESTING - 1 for token in tokens):
        suspicious.append("lists or quotes are nested too deep to be read")
    last = _last(visible)
    suspicious.extend(_unclosed([tokens[position] for position in plain], visible, last))
    may_go_on = any(_may_go_on(token, last) for token in tokens)
    return Blocks(tuple(items), tuple(headings), frozenset(hidden), tuple(suspicious), may_go_on)


def _may_go_on(token: Token, last: int) -> bool:
    """Whether it is code or HTML in no other block, with nothing but blank lines behind it."""
    if token.type not in {"fence", "html_block"} or token.level or token.map is None:
        return False
    return bool(token.map[1] >= last)


def _last(lines: Sequence[str]) -> int:
    """The number of lines without the blank ones at the end."""
    last = len(lines)
    while last and is_blank(lines[last - 1]):
        last -= 1
    return last


def _outside_quotes(tokens: Sequence[Token]) -> list[int]:
    positions: list[int] = []
    quotes = 0
    for position, token in enumerate(tokens):
        if token.type == "blockquote_open":
            quotes += 1
        elif token.type == "blockquote_close":
            quotes -= 1
        elif not quotes:
            positions.append(position)
    return positions


def _walk(
    tokens: Sequence[Token], plain: Sequence[int], lines: Sequence[str]
) -> tuple[list[Item], list[Heading]]:
    items: list[Item] = []
    headings: list[Heading] = []
    stack: list[int] = []
    for position in plain:
        token = tokens[position]
        if token.type == "list_item_open":
            _open_item(tokens, position, lines, items, stack)
        elif token.type == "list_item_close":
            stack.pop()
        elif token.type == "heading_open" and not stack and token.map:
            text = tokens[position + 1].content.strip()
            headings.append(Heading(token.map[0], int(token.tag[1:]), text, token.map[1]))
    return items, headings


def _open_item(
    tokens: Sequence[Token],
    position: int,
    lines: Sequence[str],
    items: list[Item],
    stack: list[int],
) -> None:
    start, end = tokens[position].map or (0, 0)
    while end > start + 1 and is_blank(lines[end - 1]):
        end -= 1
    parent = stack[-1] if stack else None
    if parent is not None:
        items[parent].children.append(len(items))
    inner = tokens[position + 1]
    has_text = inner.type in {"paragraph_open", "heading_open"} and inner.map is not None
    stack.append(len(items))
    items.append(Item(start, end, parent, has_text and (inner.map or [-1])[0] == start))


def _comment_lines(lines: Sequence[str], first: int) -> tuple[frozenset[int], list[str]]:
    """The lines of ``%%`` block comments: from a line that begins with ``%%`` to the next with one.

    An unclosed one is no comment: a stray ``%%`` must not make every task below it vanish.
    """
    comment: set[int] = set()
    fence = ""
    opened: int | None = None
    if not any(COMMENT_MARK in line for line in lines):
        return frozenset(), []
    for index, line in enumerate(lines[first:], first):
        text = line.strip(" \t")
        if opened is not None:
            if COMMENT_MARK in text:
                comment.update(range(opened, index + 1))
                opened = None
        elif fence:
            fence = "" if text.startswith(fence) and not text.strip(fence[0]) else fence
        elif found := _FENCE.match(line):
            fence = found[1]
        elif text.startswith(COMMENT_MARK) and text.count(COMMENT_MARK) % 2:
            opened = index
    if opened is None:
        return frozenset(comment), []
    return frozenset(comment), [f"line {opened + 1}: a %% comment is not closed"]


def _unclosed(tokens: Sequence[Token], lines: Sequence[str], last: int) -> Iterator[str]:
    """Why tasks at the end of the file, which has ``last`` lines, may be hidden."""
    for token in tokens:
        if token.map is None or token.map[1] < last:
            continue
        where = f"line {token.map[0] + 1}"
        if token.type == "fence" and not _closes(lines[token.map[1] - 1], token):
            yield f"{where}: a code block is not closed"
        if token.type == "html_block" and "<!--" in token.content and "-->" not in token.content:
            yield f"{where}: a comment is not closed"


def _closes(line: str, fence: Token) -> bool:
    text = line.lstrip(" \t>").rstrip(" \t")
    is_its_own = fence.map is not None and fence.map[1] - fence.map[0] == 1
    return not is_its_own and text.startswith(fence.markup) and not text.strip(fence.markup[0])
