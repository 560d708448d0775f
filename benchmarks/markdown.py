"""One edit in a large Markdown file, against markdown-it-py's parse of the same text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import median

from markdown_it import MarkdownIt

from benchmarks.result import Bench, Result
from benchmarks.timing import cpu_s, in_turns, times
from store.model import Field
from sync.cycle.collector import young_only
from sync.local.markdown import SetFields, edit, parse

__all__ = ["BENCHES", "measure", "todo_text"]

_GROUP = "large Markdown file"
_EACH = 100  # bytes, of a task with its share of all else
_ROUNDS = 3
_NUMBERS = count()

_ZONE = "Europe/Paris"
_BLOCK = """\
- [ ] Call the café about order {0} 📅 2026-10-01 ⏰ 09:30 ⏫ ^r-{1}
    > Note {0} — naïve
    > with a second line 🥛
    - [ ] and ask for [the receipt](https://example.test/{0}) #work ^r-{2}
- [x] Fix `the bike` *today* ✅ 2026-03-02 ^r-{3}

Some prose between the tasks, as people write it, with **bold** words in it.

"""
_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"


def todo_text(size: int) -> bytes:
    """A todo file of at least ``size`` bytes."""
    parts: list[str] = []
    length = number = 0
    while length < size:
        part = _BLOCK.format(number, *(_block(number * 3 + place) for place in range(3)))
        length += len(part.encode())
        number += 1
        parts.append(part)
    return "".join(parts).encode()


def _block(number: int) -> str:
    return "".join(_DIGITS[number >> shift & 31] for shift in range(0, 35, 5))


def measure(size: int, rounds: int) -> Iterator[Result]:
    """Parse, change one title, render; against the other parser's parse alone.

    All of it as within a cycle, where no collection of garbage goes through old objects.
    """
    data = todo_text(size)
    text = data.decode()
    markdown = MarkdownIt("commonmark")
    with young_only():
        took = in_turns(
            rounds,
            {
                "edit": lambda: cpu_s(lambda: _edited(unread(data))),
                "parse": lambda: cpu_s(lambda: parse(unread(data), _ZONE)),
                "other": lambda: cpu_s(lambda: markdown.parse(text)),
            },
        )
    ours, other = median(took["edit"]), median(took["other"])
    said = f"{ours * 1e3:,.0f} ms, markdown-it-py {other * 1e3:,.0f} ms; {size / 1e6:.2g} MB"
    against = times(took["edit"], took["other"])
    yield Result(_GROUP, "parse and edit a line / its parse", against, "times", 2, said, cost=ours)
    ours, against = median(took["parse"]), times(took["parse"], took["other"])
    said = f"{ours * 1e3:,.0f} ms"
    yield Result(_GROUP, "our parse / its parse", against, "times", None, said, cost=ours)


def _edited(data: bytes) -> bytes:
    file = parse(data, _ZONE)
    middle = len(file.tasks) // 2
    return edit(file, [SetFields(middle, {Field.TITLE: "Another title"})], _ZONE)


def unread(data: bytes) -> bytes:
    """The text, in words that no parser has seen yet: what was read just now is remembered."""
    return data + b"\nNumber %d.\n" % next(_NUMBERS)


@contextmanager
def look_into(_home: Path, tasks: int) -> Iterator[Callable[[], object]]:
    """One edit of a large file, to be profiled."""
    data = todo_text(tasks * _EACH)
    yield lambda: _edited(unread(data))


def _at(_home: Path, tasks: int) -> Iterator[Result]:
    return measure(tasks * _EACH, _ROUNDS)


# The last is nearly as large as a file may be: it has 46,000 lines.
BENCHES = (Bench("markdown", _at, 10_000, (1_000, 20_000), look_into),)
