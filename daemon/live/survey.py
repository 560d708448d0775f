"""What the person's own records show of what is not known, by reading and counting alone.

The one walk through all of them keeps what questions are asked of; what it says are counts, names
of types and keys of the service's own, never a value.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from daemon.live.belief import Belief, Outcome, Seen
from daemon.live.scene import Record, Scene, gone
from sync.codec import fields
from sync.codec.assets import MEMBERSHIPS, ORDER, asset_value
from sync.codec.blob import Undecodable, from_base64, unpacked
from sync.codec.colors import decode_color
from sync.codec.early import FIELD as EARLY
from sync.codec.reading import Reading, id_of, is_deleted, name_of
from sync.codec.repeats import PARTS
from sync.codec.shares import SHARE, decode_share
from sync.core.colors import PALETTE
from sync.errors import ServiceError
from sync.remote.cloudkit import LIMIT

__all__ = ["SURVEY", "said_parts", "shape"]

_KEPT = frozenset({"Account", "List", "RecurrenceRule", SHARE})
_DAY_MS = 24 * 3600 * 1000
_DEEP, _WIDE = 4, 12
_WORD = re.compile("[A-Za-z_]{1,40}")
_ORDERS = "SectionIDsOrderingAsData"
_CHECKSUM = "MembershipsOfRemindersInSectionsChecksum"


def _pages(scene: Scene) -> Outcome:
    longest, pages = 0, 0
    for page in scene.cloud.walk(scene.zone, None):
        longest, pages = max(longest, len(page.records)), pages + 1
        scene.before.update(map(name_of, page.records))
        scene.found += [one for one in page.records if _is_asked_of(one)]
        scene.begin = page.token
    said = f"{pages} pages, the longest of {longest} records"
    return Outcome(Seen.HOLDS if longest <= LIMIT else Seen.DIFFERS, said)


def _is_asked_of(record: Record) -> bool:
    if gone(record):
        return False
    return (
        fields.type_of(record) in _KEPT
        or EARLY in fields.fields_of(record)
        or is_deleted(record, Reading(record))
    )


def _living(scene: Scene, kind: str) -> Iterator[Record]:
    for one in scene.found:
        if fields.type_of(one) == kind and not is_deleted(one, Reading(one)):
            yield one


# ---- one by one


def _weekdays(scene: Scene) -> Outcome:
    rules = list(_living(scene, "RecurrenceRule"))
    shapes = sorted({f"{name}: {said}" for one in rules for name, said in said_parts(one).items()})
    told = "; ".join(shapes[:_WIDE]) or "none with such lists"
    return Outcome(Seen.LEARNED, f"{len(rules)} rules; {told}")


def said_parts(rule: Record) -> dict[str, str]:
    """The shape of each field of a rule that says certain days, by the field's name."""
    found = {}
    for name, field in fields.fields_of(rule).items():
        if name.startswith(PARTS) and isinstance(field, Mapping):
            found[name] = f"{_word(field.get('type'))} {shape(field.get('value'))}"
    return found


def shape(value: object, deep: int = 0, *, numbers: bool = False) -> str:
    """What a value is made of, down to the names of keys: "list of {dayOfTheWeek: int}".

    Bytes and texts in which JSON stands are looked into, packed or not; nothing of what they say
    is told, but for whole ``numbers`` if wanted.
    """

    def within(part: object) -> str:
        return shape(part, deep + 1, numbers=numbers)

    if deep > _DEEP:
        return "..."
    match value:
        case Mapping():
            parts = [f"{_word(key)}: {within(one)}" for key, one in sorted(value.items())]
            return "{" + ", ".join(parts[:_WIDE]) + "}"
        case list():
            kinds = list(dict.fromkeys(map(within, value)))
            return f"list of {' or '.join(kinds[:_WIDE])}" if kinds else "empty list"
        case str():
            inner = _json_in(value)
            return "text" if inner is None else f"JSON {within(inner)}"
        case int() if numbers:
            return str(value)
    return "nothing" if value is None else type(value).__name__


def _json_in(text: str) -> Any:
    """A list or object that a text is, or that stands in it as base64; else ``None``."""
    for read in (str.encode, _decoded):
        try:
            found = json.loads(read(text))
        except (ValueError, TypeError, RecursionError, Undecodable):
            continue
        if isinstance(found, list | dict):
            return found
    return None


def _decoded(text: str) -> bytes:
    return unpacked(from_base64(text))


def _word(text: object) -> str:
    """A name of the service's own; anything else is not told."""
    return text if isinstance(text, str) and _WORD.fullmatch(text) else "?"


def _early_account(scene: Scene) -> Outcome:
    said = {_account_in(one) for one in scene.found if EARLY in fields.fields_of(one)} - {None}
    accounts = {id_of(one) for one in _living(scene, "Account")}
    if not said:
        return Outcome(Seen.UNTRIED, "no reminder has an early one")
    if said == accounts:
        return Outcome(Seen.HOLDS, "it is the name of the account's record")
    other = "the owner's name" if said == {scene.zone.owner} else f"{len(said)} other names"
    return Outcome(Seen.DIFFERS, other)


