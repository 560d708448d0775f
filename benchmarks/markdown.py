"""One edit in a large Markdown file, against markdown-it-py's parse of the same text."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt

from benchmarks.result import Result
from benchmarks.timing import best_cpu_s
from store.model import Field
from sync.local.markdown import SetFields, edit, parse

__all__ = ["measure", "todo_text"]

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
    """Parse, change one title, render; against the other parser's parse alone."""
    data = todo_text(size)
    text = data.decode()

    def ours() -> bytes:
        file = parse(data, _ZONE)
        middle = len(file.tasks) // 2
        return edit(file, [SetFields(middle, {Field.TITLE: "Another title"})], _ZONE)

    assert len(ours().splitlines()) == len(data.splitlines())
    markdown = MarkdownIt("commonmark")
    best = best_cpu_s(
        rounds,
        {
            "edit": ours,
            "parse": lambda: parse(data, _ZONE),
            "other": lambda: markdown.parse(text),
        },
    )
    where = f"Markdown file of {size / 1e6:.2g} MB"
    other = best["other"]
    said = f"{best['edit'] * 1e3:.0f} ms, markdown-it-py {other * 1e3:.0f} ms"
    yield Result(where, "parse and edit a line / its parse", best["edit"] / other, "times", 2, said)
    said = f"{best['parse'] * 1e3:.0f} ms"
    yield Result(where, "our parse / its parse", best["parse"] / other, "times", None, said)
