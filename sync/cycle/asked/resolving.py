"""Resolving conflicts: which are meant, what taking the kept value writes, and when one is over.

Nothing here is a second way to write: what a person takes is set as a wish (``setting``), and the
conflict is over when both sides have it. A conflict is never closed by hope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from store.activity.attention import Conflict
from store.activity.outbox import STANDING
from store.db import Store
from store.model import Completion, Field, Value
from store.rows import ListRow, ReminderRow, SectionRow
from sync.core.actions import ListField
from sync.cycle.asked.setting import Setting
from sync.cycle.planning.known import Known
from sync.errors import CannotResolve

__all__ = ["OTHER", "SHOWN", "Resolved", "close_agreed", "resolve", "title_of", "values_now"]

SHOWN, OTHER = "shown", "other"
"""What a person takes: the value that is on screen, or the one that is kept."""

HINT = "`remindersd conflicts` shows those that are open"
_DIGITS = 18  # at most, of a number that a column can hold
_TAKE_SHOWN = "`remindersd resolve {} --take shown` keeps what is there and closes the conflict"


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a person decided on one conflict; ``taken`` is ``shown`` or ``other``.

    ``why_not`` says why the other value could not be taken; the conflict is then still open.
    """

    conflict: Conflict
    taken: str
    why_not: str = ""

    def document(self) -> dict[str, Any]:
        """One entry of the document of `resolve --json`."""
        return {
            "number": self.conflict.number,
            "id": self.conflict.id,
            "field": self.conflict.field,
            "taken": None if self.why_not else self.taken,
            "problem": self.why_not or None,
        }


def resolve(
    store: Store,
    keys: Sequence[str],
    take: str,
    now_ms: int,
    send: Callable[[Sequence[Setting]], None],
) -> list[Resolved]:
    """Decide the open conflicts of these keys, or all; ``send`` brings settings to iCloud.

    Raises CannotResolve where a key names none, and what ``send`` raises.
    """
    conflicts = chosen(store, keys)
    if take == OTHER:
        settings, told = taking(store, conflicts)
        if settings:
            send(settings)
        return refused(store, told)
    with store.commit("resolve"):
        for conflict in conflicts:
            store.attention.resolve(conflict.number, now_ms)
    return [Resolved(conflict, take) for conflict in conflicts]


def chosen(store: Store, keys: Sequence[str]) -> list[Conflict]:
    """The open conflicts of these numbers, ids, block ids or titles; all without keys.

    Raises CannotResolve naming the first key that none goes by.
    """
    there = store.attention.open_conflicts()
    if not keys:
        return there
    found: dict[int, Conflict] = {}
    for key in keys:
        meant = [one for one in there if key in _keys_of(store, one)]
        if not meant:
            raise CannotResolve(_none_of(store, key), HINT)
        found.update((one.number, one) for one in meant)
    return [found[number] for number in sorted(found)]


def _keys_of(store: Store, conflict: Conflict) -> Iterator[str]:
    yield str(conflict.number)
    yield conflict.id
    block = store.places.block_of(conflict.id)
    if block is not None:
        yield from (block.block, f"^{block.block}")
    yield title_of(store, conflict.id)


def title_of(store: Store, id: str) -> str:
    """What a person calls a reminder, list or section; "" where nothing is known of it."""
    row = store.mirror.reminder(id)
    if row is not None:
        return row.title
    named = store.mirror.list(id) or _section(store, id)
    return named.name if named is not None else ""


def _none_of(store: Store, key: str) -> str:
    is_number = key.isascii() and key.isdigit() and len(key) <= _DIGITS
    past = store.attention.conflict(int(key)) if is_number else None
    if past is not None:
        return f"conflict {key} is resolved already"
    return f"there is no open conflict {key}"


# ---- taking the other value ---------------------------------------------------------------------


def taking(store: Store, conflicts: Sequence[Conflict]) -> tuple[list[Setting], list[Resolved]]:
    """What has to be set so that the kept values of ``conflicts`` are everywhere.

    What cannot be taken is named with the reason.
    """
    settings: list[Setting] = []
    told: list[Resolved] = []
    for conflict in conflicts:
        try:
            settings.append(_setting(store, conflict))
        except CannotResolve as error:
            told.append(Resolved(conflict, "other", f"{error.message}; {error.hint}"))
        else:
            told.append(Resolved(conflict, "other"))
    return _by_id(settings), told


def refused(store: Store, told: Sequence[Resolved]) -> list[Resolved]:
    """``told``, with what iCloud did not take named."""
    wishes = [one for one in store.outbox.parked() if one.kind in STANDING]
    parked = {id: one.reason for one in wishes for id in (one.id, *one.texts)}
    return [
        replace(one, why_not=f"not accepted by iCloud: {parked[one.conflict.id]}")
        if not one.why_not and one.conflict.id in parked
        else one
        for one in told
    ]


def _by_id(settings: Sequence[Setting]) -> list[Setting]:
    joined: dict[str, Setting] = {}
    for one in settings:
        known = joined.get(one.id, Setting(one.id))
        joined[one.id] = Setting(
            one.id, {**known.changes, **one.changes}, {**known.texts, **one.texts}
        )
    return list(joined.values())


