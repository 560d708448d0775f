"""Applies edits to a file with one VTODO, and proves that they did what was asked.

Only the property lines that have to change do; whatever else stands there keeps its bytes. The
result is read again: unless the task says exactly what was wanted and everything else stands as
before, nothing is changed and ``CannotEdit`` says why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from store.model import (
    Alarm,
    AtTime,
    Completion,
    Done,
    Due,
    Field,
    Floating,
    Reminder,
    Rule,
    Zoned,
)
from sync.core.alarms import is_at
from sync.local.lines import Line, encode, nearest_eol
from sync.local.tasks import (
    Beneath,
    CannotEdit,
    Edit,
    Insert,
    NotTodo,
    Remove,
    SetFields,
    Stamp,
    TodoFile,
)
from sync.local.verify import as_read, spoken, wish

from .alarms import Valarm, alarm_lines, instant, rings, trigger
from .content import Content, escape, fold, join_list, split_list, unescape
from .parse import VdirFile, parse
from .render import done_lines, render, shown, zone_lines
from .values import DONE, FLAG, PRIORITIES, UNSAID, is_tag, is_url, write_due, write_rule

__all__ = ["edit"]

_NOT_SET_HERE = frozenset({Field.LIST, Field.PARENT}) | UNSAID
_PROPERTIES = {
    Field.TITLE: {"SUMMARY"},
    Field.NOTES: {"DESCRIPTION"},
    Field.DUE: {"DUE"},
    Field.DONE: {"STATUS", "COMPLETED", "PERCENT-COMPLETE"},
    Field.PRIORITY: {"PRIORITY"},
    Field.FLAGGED: {FLAG},
    Field.TAGS: {"CATEGORIES"},
    Field.URLS: {"URL", "ATTACH"},
    Field.REPEAT: {"RRULE"},
    Field.ALARMS: set(),
}


def edit(file: TodoFile, edits: Sequence[Edit], home_zone: str) -> bytes:
    """The bytes of ``file`` after ``edits``; with none, those that it was read from.

    A file without its task has no bytes. Raises ``CannotEdit`` if an edit cannot be made without
    changing something else.
    """
    if not isinstance(file, VdirFile):
        raise TypeError("only what was read as a file of a vdir can be edited as one")
    if not edits:
        return encode(file.bom, file.lines)
    if any(isinstance(one, Remove) for one in edits):
        if not all(isinstance(one, Remove) for one in edits):
            raise CannotEdit("a task cannot be changed and removed at once", 0)
        return b""
    inserts = [one for one in edits if isinstance(one, Insert)]
    if inserts:
        return _insert(file, inserts, len(edits), home_zone)
    changes: dict[Field, Any] = {}
    pen = _Pen(file)
    for one in edits:
        if isinstance(one, SetFields):
            changes.update(one.changes)
        elif isinstance(one, Stamp) and (one.replace or file.tasks[0].block is None):
            pen.put("UID", escape(one.block))
        elif isinstance(one, Beneath):
            pen.name_parent(one.parent)
    wanted = _change(pen, file, changes, home_zone)
    return _verified(pen, wanted, changes, edits, home_zone)


def _insert(file: VdirFile, inserts: Sequence[Insert], edits: int, home_zone: str) -> bytes:
    if edits > 1 or file.tasks or inserts[0].children:
        raise CannotEdit("a file holds one task")
    item = inserts[0]
    data = render(item.reminder, item.block, home_zone, item.beneath)
    result = parse(data, home_zone)
    wanted = as_read(shown(item.reminder, home_zone), UNSAID)
    if result.tasks[0].reminder != wanted or result.tasks[0].block != item.block:
        raise CannotEdit("it would be read as something else than it is")
    return data


# ---- one property at a time ---------------------------------------------------------------------


@dataclass(slots=True)
class _Pen:
    """What becomes of the VTODO's properties: new texts by content line, and new lines."""

    file: VdirFile
    texts: dict[Content, str | None] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    dropped: set[Valarm] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)

    def of(self, *keys: str) -> list[Content]:
        return [one for one in self.file.own if one.key in keys]

    def put(self, key: str, value: str, params: str | None = None) -> None:
        """Let the property say this; with ``params`` in the place of its own."""
        self.touched.add(key)
        there = self.of(key)
        if not there:
            self.added.append(f"{key}{params or ''}:{value}")
            return
        first, *others = there
        self.texts[first] = f"{first.name}{first.params if params is None else params}:{value}"
        self.texts.update(dict.fromkeys(others))

    def drop(self, *keys: str) -> None:
        self.touched.update(keys)
        self.texts.update(dict.fromkeys(self.of(*keys)))

    def ring(self, alarm: Valarm, when: Alarm) -> None:
        """Let a VALARM ring at another time; all else that it says stays."""
        at = alarm.trigger
        assert at is not None
        params, value = trigger(when)
        self.texts[at] = f"{at.name}{params}{at.without('VALUE', 'RELATED', 'TZID')}:{value}"

    def name_parent(self, parent: str | None) -> None:
        """Relations of other kinds stay."""
        self.touched.add("RELATED-TO")
        parents = [
            one
            for one in self.of("RELATED-TO")
            if (one.param("RELTYPE") or "PARENT").upper() == "PARENT"
        ]
        self.texts.update(dict.fromkeys(parents))
        if parent is not None and parents:
            first = parents[0]
            self.texts[first] = f"{first.name}{first.params}:{escape(parent)}"
        elif parent is not None:
            self.added.append(f"RELATED-TO:{escape(parent)}")

    def bytes(self) -> bytes:
        file = self.file
        new: dict[int, tuple[int, str | None]] = {
            one.start: (one.end, text) for one, text in self.texts.items()
        }
        new |= {alarm.start: (alarm.end, None) for alarm in self.dropped}
        lines: list[Line] = []
        at = 0
        while at < len(file.lines):
            eol = nearest_eol(file.lines, at)
            added = [*self.added, *self.alarms] if at == file.stop else []
            before = self.zones if at == file.begin else added
            lines += (line for text in before for line in fold(text, eol))
            end, text = new.get(at, (at + 1, None))
            if at not in new:
                lines.append(file.lines[at])
            elif text is not None:
                lines += fold(text, eol)
            at = end
        return encode(file.bom, lines)


