"""What a plan is about to write over, as rows for the history: undo and trust need both sides.

A row is one field of a reminder, or one word of a list, group or section. The word ``deleted``
says of the whole thing whether it was gone before (nothing: it was not there yet) and is gone
after. ``line``, ``said``, ``block``, ``heading`` and ``file`` are told for a person and not taken
back: whether a line is shown, what it had said, which id it was given, which file a list has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from store.activity.journal import HistoryRow, Side
from store.activity.outbox import Intent
from store.base.bases import ListBase
from store.model import Completion, Field, Reminder, Value
from store.values import NO_VALUE, NoValue
from sync.core.actions import AddLine, MoveLine, RemoveLine, RenderOp, SetLine, Why
from sync.core.merging.lift import PLACE, as_reminder, lift
from sync.cycle.planning.planner import Planned
from sync.cycle.rendering.work import Work

__all__ = [
    "DELETED",
    "HANGING",
    "cloud_rows",
    "file_rows",
    "hanging_rows",
    "mark_rows",
    "place_rows",
    "returned_rows",
]

DELETED = "deleted"
_OLD_MS = 86_400_000  # a day
_NOTHING = Reminder("")
HANGING = (
    *(Field.TAGS, Field.URLS, Field.REPEAT),
    *(Field.ALARMS, Field.IMAGES, Field.SECTION),
)

Step = tuple[str, Value | NoValue, Value | NoValue]  # field, before, after


def cloud_rows(planned: Planned, intent: Intent, at_ms: int) -> Iterator[HistoryRow]:
    """What sending an intent changes in iCloud, field by field."""
    if intent.kind == "sections":
        for id, name in intent.texts.items():
            said = planned.known.reminders.get(id)
            was = said.section if said is not None else NO_VALUE
            was = "" if id in planned.known.sections.copies else was
            yield HistoryRow(None, at_ms, "cloud", id, Field.SECTION.value, was, name or "")
        return
    if intent.kind.endswith(("-list", "-group", "-section")):
        steps = _of_container(planned, intent)
    else:
        steps = _of_reminder(planned, intent)
    yield from _rows(steps, at_ms, "cloud", intent.id)
    if intent.kind == "occurrence":
        yield from _rows(_copied(planned, intent), at_ms, "cloud", intent.texts["copy"] or "")


def file_rows(
    planned: Planned,
    op: RenderOp,
    at_ms: int,
    shown: Callable[[Reminder], Reminder],
    agreed: frozenset[str],
) -> Iterator[HistoryRow]:
    """What a change of a line writes over; ``agreed`` are the lists that had files before.

    ``shown`` is what a file can say of a reminder.
    """
    line = planned.world.lines.get(op.id)
    path = line.path if line is not None else ""
    base = planned.known.base.get(op.id, {})
    steps: Iterator[Step]
    match op:
        case SetLine(changes=changes) | MoveLine(changes=changes):
            was = as_reminder(op.id, base)
            seen = lift(line.reminder, shown, was).values() if line is not None else {}
            steps = _changed(changes, seen, base, line.text if line is not None else "")
        case AddLine(reminder=reminder):
            view = planned.lists.views.get(reminder.list)
            path = view.path or "" if view is not None else ""
            known = (
                op.id in planned.known.stored_blocks or bool(base) or _is_old(planned, op, at_ms)
            )
            if known or reminder.list not in agreed:  # nothing was made, it is only shown
                steps = iter([("line", NO_VALUE, reminder.title)])
            else:
                steps = _came(reminder.values(), NO_VALUE)
        case RemoveLine(why=why):
            text = line.text if line is not None else ""
            steps = iter([("line", text, NO_VALUE)])
            if why is Why.DELETED:
                steps = _went({**base}, [("line", text, NO_VALUE)])
    yield from _rows(steps, at_ms, "file", op.id, path)


def _is_old(planned: Planned, op: AddLine, at_ms: int) -> bool:
    """Whether it was made so long ago that it was there before: completed, say, and not shown.

    What a phone kept to itself for so long passes for that: in doubt, undo leaves it.
    """
    row = planned.known.rows.get(op.id)
    return row is not None and row.created_ms is not None and at_ms - row.created_ms > _OLD_MS


def mark_rows(planned: Planned, bases: Mapping[str, ListBase], at_ms: int) -> Iterator[HistoryRow]:
    """What is written into files before the plan is made: ids, and how a list is called now."""
    matched = planned.world.matched
    for path, task in sorted(matched.unstamped if planned.marks else ()):
        id = matched.ids[path, task]
        block = planned.known.blocks[id]
        yield HistoryRow(None, at_ms, "file", id, "block", NO_VALUE, block, path)
    lists = planned.lists
    for op in lists.rename_files:
        now = op.agreed
        was = bases.get(op.id, ListBase(now.name, now.group))
        steps: list[Step] = [("file", op.old, op.path)] if op.old != op.path else []
        steps += [("name", was.name, now.name)] if was.name != now.name else []
        steps += [("group", was.group, now.group)] if was.group != now.group else []
        yield from _rows(iter(steps), at_ms, "file", op.id, op.path)
    for bound in lists.rebinds:
        before = bases[bound.id].name if bound.id in bases else NO_VALUE
        yield HistoryRow(None, at_ms, "file", bound.id, "name", before, bound.name, bound.path)
    for head in lists.heads:
        key = head.key.removeprefix("icloud-")
        yield from _rows(_look(planned, bases, head.id, key), at_ms, "file", head.id, head.path)


def place_rows(
    planned: Planned, work: Work, bases: Mapping[str, ListBase], at_ms: int
) -> Iterator[HistoryRow]:
    """Which files a plan makes, moves or takes away, and which it says a list's looks in."""
    for new in planned.lists.create_files:
        yield HistoryRow(None, at_ms, "file", new.id, "file", NO_VALUE, new.path, new.path)
    for label in planned.lists.label_files:
        key = label.what.value
        yield from _rows(_look(planned, bases, label.id, key), at_ms, "file", label.id, label.path)
    for head in planned.world.outlook.retitles:
        if head.to_files:
            path = planned.lists.views[head.list].path or ""
            yield HistoryRow(None, at_ms, "file", head.id, "name", head.old, head.new, path)
    for gone in planned.world.outlook.drops:
        path = planned.lists.views[gone.list].path or ""
        yield HistoryRow(None, at_ms, "file", gone.list, "heading", gone.name, NO_VALUE, path)
    for move in work.moves:
        yield HistoryRow(None, at_ms, "file", "", "file", move.old, move.new, move.new)
    for ended in work.removals:
        name = bases[ended.id].name if ended.id in bases else NO_VALUE
        steps: list[Step] = [
            ("file", ended.path, NO_VALUE),
            (DELETED, False, True),
            ("name", name, NO_VALUE),
        ]
        yield from _rows(iter(steps), at_ms, "file", ended.id, ended.path)
        for heading in ended.headings:
            yield HistoryRow(
                None, at_ms, "file", ended.id, "heading", heading, NO_VALUE, ended.path
            )


