"""A plan in words: one line for each change, as `plan` and `sync --dry-run` show it.

What iCloud refused, and is wanted as before, is no change: nothing of it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from store.model import (
    Alarm,
    AtTime,
    Completion,
    Early,
    Field,
    OtherRule,
    Place,
    Reminder,
    Rule,
    Value,
)
from store.values import iso
from sync.core.actions import (
    AddLine,
    Complete,
    Create,
    Delete,
    ListField,
    MoveLine,
    PushOp,
    RemoveLine,
    RenderOp,
    SetLine,
    Undelete,
    Update,
    Why,
)
from sync.core.listplan import ListPlan, UpdateList
from sync.core.merging.listlook import KEYS
from sync.core.repeating.recurrence import to_words
from sync.cycle.planning.parking import WHOLE
from sync.cycle.planning.planner import Planned

__all__ = ["member", "renames", "said", "sentences"]

_Op = TypeVar("_Op", PushOp, RenderOp)

_FOR_GOOD = " (deleted for good)"
LONGEST = 60  # characters of a value in a sentence


def sentences(planned: Planned) -> list[str]:
    """Every change that the plan makes: lists, then iCloud, then files."""
    lists = planned.lists
    told = [
        f"iCloud: + {'group' if op.is_group else 'list'} “{op.name}” ({op.path})"
        for op in lists.create_lists
        if _goes(planned, op.id)
    ]
    told += [
        _updated(lists, op, name)
        for op in lists.update_lists
        for name in op.changes
        if _goes(planned, op.id, name.value)
    ]
    purged = {intent.id for intent in planned.intents if intent.kind == "purge-list"}
    told += [
        f"iCloud: − list “{lists.views[id].name}”{_FOR_GOOD * (id in purged)}"
        for id in lists.delete_lists
        if _goes(planned, id)
    ]
    told += [
        f"iCloud: − group “{lists.group_names.get(id)}”"
        for id in lists.delete_groups
        if _goes(planned, id)
    ]
    told += renames(planned)
    told += sorted(f"files: + {op.path}" for op in lists.create_files)
    told += _of_sections(planned)
    pushes = [_sent(planned, op) for op in planned.plan.pushes]
    told += _list_by_list(planned, [op for op in pushes if op is not None], _pushed)
    told += [
        f"files: {_title(planned, id)} cannot be told from lines like it; it is not taken for gone"
        for id in sorted(planned.world.matched.doubtful - planned.world.doubts.keys())
    ]
    return told + _list_by_list(planned, planned.plan.renders, _rendered)


def _list_by_list(
    planned: Planned, ops: Sequence[_Op], sentence: Callable[[Planned, _Op], str]
) -> list[str]:
    """In the order of the lists' names, and in each by title: as a person looks through them."""
    told = [(_place(planned, op), sentence(planned, op)) for op in ops]
    return [words for _, words in sorted(told)]


def _place(planned: Planned, op: PushOp | RenderOp) -> str:
    if isinstance(op, AddLine | Create | Undelete):
        return _list(planned, op.reminder.list)
    row = planned.known.rows.get(op.id)
    return "" if row is None else _list(planned, row.list_id)


def _goes(planned: Planned, id: str, name: str = WHOLE) -> bool:
    return name not in planned.withheld.get(id, ())


def _sent(planned: Planned, op: PushOp) -> PushOp | None:
    """What is sent of it, if anything is."""
    if not isinstance(op, Update):
        return op if _goes(planned, op.id) else None
    left = {name: value for name, value in op.changes.items() if _goes(planned, op.id, name.value)}
    return replace(op, changes=left) if left else None


def _of_sections(planned: Planned) -> list[str]:
    outlook, views = planned.world.outlook, planned.lists.views
    told = [
        f"iCloud: new section “{one.name}” in {views[one.list_id].name}"
        for id, one in planned.new_sections.items()
        if _goes(planned, id)
    ]
    for op in outlook.retitles:
        if not op.to_files and not _goes(planned, op.id):
            continue
        side = "files: heading" if op.to_files else "iCloud: section"
        told.append(f"{side} “{op.old}” → “{op.new}” in {views[op.list].name}")
    told += [f"files: heading “{op.name}” goes from {views[op.list].name}" for op in outlook.drops]
    return told + [
        f"iCloud: delete the empty section “{op.name}” of {views[op.list].name}"
        for op in outlook.ends
        if _goes(planned, op.id)
    ]


def renames(planned: Planned) -> list[str]:
    """The places that follow a list's new name or group."""
    lists = planned.lists
    told = [f"files: {op.old} → {op.path}" for op in lists.rename_files]
    told += [f"files: {op.path}: {op.key} → {op.text}" for op in lists.heads]
    told += [f"files: {op.path}: icloud-list → {op.name}" for op in lists.rebinds]
    return told + [f"files: {op.path}: its {op.what} → {op.text}" for op in lists.label_files]