def _setting(store: Store, conflict: Conflict) -> Setting:
    hint = _TAKE_SHOWN.format(conflict.number)
    row = store.mirror.reminder(conflict.id)
    if row is not None:
        return _of_reminder(store, conflict, row, hint)
    named = store.mirror.list(conflict.id)
    if named is not None:
        return _of_list(store, conflict, named, hint)
    section = _section(store, conflict.id)
    if section is not None and not section.deleted:
        return Setting(conflict.id, texts={ListField.NAME.value: str(conflict.loser)})
    raise CannotResolve("it was deleted meanwhile", hint)


def _of_reminder(store: Store, conflict: Conflict, row: ReminderRow, hint: str) -> Setting:
    name = Field(conflict.field)
    if row.deleted:
        way_out = f"`remindersd restore {conflict.id}` brings it back"
        raise CannotResolve(f"“{row.title}” was deleted meanwhile; {way_out}", hint)
    if name is Field.DONE and row.recurring:
        raise CannotResolve(
            f"“{row.title}” repeats and has gone on: tick its line to complete what is due now",
            hint,
        )
    _place_is_there(store, name, conflict.loser, row, hint)
    return Setting(conflict.id, {name: conflict.loser})


def _place_is_there(store: Store, name: Field, value: Value, row: ReminderRow, hint: str) -> None:
    if name is Field.LIST:
        home = store.mirror.list(str(value))
        if home is None or home.deleted:
            raise CannotResolve(f"the list that “{row.title}” was in is gone", hint)
    if name is Field.SECTION and value:
        here = [one for one in store.mirror.sections() if one.list_id == row.list_id]
        if not any(one.name == value and not one.deleted for one in here):
            raise CannotResolve(f"the list of “{row.title}” has no section “{value}”", hint)
    if name is Field.PARENT and value is not None:
        above = store.mirror.reminder(str(value))
        if above is None or above.deleted or above.list_id != row.list_id:
            raise CannotResolve(f"what “{row.title}” stood beneath is not in its list", hint)


def _of_list(store: Store, conflict: Conflict, row: ListRow, hint: str) -> Setting:
    if row.deleted:
        raise CannotResolve(f"the list “{row.name}” was deleted meanwhile", hint)
    value = None if conflict.loser is None else str(conflict.loser)
    if conflict.field == ListField.GROUP and value is not None:
        groups = [one for one in store.mirror.lists() if one.is_group and not one.deleted]
        named = [one.id for one in groups if one.name == value]
        if not named:
            raise CannotResolve(f"there is no group “{value}” any more", hint)
        value = named[0]
    return Setting(conflict.id, texts={conflict.field: value})


# ---- what is there now, and when it is over ------------------------------------------------------


def values_now(store: Store, known: Known, ids: Iterable[str]) -> dict[str, dict[str, Value]]:
    """What iCloud says of reminders, lists and sections, by id and field; groups by their ids."""
    found: dict[str, dict[str, Value]] = {}
    for id in ids:
        section = _section(store, id)
        if id in known.reminders:
            values = known.reminders[id].values()
            found[id] = {name.value: value for name, value in values.items()}
        elif id in known.list_rows:
            info = known.list_rows[id].info()
            found[id] = {name.value: getattr(info, name.value) for name in ListField}
        elif section is not None:
            found[id] = {ListField.NAME.value: section.name}
    return found


def close_agreed(store: Store, known: Known, now_ms: int) -> list[Conflict]:
    """Close the conflicts whose kept value is now on both sides; to be called inside a commit."""
    there = store.attention.open_conflicts()
    now = values_now(store, known, {one.id for one in there})
    over = [one for one in there if _agreed(store, known, now.get(one.id, {}), one)]
    for conflict in over:
        store.attention.resolve(conflict.number, now_ms)
    return over


def _agreed(store: Store, known: Known, now: Mapping[str, Value], conflict: Conflict) -> bool:
    if conflict.id in known.reminders:
        base = known.base.get(conflict.id, {}).get(Field(conflict.field))
        remote = now.get(conflict.field)
        return _same(remote, conflict.loser) and _same(base, conflict.loser)
    if conflict.id in known.list_rows:
        listed = store.bases.get_list(conflict.id)
        sides = [now[conflict.field], getattr(listed, conflict.field, None)]
        if conflict.field == ListField.GROUP:
            sides = [title_of(store, str(id)) if id else None for id in sides]
        return listed is not None and sides == [conflict.loser, conflict.loser]
    agreed = store.sections.all().get(conflict.id)
    return agreed is not None and now.get("name") == agreed.name == conflict.loser


def _same(one: Value, other: Value) -> bool:
    """Equal, where the instant of a completion is ours and says nothing."""
    return one == other or (isinstance(one, Completion) and isinstance(other, Completion))


def _section(store: Store, id: str) -> SectionRow | None:
    return next((row for row in store.mirror.sections() if row.id == id), None)