def returned_rows(said: Reminder, at_ms: int) -> Iterator[HistoryRow]:
    """What bringing a deleted reminder back changes in iCloud; ``said`` is what it was last.

    What other records say of it is told by ``hanging_rows``, once it is back.
    """
    untold = {*HANGING, *said.opaque}
    values = {name: value for name, value in said.values().items() if name not in untold}
    steps: list[Step] = [(DELETED, True, False)]
    steps += [(name.value, NO_VALUE, value) for name, value in values.items()]
    yield from _rows(iter(steps), at_ms, "cloud", said.id)


def hanging_rows(whole: Reminder, at_ms: int) -> Iterator[HistoryRow]:
    """What came back with a reminder: only with that can be told later that nobody changed it."""
    untold = {Field.IMAGES, Field.SECTION, *whole.opaque}
    names = [name for name in HANGING if name not in untold]
    steps: list[Step] = [(name.value, NO_VALUE, whole.value(name)) for name in names]
    yield from _rows(iter(steps), at_ms, "cloud", whole.id)


# ---- the parts ----------------------------------------------------------------------------------


def _rows(
    steps: Iterator[Step], at_ms: int, side: Side, id: str, path: str = ""
) -> Iterator[HistoryRow]:
    for name, before, after in steps:
        yield HistoryRow(None, at_ms, side, id, name, before, after, path)


