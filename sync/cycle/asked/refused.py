"""What iCloud refused, as a person is told of it; trying it again, and giving it up.

Giving up a change makes the base say that the file's word is agreed on: so iCloud's word is the
newer one, and the next cycle brings it into the file, with the person's word in the history. What
iCloud never had stays in the file: its refused write is kept, mute, so that it is not sent again
until the person changes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from store.activity.outbox import STANDING, Intent
from store.base.sections import SectionBase
from store.db import Store
from store.model import Field, Value
from sync.cycle.asked.resolving import title_of
from sync.errors import CannotResolve

__all__ = ["Refused", "drop", "refused_now", "retry"]

_WORDS = {
    "create": "new reminder",
    "undelete": "reminder edited here and deleted in iCloud",
    "delete": "deletion",
    "purge": "deletion for good",
    "remove": "deletion",
    "remove-for-good": "deletion for good",
    "occurrence": "completed occurrence",
    "create-list": "new list",
    "create-group": "new group",
    "delete-list": "deleted list",
    "purge-list": "list deleted for good",
    "create-section": "new section",
    "rename-section": "renamed section",
    "delete-section": "deleted section",
    "sections": "section",
    "undo": "undo",
    "restore": "restore",
    "restore-list": "restore",
}
_KEPT = ("create", "undelete", "create-list", "create-group", "create-section")
_IDS = (Field.LIST.value, Field.PARENT.value, "group")
_HINT = "`remindersd parked` shows what was refused"


@dataclass(frozen=True, slots=True)
class Refused:
    """One refused write: ``number`` names it, ``what`` says what it was to be.

    ``wanted`` are the values of an edit by the names of fields, ``names`` the titles of ids in it.
    ``since_ms`` is when it was refused first, ``again_ms`` when it is tried again by itself (Unix
    milliseconds); ``follows`` says what a decision on it comes to.
    """

    number: int
    id: str
    what: str
    title: str
    list: str
    reason: str
    since_ms: int | None
    again_ms: int | None
    follows: str = ""
    wanted: Mapping[str, Value] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


def refused_now(store: Store) -> list[Refused]:
    """What is refused and not given up, in the order of the numbers."""
    return [_told(store, one) for one in store.outbox.parked() if not one.given_up]


def retry(store: Store, numbers: Sequence[int]) -> list[Refused]:
    """Queue these again, or all that was not given up; raises CannotResolve for another number."""
    chosen = _chosen(store, numbers)
    with store.commit("retry"):
        for intent in chosen:
            store.outbox.unpark(intent.seq)
    return [replace(_told(store, one), follows="it is sent again") for one in chosen]


def drop(store: Store, numbers: Sequence[int]) -> list[Refused]:
    """Give these up; raises CannotResolve for a number that is none of them."""
    chosen = _chosen(store, numbers) if numbers else []
    told = [_told(store, one) for one in chosen]
    with store.commit("drop"):
        follows = [_drop(store, intent) for intent in chosen]
    return [replace(one, follows=words) for one, words in zip(told, follows, strict=True)]


def _chosen(store: Store, numbers: Sequence[int]) -> list[Intent]:
    parked = {intent.seq: intent for intent in store.outbox.parked()}
    for number in numbers:
        if number not in parked:
            raise CannotResolve(f"nothing that was refused has the number {number}", _HINT)
    if numbers:
        return [parked[number] for number in sorted(set(numbers))]
    return [intent for intent in parked.values() if not intent.given_up]


# ---- giving up ----------------------------------------------------------------------------------


def _drop(store: Store, intent: Intent) -> str:
    """Let go of one change; what becomes of it, in words."""
    if intent.kind in _KEPT:
        store.outbox.give_up(intent.seq)
        return "it stays in the file alone, and is sent again when you change it"
    store.outbox.drop(intent.seq)
    if intent.kind in STANDING:
        return "both sides stay as they are"
    match intent.kind:
        case "update":
            store.bases.set(intent.id, _wanted(intent))
            return "its line goes back to what iCloud has"
        case "occurrence":
            store.bases.set(intent.id, {**intent.changes, Field.DONE: None})
            store.occurrences.drop(intent.id, intent.texts["due"] or "")
            return "its line goes back to the occurrence that is due in iCloud"
        case "delete" | "purge":
            store.bases.drop(intent.id)
            store.places.clear_vanished(intent.id)
            store.places.drop_lines(intent.id)
            return "its line comes back"
        case "delete-list" | "purge-list":
            return _keep_list(store, intent)
        case "update-list":
            _take_list(store, intent)
            return "its file goes back to what iCloud has"
        case _:
            return _drop_section(store, intent)


def _wanted(intent: Intent) -> dict[Field, Value]:
    section = intent.texts.get("section")
    changes: dict[Field, Value] = dict(intent.changes)
    return changes if section is None else {**changes, Field.SECTION: section}


def _keep_list(store: Store, intent: Intent) -> str:
    store.attention.drop_approvals([intent.id])
    base = store.bases.get_list(intent.id)
    if base is not None and base.path is None:
        store.bases.drop_list(intent.id)
        return "its directory comes back"
    return "it stays in iCloud; put its file back, or approve its deletion again"


def _take_list(store: Store, intent: Intent) -> None:
    base = store.bases.get_list(intent.id)
    if base is None:
        return
    said = {"name": base.name, "group": base.group, "color": base.color, "emblem": base.emblem}
    said |= {word: text for word, text in intent.texts.items() if word in said}
    name = said.pop("name") or base.name
    store.bases.set_list(intent.id, replace(base, name=name, **said))


def _drop_section(store: Store, intent: Intent) -> str:
    if intent.kind == "sections":
        for id, name in intent.texts.items():
            store.bases.set(id, {Field.SECTION: name})
        return "its line goes back to the section that it is in in iCloud"
    if intent.kind == "rename-section":
        texts = intent.texts
        store.sections.set(intent.id, SectionBase(texts["list"] or "", texts["name"] or ""))
        return "its heading goes back to what iCloud has"
    store.sections.drop(intent.id)
    return "it stays in iCloud"


# ---- what a person is told ----------------------------------------------------------------------


def _told(store: Store, intent: Intent) -> Refused:
    wanted = _values(intent)
    ids = [str(value) for name, value in wanted.items() if name in _IDS and value]
    return Refused(
        number=intent.seq,
        id=intent.id,
        what=_what(intent),
        title=_title(store, intent),
        list=_list(store, intent),
        reason=intent.reason,
        since_ms=intent.since_ms,
        again_ms=intent.again_ms,
        wanted=wanted,
        names={id: title for id in ids if (title := title_of(store, id))},
    )


def _values(intent: Intent) -> dict[str, Value]:
    """What an edit would have made of it; what is made or goes as a whole says that already."""
    match intent.kind:
        case "sections":
            sections = {name for name in intent.texts.values() if name}
            return {Field.SECTION.value: ", ".join(sorted(sections)) or None}
        case "update" | "update-list" | "rename-section":
            texts = {name: text for name, text in intent.texts.items() if name != "list"}
            found = {name.value: value for name, value in intent.changes.items()} | texts
            if not found.get(Field.SECTION.value):  # a move says that it is in none there
                found.pop(Field.SECTION.value, None)
            return found
        case _:
            return {}


def _what(intent: Intent) -> str:
    if intent.kind in _WORDS:
        return _WORDS[intent.kind]
    names = sorted({*(name.value for name in intent.changes), *intent.texts} - {"list", "section"})
    return f"{', '.join(names) or 'section'} changed"


def _title(store: Store, intent: Intent) -> str:
    row, named = store.mirror.reminder(intent.id), store.mirror.list(intent.id)
    if row is not None and row.title:
        return row.title
    if named is not None and named.name:
        return named.name
    base = store.bases.get(intent.id)
    agreed = base.values.get(Field.TITLE) if base is not None else None
    called = intent.changes.get(Field.TITLE) or intent.texts.get("name") or agreed
    return str(called or (intent.id if intent.kind == "undo" else ""))


def _list(store: Store, intent: Intent) -> str:
    row = store.mirror.reminder(intent.id)
    id = row.list_id if row is not None else intent.changes.get(Field.LIST)
    named = store.mirror.list(str(id or intent.texts.get("list") or intent.id))
    agreed = store.bases.get_list(str(id)) if id else None
    return named.name if named is not None else agreed.name if agreed is not None else ""
