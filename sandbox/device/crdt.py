"""Writes, edits and merges text documents by the identity of their characters.

Merging is a union: of characters, of deletions, and of the "follows" relation. What is shown is
a depth-first walk of that relation, so two phones that know the same show the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from sandbox.device.document import END, START, CharId, Document, Run, plain_style

_Edges = dict[CharId, list[CharId]]


def fresh(text: str, replica: bytes) -> Document:
    """Return the first document of a text, all of it typed by `replica` (16 bytes)."""
    units = text.encode("utf-16-le", "surrogatepass")
    length = len(units) // 2
    first: CharId = (replica, 0)
    middle = [Run(first, length, first, False, units, (END,))] if length else []
    start = Run(START, 0, START, False, b"", (first if length else END,))
    end = Run(END, 0, END, False, b"", ())
    return Document((start, *middle, end), {replica: (length, 1)}, plain_style(length))


def edit(document: Document, text: str, replica: bytes) -> Document:
    """Replace the whole text as the phone does: new characters in front, old ones tombstoned.

    Returns the same document when the text is already so.
    """
    if document.text == text:
        return document
    units = text.encode("utf-16-le", "surrogatepass")
    length = len(units) // 2
    clock, style = document.clocks.get(replica, (0, 1))
    buried = any(run.length and not run.dead for run in document.runs)
    runs = [_bury(run, (replica, style)) for run in document.runs]
    if length:
        new = Run((replica, clock), length, (replica, 0), False, units, runs[0].children)
        runs[:1] = [replace(runs[0], children=(new.first,)), new]
    clocks = {**document.clocks, replica: (clock + length, style + 1 if buried else style)}
    return Document(tuple(runs), clocks, plain_style(length))


def _bury(run: Run, stamp: CharId) -> Run:
    if run.dead or not run.length:
        return run
    return replace(run, dead=True, units=b"", stamp=stamp)


def merge(own: Document, incoming: Document) -> Document:
    """Return the union of two versions.

    A character that `own` knows keeps the text that it has there: a version that claims known
    characters with another text brings nothing new.
    """
    cuts = _cuts((*own.runs, *incoming.runs))
    mine, theirs = _split(own, cuts), _split(incoming, cuts)
    nodes = {first: _unite(mine.get(first), theirs.get(first)) for first in {**mine, **theirs}}
    edges: _Edges = {first: list(run.children) for first, run in mine.items()}
    for first, run in theirs.items():
        for child in run.children:
            _connect(edges, first, child)
    _reduce(edges)
    runs = tuple(replace(nodes[first], children=tuple(edges[first])) for first in _walk(edges))
    clocks = {
        replica: _later(own.clocks.get(replica), incoming.clocks.get(replica))
        for replica in {**own.clocks, **incoming.clocks}
    }
    return _styled(Document(runs, clocks, ()), incoming, own)


def same(one: Document, other: Document) -> bool:
    """Tell whether two documents know the same characters and deletions and show the same."""
    return one.text == other.text and _coverage(one) == _coverage(other)


def _coverage(document: Document) -> list[tuple[bytes, int, int, bool]]:
    spans: list[tuple[bytes, int, int, bool]] = []
    for run in sorted(document.runs, key=lambda run: run.first):
        if not run.length:
            continue
        replica, clock = run.first
        if spans and (*spans[-1][:1], *spans[-1][2:]) == (replica, clock, run.dead):
            clock = spans.pop()[1]
        spans.append((replica, clock, run.first[1] + run.length, run.dead))
    return spans


def _styled(document: Document, *sources: Document) -> Document:
    text = document.text
    for source in sources:
        if source.text == text:
            return replace(document, styles=source.styles)
    return replace(
        document, styles=plain_style(len(text.encode("utf-16-le", "surrogatepass")) // 2)
    )


def _later(one: tuple[int, int] | None, other: tuple[int, int] | None) -> tuple[int, int]:
    a, b = one or (0, 0), other or (0, 0)
    return (max(a[0], b[0]), max(a[1], b[1]))


def _cuts(runs: Iterable[Run]) -> Mapping[bytes, set[int]]:
    """Collect the clocks at which any run of a replica begins or ends."""
    cuts: dict[bytes, set[int]] = defaultdict(set)
    for run in runs:
        if run.length:
            replica, clock = run.first
            cuts[replica].update((clock, clock + run.length))
    return cuts


def _split(document: Document, cuts: Mapping[bytes, set[int]]) -> dict[CharId, Run]:
    """Split runs at `cuts`, so that runs of two documents are either equal or disjoint."""
    pieces: dict[CharId, Run] = {}
    for run in document.runs:
        replica, clock = run.first
        end = clock + run.length
        inside = sorted(cut for cut in cuts.get(replica, ()) if clock < cut < end)
        for low, high in zip([clock, *inside], [*inside, end], strict=True):
            children = run.children if high == end else ((replica, high),)
            units = run.units[2 * (low - clock) : 2 * (high - clock)]
            first = (replica, low)
            pieces[first] = replace(
                run, first=first, length=high - low, units=units, children=children
            )
    return pieces


def _unite(mine: Run | None, theirs: Run | None) -> Run:
    if mine is None or theirs is None:
        only = mine or theirs
        assert only is not None
        return only
    if mine.dead != theirs.dead:
        return mine if mine.dead else theirs
    return mine if mine.stamp >= theirs.stamp else replace(mine, stamp=theirs.stamp)


def _connect(edges: _Edges, parent: CharId, child: CharId) -> None:
    """Add parent -> child, unless the own order already says the opposite."""
    children = edges.setdefault(parent, [])
    edges.setdefault(child, [])
    if child not in children and not _reaches(edges, child, parent):
        children.append(child)


def _reaches(edges: _Edges, origin: CharId, target: CharId) -> bool:
    seen, stack = {origin}, [origin]
    while stack:
        at = stack.pop()
        if at == target:
            return True
        fresh_ones = [child for child in edges[at] if child not in seen]
        seen.update(fresh_ones)
        stack.extend(fresh_ones)
    return False


def _reduce(edges: _Edges) -> None:
    """Drop each edge that a longer path implies; order siblings by identity, highest first."""
    for parent, children in edges.items():
        if parent != END and not children:
            children.append(END)
        if len(children) > 1:
            edges[parent] = [
                child
                for child in children
                if not any(_reaches(edges, other, child) for other in children if other != child)
            ]
            edges[parent].sort(reverse=True)


def _walk(edges: _Edges) -> list[CharId]:
    """Order depth-first from the start, a character after everything that it follows."""
    finished: list[CharId] = []
    seen: set[CharId] = {START}
    stack = [(START, list(edges[START]))]
    while stack:
        at, waiting = stack[-1]
        if not waiting:
            finished.append(at)
            stack.pop()
            continue
        child = waiting.pop()
        if child not in seen:
            seen.add(child)
            stack.append((child, list(edges[child])))
    return finished[::-1]