def _of_reminder(planned: Planned, intent: Intent) -> Iterator[Step]:
    known = planned.known.reminders.get(intent.id)
    there = known.values() if known is not None else {}
    match intent.kind:
        case "create":
            return _came(intent.changes, NO_VALUE)
        case "undelete":
            return _came(there, True)
        case "delete" | "purge":
            return _went(there)
    return (
        (name.value, there.get(name, NO_VALUE), value) for name, value in intent.changes.items()
    )


def _came(values: Mapping[Field, Value], before: Value | NoValue) -> Iterator[Step]:
    """All that it is from now on: only with all of it can be told later that nobody changed it."""
    yield DELETED, before, False
    for name, value in values.items():
        yield name.value, NO_VALUE, value


def _went(values: Mapping[Field, Value], more: list[Step] | None = None) -> Iterator[Step]:
    """What a person could want back; what says nothing is left out."""
    yield DELETED, False, True
    yield from more or []
    for name, value in values.items():
        if value != _NOTHING.value(name):
            yield name.value, value, NO_VALUE


def _copied(planned: Planned, intent: Intent) -> Iterator[Step]:
    """The completed copy that an occurrence leaves."""
    series = planned.known.reminders.get(intent.id)
    values = series.values() if series is not None else {}
    plain = (Field.TITLE, Field.NOTES, Field.DUE, Field.LIST, Field.PARENT)
    copied: dict[Field, Value] = {name: values[name] for name in plain if name in values}
    copied[Field.DONE] = Completion(at_ms=int(intent.texts["at"] or 0))
    return _came(copied, NO_VALUE)


def _of_container(planned: Planned, intent: Intent) -> Iterator[Step]:
    """A list, a group, or a section."""
    kind, _, what = intent.kind.partition("-")
    texts = intent.texts
    before = _section(planned, intent) if what == "section" else _list(planned, intent.id)
    if kind == "create":
        yield DELETED, NO_VALUE, False
        yield from ((word, NO_VALUE, text) for word, text in texts.items() if text)
    elif kind in ("delete", "purge"):
        yield DELETED, False, True
        yield from ((word, text, NO_VALUE) for word, text in before.items() if text)
    else:
        for word, text in texts.items():
            if text != before.get(word):
                yield word, before.get(word, NO_VALUE), text


def _list(planned: Planned, id: str) -> dict[str, str | None]:
    row = planned.known.list_rows.get(id)
    if row is None:
        return {}
    info = row.info()
    return {"name": info.name, "group": info.group, "color": info.color, "emblem": info.emblem}


def _section(planned: Planned, intent: Intent) -> dict[str, str | None]:
    list_id = intent.texts.get("list") or ""
    rows = planned.known.sections.living.get(list_id, ())
    names = {row.id: row.name for row in rows}
    return {"list": list_id, "name": names.get(intent.id)}


def _look(planned: Planned, bases: Mapping[str, ListBase], id: str, key: str) -> Iterator[Step]:
    """The name, colour or emblem that a file is given, as iCloud has it."""
    before = getattr(bases.get(id), key, None)
    after = _list(planned, id).get(key)
    if before != after:
        yield key, NO_VALUE if before is None else before, after or ""


def _changed(
    changes: Mapping[Field, Value],
    seen: Mapping[Field, Value],
    base: Mapping[Field, Value],
    text: str,
) -> Iterator[Step]:
    """What a line says from now on; of what it only goes back to, what it had said."""
    new = {name: value for name, value in changes.items() if base.get(name, NO_VALUE) != value}
    yield from ((name.value, _before(name, seen, base), value) for name, value in new.items())
    if new.keys() != changes.keys():
        yield "said", text, NO_VALUE


def _before(
    name: Field, seen: Mapping[Field, Value], base: Mapping[Field, Value]
) -> Value | NoValue:
    """What the line said; where a line stands is not said in words."""
    if name in PLACE or name not in seen:
        return base.get(name, NO_VALUE)
    return seen[name]