def _updated(lists: ListPlan, op: UpdateList, name: ListField) -> str:
    view, value = lists.views.get(op.id), op.changes[name]
    what = f"list “{view.name}”" if view is not None else "a group"
    if name is ListField.NAME:
        return f"iCloud: {what} → “{value}”"
    if name in KEYS:
        return f"iCloud: {what}: {name.value} → {value}"
    where = f"into the group “{lists.group_names.get(str(value))}”" if value else "out of its group"
    return f"iCloud: {what} {where}"


def _pushed(planned: Planned, op: PushOp) -> str:
    match op:
        case Create(reminder=reminder):
            return f"iCloud: + {_named(reminder)} in {_list(planned, reminder.list)}"
        case Update(id=id, changes=changes):
            words = ", ".join(_change(planned, name, value) for name, value in changes.items())
            return f"iCloud: {_title(planned, id)}: {words}"
        case Delete(id=id, for_good=for_good):
            return f"iCloud: − {_title(planned, id)}{_FOR_GOOD * for_good}"
        case Complete(id=id, occurrence=occurrence):
            return f"iCloud: {_title(planned, id)}: done, next due {iso(occurrence.next_due)}"
        case Undelete(id=id, reminder=reminder):
            why = "deleted there, edited here" if id in planned.known.base else "its line is back"
            return f"iCloud: + {_named(reminder)} ({why})"


def _rendered(planned: Planned, op: RenderOp) -> str:
    match op:
        case AddLine(reminder=reminder):
            return f"files: + {_named(reminder)} in {_list(planned, reminder.list)}"
        case SetLine(id=id, changes=changes) | MoveLine(id=id, changes=changes):
            told = [_change(planned, name, value) for name, value in changes.items()]
            words = ", ".join(told or [_change(planned, Field.PARENT, None)])
            return f"files: {_title(planned, id)}: {words}"
        case RemoveLine(id=id, why=why):
            reason = "" if why is Why.DELETED else " (completed a while ago)"
            return f"files: − {_title(planned, id)}{reason}"


def _change(planned: Planned, name: Field, value: Value) -> str:
    match name:
        case Field.LIST:
            return f"list → {_list(planned, str(value))}"
        case Field.PARENT:
            return f"under {_title(planned, str(value))}" if value else "to the top level"
        case Field.DONE:
            return "done" if isinstance(value, Completion) else "open"
        case Field.DUE:
            return f"due → {iso(value) or 'none'}"  # type: ignore[arg-type]  # a due date here
        case Field.TAGS | Field.URLS | Field.ALARMS | Field.IMAGES:
            assert isinstance(value, frozenset)
            return f"{name.value} → {' '.join(sorted(map(member, value))) or 'none'}"
        case Field.REPEAT:
            return f"repeats {_words(value)}"
        case Field.FLAGGED:
            return "flagged" if value else "not flagged"
        case Field.SECTION:
            return f"section → {_short(str(value)) or 'none'}"
        case Field.TITLE | Field.NOTES | Field.PRIORITY:
            return f"{name.value} → {_short(str(value))}"


def said(name: Field | None, value: Value) -> str:
    """A value of a field by itself, in words."""
    match value:
        case frozenset():
            return " ".join(sorted(map(member, value))) or "none"
        case bool():
            return "yes" if value else "no"
        case Rule() | OtherRule():
            return _words(value)
        case Completion():
            return "done"
        case str():
            return f"“{_short(value)}”" if value else "none"
        case None:
            return "open" if name is Field.DONE else "none"
        case _:
            return iso(value) or "none"


def member(value: str | Alarm) -> str:
    """One element of a set, in words."""
    match value:
        case AtTime(at):
            return f"an alarm at {iso(at)}"
        case Early(count, unit):
            return f"an alarm {count} {unit}{'s' * (count > 1)} before"
        case Place(arriving=arriving, title=title):
            return f"an alarm on {'arriving at' if arriving else 'leaving'} {title or 'a place'}"
        case str():
            return value


def _words(value: Value) -> str:
    match value:
        case Rule():
            return to_words(value)
        case OtherRule(words=words):
            return words
        case _:
            return "no more"


def _title(planned: Planned, id: str) -> str:
    row = planned.known.rows.get(id)
    line = planned.world.lines.get(id)
    title = line.reminder.title if line is not None else row.title if row is not None else id
    return f"“{_short(title)}”"


def _named(reminder: Reminder) -> str:
    return f"“{_short(reminder.title)}”"


def _list(planned: Planned, id: str) -> str:
    view = planned.lists.views.get(id)
    return f"“{view.name}”" if view is not None else "a list that is not known"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
