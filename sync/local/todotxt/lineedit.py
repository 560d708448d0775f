"""Changes the words of one todo.txt line that have to change, and no other character of it.

A new pair goes before the first one that is written after it, else to the end of the line; a word
that goes takes the blanks before it along.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from store.model import Completion, Due, Field, Reminder

from .render import LETTERS, due_values, rec_of
from .taskline import PROJECT, TAG, Head, Part, TodoLine, Token, read_at
from .words import LEAD, write_title

__all__ = ["change_line"]

_ORDER = {
    kind: rank
    for rank, kind in enumerate(
        ("", TAG, "due", "at", "tz", "rec", "flag", "pri", "created", "id", "p")
    )
}
_TITLE = ""
_NOT_ANCHORS = frozenset({"rec"})  # other tools write it anywhere: nothing has a place before it


@dataclass(slots=True)
class _Changes:
    """What to do to a line: spans to put text in place of, what to take out, pairs to add."""

    line: TodoLine
    head: Head
    spans: list[tuple[int, int, int, str]] = field(default_factory=list)
    cut: list[tuple[int, int]] = field(default_factory=list)
    new: list[tuple[str, str]] = field(default_factory=list)

    def put(self, start: int, end: int, text: str) -> None:
        if self.line.text[start:end] != text:
            self.spans.append((start, end, _ORDER[_TITLE], text))

    def say(self, kind: str, value: str) -> None:
        """Make the pairs of this kind say ``value``; add one if there is none."""
        tokens = self.line.of(kind)
        for token in tokens:
            self.put(token.value_at, token.end, value)
        if not tokens:
            self.new.append((kind, value))

    def take_out(self, tokens: Collection[Token]) -> None:
        self.cut.extend((token.start, token.end) for token in tokens)


def change_line(
    line: TodoLine,
    current: Reminder,
    wanted: Reminder,
    names: Collection[Field],
    block: str | None,
    home_zone: str,
) -> str:
    """The line with the fields in ``names`` as in ``wanted`` (a shown value), and stamped.

    ``current`` is what the line says now. ``block`` is the id of ours that it shall have.
    """
    changes = _Changes(line, line.head)
    differing = {name for name in names if current.value(name) != wanted.value(name)}
    if Field.TITLE in differing:
        _set_title(changes, wanted.title)
    if Field.DUE in differing:
        _set_due(changes, wanted.due, home_zone)
    if Field.FLAGGED in differing:
        _set_flag(changes, flagged=wanted.flagged)
    if Field.TAGS in differing:
        _set_tags(changes, wanted.tags)
    if Field.REPEAT in differing:
        _set_rule(changes, rec_of(wanted.repeat))
    if differing & {Field.PRIORITY, Field.DONE}:
        _set_head(changes, current, wanted)
    if block and line.block is None:
        changes.new.append(("id", block))
    elif block and line.block is not None:
        changes.put(line.block.value_at, line.block.end, block)
    return _apply(changes)


def _set_title(changes: _Changes, title: str) -> None:
    line, written = changes.line, write_title(title)
    if not line.title:
        glue = " " if line.body < line.end else ""
        changes.put(line.body, line.body, written + glue)
        return
    first, *others = line.title
    if written:
        changes.put(*first, written)
    else:
        changes.cut.append(first)
    changes.cut.extend(others)


def _set_due(changes: _Changes, due: Due | None, home_zone: str) -> None:
    line = changes.line
    day, at, zone = due_values(due, home_zone)
    if not day:
        changes.take_out(line.of("due", "at", "tz"))
        return
    changes.say("due", day)
    if not at:
        changes.take_out(line.of("at", "tz"))
        return
    said = {read_at(token.value) for token in line.of("at")}
    if said != {read_at(at)}:
        changes.say("at", at)
    zones = {token.value for token in line.of("tz")}
    if zones == {zone or home_zone}:
        return
    if zone:
        changes.say("tz", zone)
    else:
        changes.take_out(line.of("tz"))


def _set_flag(changes: _Changes, *, flagged: bool) -> None:
    if flagged:
        changes.say("flag", "1")
    else:
        changes.take_out(changes.line.of("flag"))


def _set_tags(changes: _Changes, tags: frozenset[str]) -> None:
    """New ones go to the end of the run; without one, behind the title, or they are part of it."""
    line = changes.line
    run = line.of(TAG)
    changes.take_out([token for token in run if token.value not in tags])
    new = sorted(tags - {token.value for token in run})
    staying = [
        token for token in line.of(TAG, PROJECT) if token.kind == PROJECT or token.value in tags
    ]
    if new and staying:
        at = staying[-1].end
        changes.spans.append((at, at, _ORDER[TAG], "".join(f" @{tag}" for tag in new)))
    else:
        changes.new.extend((TAG, tag) for tag in new)


def _set_rule(changes: _Changes, rec: str | None) -> None:
    if rec is None:
        changes.take_out(changes.line.of("rec"))
    else:
        changes.say("rec", rec)


def _set_head(changes: _Changes, current: Reminder, wanted: Reminder) -> None:
    """Completion and priority together, since a completed line says its priority elsewhere."""
    toggles = (current.done is None) != (wanted.done is None)
    _set_priority(changes, current, wanted, toggles=toggles)
    if wanted.done is None:
        changes.head = changes.head.saying(Part.DONE, "").saying(Part.COMPLETED, "")
    else:
        _complete(changes, wanted.done)


def _set_priority(changes: _Changes, current: Reminder, wanted: Reminder, *, toggles: bool) -> None:
    line, head = changes.line, changes.head
    letter = head.letter or next((token.value for token in line.letters), "")
    if current.priority != wanted.priority:
        letter = LETTERS[wanted.priority]
    in_head = bool(head.letter) if not toggles else wanted.done is None
    if not toggles and not head.letter and not line.letters:
        in_head = wanted.done is None
    changes.head = head.saying(Part.PRIORITY, f"({letter})" if letter and in_head else "")
    if in_head or not letter:
        changes.take_out(line.letters)
        return
    for token in line.letters:
        changes.put(token.value_at, token.end, letter)
    if not line.letters:
        changes.new.append(("pri", letter))


def _complete(changes: _Changes, done: Completion) -> None:
    head = changes.head.saying(Part.DONE, "x")
    if done.day is not None:
        changes.head = head.saying(Part.COMPLETED, done.day.isoformat())
        return
    # The first date of a completed line is that of its completion: another one stands elsewhere.
    created = head.said(Part.CREATED)
    if created and not head.said(Part.COMPLETED):
        head = head.saying(Part.CREATED, "")
        changes.new.append(("created", created))
    changes.head = head


def _apply(changes: _Changes) -> str:
    line = changes.line
    spans = list(changes.spans)
    spans += [(*_with_blanks(line, start, end), 0, "") for start, end in _merged(changes)]
    for kind, value in changes.new:
        at, rank = _anchor(changes, kind), _ORDER[kind]
        pair = f"{TAG}{value}" if kind == TAG else f"{kind}:{value}"
        spans.append((at, at, rank, f" {pair}" if at == line.end else f"{pair} "))
    pieces: list[str] = []
    position = line.body
    for start, end, _, replacement in sorted(spans):
        pieces += (line.text[position : max(position, start)], replacement)
        position = max(position, end)
    body = "".join(pieces) + line.text[position:]
    if line.body == line.end:
        body = body.lstrip(" ")
    head = changes.head.text
    if changes.head != line.head and LEAD.match(body):
        body = f"\\{body}"  # what the old head kept from beginning the line must not begin it now
    glue = " " if head and head[-1] not in " \t" and body else ""
    return head + glue + body


def _anchor(changes: _Changes, kind: str) -> int:
    """The place of a new pair: before what is written after it, else behind the last word."""
    line = changes.line
    title_end = line.title[-1][1] if kind == TAG and line.title else line.body
    for token in line.tokens:
        stays = (token.start, token.end) not in changes.cut and token.start >= title_end
        if (
            stays
            and token.kind in _ORDER.keys() - _NOT_ANCHORS
            and _ORDER[token.kind] > _ORDER[kind]
        ):
            return token.start
    return line.end


def _merged(changes: _Changes) -> list[tuple[int, int]]:
    """What goes, neighbours as one, so that no blank is taken twice or left over."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(changes.cut):
        if merged and not changes.line.text[merged[-1][1] : start].strip(" \t"):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _with_blanks(line: TodoLine, start: int, end: int) -> tuple[int, int]:
    """A span with the blanks before it, or, if it is first behind the head, those behind it."""
    before = line.text[line.body : start]
    if before.strip(" \t"):
        return start - (len(before) - len(before.rstrip(" \t"))), end
    behind = line.text[end : line.end]
    return start, end + len(behind) - len(behind.lstrip(" \t"))