def _change(pen: _Pen, file: VdirFile, changes: Mapping[Field, Any], home_zone: str) -> Reminder:
    """Write the fields that shall be other than they are; gives what the task shall say."""
    for name in changes.keys() & _NOT_SET_HERE:
        raise CannotEdit(f"a file cannot be given its {name.value}", 0)
    task = file.tasks[0]
    said = spoken(task.reminder, file.rule, is_opaque=file.rule_is_opaque)
    if Field.ALARMS not in said.opaque:  # which of them say more, the due date tells
        moved = _move_own(pen, changes, home_zone)
        said = replace(said, alarms=rings(one for one in file.alarms if one not in moved))
    wanted = wish(file, SetFields(0, changes), said, lambda one: shown(one, home_zone))
    for name in changes:
        if said.value(name) != wanted.value(name):
            pen.touched |= _PROPERTIES[name]
            _write(pen, name, wanted, changes.get(Field.DONE), home_zone)
    return shown(wanted, home_zone)


def _write(pen: _Pen, name: Field, wanted: Reminder, done: Done, home_zone: str) -> None:
    match name:
        case Field.TITLE:
            pen.put("SUMMARY", escape(wanted.title))
        case Field.NOTES:
            _put_or_drop(pen, "DESCRIPTION", escape(wanted.notes))
        case Field.PRIORITY:
            _put_or_drop(pen, "PRIORITY", PRIORITIES.get(wanted.priority, ""))
        case Field.FLAGGED:
            _put_or_drop(pen, FLAG, "TRUE" if wanted.flagged else "")
        case Field.DUE:
            _write_due(pen, wanted.due)
        case Field.DONE:
            _write_done(pen, wanted.done if done is None else done, home_zone)
        case Field.TAGS:
            _write_tags(pen, wanted.tags)
        case Field.URLS:
            _write_links(pen, wanted.urls)
        case Field.ALARMS:
            _write_alarms(pen, wanted)
        case Field.REPEAT:
            rule = wanted.repeat
            _put_or_drop(
                pen, "RRULE", write_rule(rule, wanted.due) if isinstance(rule, Rule) else ""
            )


def _put_or_drop(pen: _Pen, key: str, value: str) -> None:
    if value:
        pen.put(key, value)
    else:
        pen.drop(key)


def _write_due(pen: _Pen, due: Due | None) -> None:
    if due is None:
        pen.drop("DUE")
        return
    params, value = write_due(due)
    kept = "".join(one.without("TZID", "VALUE") for one in pen.of("DUE")[:1])
    pen.put("DUE", value, params + kept)
    if isinstance(due, Zoned) and due.zone not in pen.file.zones:
        pen.zones += zone_lines(due)


def _write_done(pen: _Pen, done: Done, home_zone: str) -> None:
    """A task that is reopened loses what only a done one has."""
    if done is None:
        if any(unescape(one.value).strip().upper() in DONE for one in pen.of("STATUS")):
            pen.put("STATUS", "NEEDS-ACTION")
        pen.drop("COMPLETED", "PERCENT-COMPLETE")
        return
    assert isinstance(done, Completion)
    pen.drop("COMPLETED")  # unless it is said when
    for text in done_lines(done, home_zone):
        key, _, value = text.partition(":")
        pen.put(key, value)


