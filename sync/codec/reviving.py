"""Makes a reminder anew that is gone for good, from its last record and those that hung on it.

This is the one place that copies fields word for word, those that nobody here understands among
them: it writes what the service itself said last, where nothing is left to be written over. What
has its bytes in a file elsewhere (pictures) cannot come back from the record alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from store.model import Field
from sync.codec import fields, operations, tokens
from sync.codec.forced import revive
from sync.codec.operations import Change, Context, Group, Rank, Wire
from sync.codec.reading import Record, id_of, name_of
from sync.codec.records import decode_reminder

__all__ = ["NAMED_BY", "Revival", "revive_list", "revive_reminder"]

NAMED_BY = {
    "Alarm": "AlarmIDs",
    "Assignment": "AssignmentIDs",
    "Attachment": "AttachmentIDs",
    "Hashtag": "HashtagIDs",
    "RecurrenceRule": "RecurrenceRuleIDs",
}
"""The types of which a reminder names its records, and where."""

_PLAIN = frozenset(
    {"BYTES", "DOUBLE", "ENCRYPTED_BYTES", "INT64", "REFERENCE", "STRING", "STRING_LIST"}
    | {"TIMESTAMP"}
)
_DOCUMENTS = ("TitleDocument", "NotesDocument")
_URGENT = frozenset({"UrgentPresentationAlarmsAsData", "UrgentPresentationAlarmsChecksum"})
_SECRET = {
    "Hashtag": {"Name"},
    "List": {"Name"},
    "Attachment": {"URL"},
    "Assignment": {"EncryptedAssigneeIdentifier", "EncryptedOriginatorIdentifier"},
    "AlarmTrigger": {"Title", "Address", "Latitude", "Longitude", "ReferenceFrameString"},
}


@dataclass(frozen=True, slots=True)
class Revival:
    """The group of operations that brings it back, and what it cannot bring, for a person."""

    group: Group
    lost: tuple[str, ...] = ()


def revive_reminder(
    ctx: Context,
    record: Record,
    hanging: Mapping[str, Sequence[Record]],
    living: frozenset[str],
    parent: str | None,
) -> Revival:
    """The reminder ``record`` under its old name, in its old list.

    ``hanging`` are the last records of what hung on a record that is gone, by that one's name;
    ``living`` the names of those that are still there; ``parent`` the record name of the reminder
    above it, if that lives. Raises ``ValueError`` for a reminder whose title cannot be read.
    """
    if Field.TITLE in decode_reminder(record).opaque:
        raise ValueError("its title cannot be read, so it cannot be written again")
    name, wire = name_of(record), _kept(record)
    children, lost = _named_children(record, hanging.get(name, ()))
    made = [child for child in children if name_of(child) not in living]
    changed = _links(record, {name_of(child) for child in children} | living, wire)
    for document in _DOCUMENTS:
        if document in wire:
            wire[document] = operations.string(wire[document]["value"])
    if parent is None and wire.pop("ParentReminder", None) is not None:
        changed.append("parentReminder")
    wire["Deleted"] = operations.integer(0)
    wire["LastModifiedDate"] = operations.timestamp(ctx.now_ms)
    wire["ResolutionTokenMap"] = operations.token_map(
        ctx, fields.text(record, "ResolutionTokenMap"), ["deleted", *changed]
    )
    group = Group(
        operations=(
            revive(name, "Reminder", wire, fields.parent_name(record)),
            *(operation for child in made for operation in _with_triggers(child, hanging)),
        ),
        rank=Rank.SUBTASK if parent else Rank.REMINDER,
        change=Change("restore", id_of(record)),
    )
    return Revival(group, tuple(lost))


def revive_list(ctx: Context, record: Record, *, grouped: bool = True) -> Revival:
    """The list or group ``record`` under its old name, without what stands in files beside it.

    Its sections, who is in which, and a long manual order are such. It comes back at the top if it
    is not to be ``grouped``. Raises ``ValueError`` for a list without a name.
    """
    if not fields.plain_text(record, "Name"):
        raise ValueError("its name cannot be read, so it cannot be written again")
    wire = {name: field for name, field in _kept(record).items() if name not in _BESIDE}
    lost = [words for name, words in _LOST.items() if name in fields.fields_of(record)]
    wire["Deleted"] = operations.integer(0)
    changed = ["deleted"]
    if not grouped and wire.pop("ParentList", None) is not None:
        changed.append("parentList")
    old = fields.text(record, "ResolutionTokenMap")
    wire["ResolutionTokenMap"] = operations.token_map(ctx, old, changed, core=tokens.LIST_CORE)
    name = name_of(record)
    operation = revive(name, "List", wire, fields.parent_name(record) if grouped else None)
    group = Group((operation,), Rank.LIST, Change("restore-list", id_of(record)))
    return Revival(group, tuple(lost))


_BESIDE = frozenset({"MembershipsOfRemindersInSectionsChecksum"})
_LOST = {
    "MembershipsOfRemindersInSectionsAsData": "its sections",
    "ReminderIDsAsset": "its manual order",
}


def _kept(record: Record) -> Wire:
    """Its fields as they came, but for those that stand in a file or have no value."""
    kind, kept = fields.type_of(record), Wire()
    for name, field in fields.fields_of(record).items():
        if not isinstance(field, Mapping) or field.get("value") is None or name in _URGENT:
            continue
        if field.get("type", "STRING") in _PLAIN:
            kept[name] = dict(field)
            if name in _SECRET.get(kind, ()):
                kept[name]["isEncrypted"] = True
    return kept


def _named_children(record: Record, hanging: Sequence[Record]) -> tuple[list[Record], list[str]]:
    """What the reminder named to its end, and can be made again; and a word on what cannot."""
    found: list[Record] = []
    lost: list[str] = []
    for child in hanging:
        kind = fields.type_of(child)
        if id_of(child) not in _ids(record, NAMED_BY.get(kind, "")):
            continue
        if kind == "Attachment" and "FileAsset" in fields.fields_of(child):
            lost.append("a picture")
        else:
            found.append(child)
    return found, lost


def _links(record: Record, there: set[str], wire: Wire) -> list[str]:
    """Let the id lists name only what will be there; the tokens of those that change."""
    changed = []
    for kind, list_name in NAMED_BY.items():
        ids = _ids(record, list_name)
        kept = [id for id in ids if f"{kind}/{id}" in there or id in there]
        if list(ids) != kept:
            wire[list_name] = operations.strings(kept)
            changed.append(list_name[0].lower() + list_name[1:])
    return changed


def _ids(record: Record, name: str) -> list[str]:
    return [fields.bare_id(id) for id in fields.strings(record, name)] if name else []


def _with_triggers(child: Record, hanging: Mapping[str, Sequence[Record]]) -> list[Wire]:
    return [
        revive(
            name_of(one),
            fields.type_of(one),
            {**_kept(one), **_ALIVE},
            fields.parent_name(one),
        )
        for one in (child, *hanging.get(name_of(child), ()))
    ]


_ALIVE: Wire = {"Deleted": operations.integer(0)}
