"""Decides how tags, links and the repetition of a reminder are written: records that hang on it.

A reminder names in a list of ids what hangs on it, and each is a record of its own. What the list
names beyond what is merged here (images, tags there twice, what cannot be read) stays named.
Removal is for good, after the reminder has ceased to name it: devices go on showing a tag, and
following a rule, that was deleted softly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.model import Due, OtherRule, Repeat, Rule
from sync.codec import fields, operations
from sync.codec.blob import Undecodable
from sync.codec.children import decode_attachment, decode_hashtag
from sync.codec.operations import Context, Edit, Records, Wire
from sync.codec.reading import id_of, name_of
from sync.codec.records import due_of
from sync.codec.repeats import decode_rule, end_date_ms, repeat_of, rule_fields

__all__ = ["LINKS", "TAGS", "Kind", "first_repeat", "first_set", "repeat_edit", "set_edit"]

Record = Mapping[str, Any]

_RULE = "RecurrenceRule"
_RULE_IDS = "RecurrenceRuleIDs"
_RULE_KEYS = ("recurrenceRuleIDs",)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record of which a reminder has a set.

    ``ids`` is the reminder's field that names them and ``key`` its token; ``read`` gives the
    element that a record stands for (``""`` for none of ours) and whether it is deleted softly,
    ``write`` the fields of a new one.
    """

    type: str
    ids: str
    key: str
    read: Callable[[Record], tuple[str, bool]]
    write: Callable[[Context, str], Wire]


def _read_tag(record: Record) -> tuple[str, bool]:
    tag = decode_hashtag(record)
    return tag.name, tag.deleted


def _write_tag(ctx: Context, name: str) -> Wire:
    return {
        "Name": operations.encrypted(_checked("tag", name)),
        "Type": operations.integer(1),
        "CreationDate": operations.timestamp(ctx.now_ms),
    }


def _read_link(record: Record) -> tuple[str, bool]:
    attachment = decode_attachment(record)
    return attachment.url or "", attachment.deleted


def _write_link(ctx: Context, url: str) -> Wire:
    return {
        "Type": operations.string("URL"),
        "URL": operations.encrypted(_checked("link", url)),
        "UTI": operations.string("public.url"),
    }


TAGS = Kind("Hashtag", "HashtagIDs", "hashtagIDs", _read_tag, _write_tag)
LINKS = Kind("Attachment", "AttachmentIDs", "attachmentIDs", _read_link, _write_link)


def set_edit(
    ctx: Context, record: Record, kind: Kind, wanted: frozenset[str], there: Sequence[Record]
) -> Edit | None:
    """What brings the set to ``wanted``, ``there`` being what hangs on the reminder now.

    ``None`` if that is what it is. Raises ``Undecodable`` where the ids cannot be read,
    ``ValueError`` for an element that no record can hold.
    """
    raw_ids = fields.strings(record, kind.ids)
    named = {fields.bare_id(raw) for raw in raw_ids}
    known = [(child, *_read(kind, child)) for child in there if id_of(child) in named]
    present = {element for _, element, deleted in known if element and not deleted}
    if present == wanted:
        return None
    kept = present & wanted
    gone = [child for child, element, _ in known if element and element not in kept]
    added = first_set(ctx, name_of(record), kind, wanted - present)
    return Edit(
        fields={kind.ids: operations.strings((*_without(raw_ids, gone), *_ids(added, kind)))},
        keys=(kind.key,),
        after=(*added.after, *(operations.delete(child, kind.type) for child in gone)),
        creates=added.creates,
    )


def _read(kind: Kind, child: Record) -> tuple[str, bool]:
    """The element as the mirror holds it, without halves of characters, as ``wanted`` has it."""
    element, deleted = kind.read(child)
    return element.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"), deleted