def _account_in(record: Record) -> str | None:
    data = fields.blob(record, EARLY)
    found = json.loads(data) if data else None
    account = found.get("accountIdentifier") if isinstance(found, dict) else None
    return fields.bare_id(account) if isinstance(account, str) else None


def _kept_deleted(scene: Scene) -> Outcome:
    now_ms, ages = scene.context().now_ms, []
    for one in scene.found:
        at = one.get("modified")
        if is_deleted(one, Reading(one)) and isinstance(at, Mapping):
            ages.append((now_ms - int(at.get("timestamp") or now_ms)) // _DAY_MS)
    if not ages:
        return Outcome(Seen.LEARNED, "nothing is softly deleted")
    return Outcome(Seen.LEARNED, f"{len(ages)} softly deleted, the oldest for {max(ages)} days")


def _orders(scene: Scene) -> Outcome:
    lists = list(_living(scene, "List"))
    inline = [len(_members(one)) for one in lists]
    beside = sum(asset_value(one, ORDER) is not None for one in lists)
    said = f"the longest order in a field has {max(inline, default=0)}, {beside} stand in files"
    sections = {shape(_value(one, _ORDERS)) for one in lists if _value(one, _ORDERS)}
    told = f"; of sections: {' or '.join(sorted(sections))}" if sections else ""
    return Outcome(Seen.LEARNED, said + told)


def _members(record: Record) -> list[object]:
    found = json.loads(fields.text(record, "ReminderIDs") or "[]")
    return found if isinstance(found, list) else []


def _value(record: Record, name: str) -> object:
    field = fields.fields_of(record).get(name)
    return field.get("value") if isinstance(field, Mapping) else None


def _colors(scene: Scene) -> Outcome:
    strange, several = set(), 0
    for one in _living(scene, "List"):
        name, *form = decode_color(fields.text(one, "Color")).split() or [""]
        if not name or name.startswith("#"):
            continue
        several += 1
        if PALETTE.get(name) not in (None, *form):
            strange.add(f"{_word(name)} in another form")
        elif name not in PALETTE:
            strange.add(f"{_word(name)} is not known")
    if not several:
        return Outcome(Seen.UNTRIED, "no list has a colour with a name")
    said = ", ".join(sorted(strange)) or f"{several} lists, all of them so"
    return Outcome(Seen.DIFFERS if strange else Seen.HOLDS, said)


def _checksums(scene: Scene) -> Outcome:
    said = []
    for one in _living(scene, "List"):
        value, sum = asset_value(one, MEMBERSHIPS), fields.plain_text(one, _CHECKSUM)
        if value is not None and sum:
            data = scene.cloud.fetch(scene.zone, name_of(one), MEMBERSHIPS, value)
            said.append(hashlib.sha512(data).hexdigest() == sum.lower())
    if not said:
        return Outcome(Seen.UNTRIED, "no list has sections with reminders in them")
    return Outcome(Seen.HOLDS if all(said) else Seen.DIFFERS, f"{said.count(True)} of {len(said)}")


def _shared(scene: Scene) -> Outcome:
    zones = [
        each for each in scene.cloud.database_changes("shared", None).zones if not each.deleted
    ]
    mine = list(_living(scene, SHARE))
    words = {_permission(one) for one in mine}
    for each in zones:
        page = scene.cloud.changes(each.zone, None)
        shares = [one for one in page.records if fields.type_of(one) == SHARE]
        words |= {_permission(one) for one in shares} or {"no share on the first page"}
    told = f"; {', '.join(sorted(words))}" if words else ""
    return Outcome(
        Seen.LEARNED, f"the account's own: {len(mine)}, zones of others: {len(zones)}{told}"
    )


def _permission(share: Record) -> str:
    return f"permission {_word(decode_share(share).permission or 'unsaid')}"


def _no_shared_token(scene: Scene) -> Outcome:
    try:
        scene.cloud.database_changes("private", scene.begin)
    except ServiceError as error:
        return Outcome(Seen.HOLDS, f"refused with {error.server_code or error.code}")
    return Outcome(Seen.DIFFERS, "taken")


SURVEY = (
    Belief(f"a page of the feed has at most {LIMIT} records", "Endpoints", _pages),
    Belief("a zone's token is none of the database's", "Shared lists", _no_shared_token),
    Belief("what is shared, and what the shares allow, is not known", "Shared lists", _shared),
    Belief("how rules say certain weekdays is not known", "What nobody has shown", _weekdays),
    Belief("an early reminder names the account's record", "Other alarms", _early_account),
    Belief("names of colours stand for these forms", "Field types", _colors),
    Belief("a checksum of sections is the SHA-512 of the file", "Sections", _checksums),
    Belief("which orders stand in files is not known", "Field types", _orders),
    Belief("how long what is deleted is kept is not known", "What nobody has shown", _kept_deleted),
)
"""In the order in which they are looked at; the first one walks."""