def _write_tags(pen: _Pen, tags: frozenset[str]) -> None:
    """Tags go and come in the lists that there are; categories that are no tags stay."""
    left = set(tags)
    there = pen.of("CATEGORIES")
    for number, one in enumerate(there):
        items = split_list(one.value)
        names = [unescape(item).strip() for item in items]
        kept = [
            item
            for item, name in zip(items, names, strict=True)
            if name in left or (name and not is_tag(name))
        ]
        left -= set(names)
        if number == len(there) - 1:
            kept += map(escape, sorted(left))
            left = set()
        if kept != items:
            pen.texts[one] = f"{one.name}{one.params}:{join_list(kept)}" if kept else None
    if left:
        pen.added.append(f"CATEGORIES:{join_list(map(escape, sorted(left)))}")


def _write_links(pen: _Pen, urls: frozenset[str]) -> None:
    """A link that goes takes its line along; the first new one is the task's address."""
    left = set(urls)
    has_url = False
    for one in pen.of("URL", "ATTACH"):
        is_link = is_url(one.value) and (one.param("VALUE") or "URI").upper() == "URI"
        if is_link and one.value not in left:
            pen.texts[one] = None
            continue
        left.discard(one.value)
        has_url = has_url or one.key == "URL"
    for url in sorted(left):
        pen.added.append(f"{'ATTACH' if has_url else 'URL'}:{url}")
        has_url = True


def _move_own(pen: _Pen, changes: Mapping[Field, Any], home_zone: str) -> set[Valarm]:
    """A VALARM at the time that was due goes with it to the new one, or goes; gives such."""
    before = pen.file.tasks[0].reminder.due
    due = changes.get(Field.DUE, before)
    if due == before:
        return set()
    moved = {one for one in pen.file.alarms if _is_own(one, before)}
    at = instant(due, home_zone) if isinstance(due, Floating | Zoned) else None
    for one in moved:
        if at is None:
            pen.dropped.add(one)
        else:
            pen.ring(one, AtTime(at))
    return moved


def _is_own(alarm: Valarm, due: Due | None) -> bool:
    return isinstance(alarm.says, AtTime) and is_at(due, alarm.says.at)


def _write_alarms(pen: _Pen, wanted: Reminder) -> None:
    """One alarm in the place of another is the same VALARM at another time."""
    said = pen.file.tasks[0].reminder.alarms
    gone = said - wanted.alarms
    new = wanted.alarms - said - rings(pen.file.alarms)
    going = [one for one in pen.file.alarms if one.says in gone and not _is_own(one, wanted.due)]
    if len(going) == 1 == len(new):
        pen.ring(going[0], *new)
        return
    pen.dropped |= set(going)
    pen.alarms += alarm_lines(new)


# ---- proof --------------------------------------------------------------------------------------


def _verified(
    pen: _Pen,
    wanted: Reminder,
    changes: Mapping[Field, Any],
    edits: Sequence[Edit],
    home_zone: str,
) -> bytes:
    data = pen.bytes()
    try:
        result = parse(data, home_zone)
    except NotTodo as error:
        raise CannotEdit(f"the file would not be read as a task: {error}", 0) from error
    now, before = result.tasks[0], pen.file.tasks[0]
    expected = wanted if changes else before.reminder
    if now.reminder != replace(expected, opaque=now.reminder.opaque):
        raise CannotEdit("it would be read as something else than was wanted", 0)
    block, beneath = before.block, before.beneath
    for one in edits:
        if isinstance(one, Stamp) and (one.replace or block is None):
            block = one.block
        elif isinstance(one, Beneath):
            beneath = one.parent
    if (now.block, now.beneath) != (block, beneath):
        raise CannotEdit("its UID or its parent would be read as another", 0)
    if _untouched(result, pen.touched) != _untouched(pen.file, pen.touched):
        raise CannotEdit("something else in the file would change", 0)
    alarms = [one for one in pen.file.alarms if one not in pen.dropped]
    kept = Counter(_said(one) for one in alarms if one.trigger not in pen.texts)
    if not kept <= Counter(map(_said, result.alarms)):
        raise CannotEdit("another alarm in the file would change", 0)
    return data


def _said(alarm: Valarm) -> tuple[tuple[str, str], ...]:
    return tuple((f"{one.name}{one.params}", one.value) for one in alarm.contents)


def _untouched(file: VdirFile, touched: set[str]) -> list[tuple[str, str]]:
    """The properties that no edit was about, as they stand."""
    return [(f"{one.name}{one.params}", one.value) for one in file.own if one.key not in touched]