def first_set(ctx: Context, reminder: str, kind: Kind, elements: frozenset[str]) -> Edit:
    """The set of a reminder, by its record name, that names none of this kind yet."""
    made = [_child(ctx, kind.type, reminder, kind.write(ctx, each)) for each in sorted(elements)]
    if not made:
        return Edit()
    names = [operation["record"]["recordName"] for operation in made]
    return Edit(
        fields={kind.ids: operations.strings(map(fields.bare_id, names))},
        keys=(kind.key,),
        after=tuple(made),
        creates=frozenset(names),
    )


def repeat_edit(
    ctx: Context, record: Record, wanted: Repeat, records: Records, due: Due | None
) -> Edit | None:
    """What makes the reminder, which will be due at ``due``, repeat as ``wanted``.

    ``None`` if it does already. A rule that is there is changed in place; the record of a new one
    goes before the reminder's, or iOS does not take it up. Raises ``Undecodable`` where the rule
    says more than can be written here, whose removal is all that can be asked for.
    """
    raw_ids = fields.strings(record, _RULE_IDS)
    named = {fields.bare_id(raw) for raw in raw_ids}
    rules = [rule for rule in records.rules_of(id_of(record)) if id_of(rule) in named]
    there = repeat_of(record, rules, due_of(record))
    if there == wanted and _keeps_end(there, due_of(record), due):
        return None
    if isinstance(wanted, OtherRule) or (wanted and isinstance(there, OtherRule)):
        raise Undecodable("how the reminder repeats says more than can be written here")
    if wanted and there:
        live = next(rule for rule in rules if not decode_rule(rule).deleted)
        return Edit(before=(operations.update(live, _RULE, rule_fields(wanted, due)),))
    added = first_repeat(ctx, name_of(record), wanted, due) if wanted else Edit()
    return Edit(
        fields={_RULE_IDS: operations.strings([]), **added.fields},
        keys=_RULE_KEYS,
        before=added.after,
        after=tuple(operations.delete(rule, _RULE) for rule in rules),
        creates=added.creates,
    )


def first_repeat(ctx: Context, reminder: str, repeat: Repeat, due: Due | None) -> Edit:
    """The rule of a reminder, by its record name, that has none yet."""
    if repeat is None:
        return Edit()
    if isinstance(repeat, OtherRule):
        raise Undecodable("how the reminder repeats says more than can be written here")
    wire = {**rule_fields(repeat, due), "FirstDayOfTheWeek": operations.integer(0)}
    made = _child(ctx, _RULE, reminder, wire)
    name = made["record"]["recordName"]
    return Edit(
        fields={_RULE_IDS: operations.strings([fields.bare_id(name)])},
        keys=_RULE_KEYS,
        after=(made,),
        creates=frozenset({name}),
    )


def _keeps_end(repeat: Repeat, before: Due | None, after: Due | None) -> bool:
    """Whether the end of the series means the same day after its due time has changed."""
    if not isinstance(repeat, Rule) or repeat.until is None or before == after:
        return True
    return end_date_ms(repeat.until, before) == end_date_ms(repeat.until, after)


def _child(ctx: Context, kind: str, reminder: str, wire: Wire) -> Wire:
    """The operation that creates a record hanging on the reminder of that record name."""
    links = {
        "Reminder": operations.reference(ctx, reminder),
        "Deleted": operations.integer(0),
        "Imported": operations.integer(0),
    }
    # A new value without any content is left out, as in a new reminder.
    said = {name: value for name, value in wire.items() if value["value"] is not None}
    return operations.create(f"{kind}/{ctx.mint().upper()}", {**said, **links}, parent=reminder)


def _ids(added: Edit, kind: Kind) -> list[str]:
    return list(added.fields[kind.ids]["value"]) if added.fields else []


def _without(raw_ids: Sequence[str], gone: Sequence[Record]) -> list[str]:
    lost = {id_of(child) for child in gone}
    return [raw for raw in raw_ids if fields.bare_id(raw) not in lost]


def _checked(what: str, text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError(f"the {what} holds half a character (a lone surrogate)") from None
    if not text:
        raise ValueError(f"an empty {what} cannot be written")
    return text
