"""From intents to operations: the words of the outbox and the mirror's records to wire groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from store.activity.outbox import REMOVALS, Intent
from store.db import Store
from store.model import AllDay, Field, Floating, ListInfo, Reminder, Rule, Zoned
from store.remote.zones import PRIVATE
from sync.codec import encode
from sync.codec.assets import MEMBERSHIPS, asset_value
from sync.codec.fields import type_of
from sync.codec.occurrence import complete_occurrence
from sync.codec.operations import Change, Context, Group, Rank, Wire
from sync.codec.purging import purge_list, purge_reminder
from sync.codec.sections import create_section, delete_section, put_in_sections, rename_section
from sync.core.merging.lift import overlay
from sync.core.order import LIMIT
from sync.cycle.observing.observe import zone_id
from sync.cycle.observing.routing import key_of
from sync.cycle.planning.sectioning import sections_meant
from sync.cycle.sending.surroundings import Surroundings

__all__ = ["Encoder"]

Record = Mapping[str, Any]


class _Mirrored:
    """The codec's view of the mirror."""

    def __init__(self, store: Store) -> None:
        self._mirror = store.mirror

    def get(self, record_name: str, /) -> Record | None:
        return self._mirror.record(record_name)

    def alarms_of(self, reminder_id: str, /) -> Sequence[Record]:
        return self._hanging("Alarm", reminder_id)

    def trigger_of(self, alarm: Record, /) -> Record | None:
        children = self._mirror.children(str(alarm["recordName"]))
        return next((child for child in children if type_of(child) == "AlarmTrigger"), None)

    def hashtags_of(self, reminder_id: str, /) -> Sequence[Record]:
        return self._hanging("Hashtag", reminder_id)

    def attachments_of(self, reminder_id: str, /) -> Sequence[Record]:
        return self._hanging("Attachment", reminder_id)

    def rules_of(self, reminder_id: str, /) -> Sequence[Record]:
        return self._hanging("RecurrenceRule", reminder_id)

    def with_early(self) -> Iterable[Record]:
        return self._mirror.records(row.record_name for row in self._mirror.with_early()).values()

    def accounts(self) -> Iterable[Record]:
        return self._mirror.by_type("Account")

    def _hanging(self, kind: str, reminder_id: str) -> Sequence[Record]:
        names = (f"Reminder/{reminder_id}", reminder_id)
        hanging = [child for name in names for child in self._mirror.children(name)]
        return [child for child in hanging if type_of(child) == kind]


class Encoder:
    """Encodes intents against the mirror as it is when they are sent.

    ``replica`` (16 bytes) is this installation's identity in documents, ``replica_id`` its UUID
    in tokens; ``mint`` gives new UUIDs.
    """

    def __init__(
        self,
        store: Store,
        now_ms: Callable[[], int],
        replica: bytes,
        replica_id: str,
        mint: Callable[[], str],
    ) -> None:
        self._store = store
        self._records = _Mirrored(store)
        self._around = Surroundings(store)
        self._now_ms = now_ms
        self._replica = replica
        self._replica_id = replica_id
        self._mint = mint

    def encode(self, intent: Intent) -> Group:
        """The group of operations for one intent.

        Raises ``ValueError`` for what cannot or must not be written, saying why.
        """
        ctx = self.context(self._zone(intent))
        if intent.kind.startswith("add") and self._is_there(intent):
            return Group((), Rank.UPDATE, Change(intent.kind, intent.id))
        if intent.kind in ("create", "add"):
            reminder = overlay(Reminder(intent.id), intent.changes)
            former = self._store.mirror.gone(f"Reminder/{intent.id}") or {}
            return encode.create_reminder(ctx, reminder, self._records, former)
        if intent.kind in ("create-list", "create-group", "add-list", "add-group"):
            texts = intent.texts
            is_group = intent.kind.endswith("-group")
            info = ListInfo(
                intent.id,
                texts.get("name") or "",
                is_group,
                texts.get("group"),
                color=texts.get("color") or "",
                emblem=texts.get("emblem") or "",
            )
            return encode.create_list(ctx, info, self._records)
        if intent.kind.endswith(("sections", "-section")):
            return self._sections(ctx, intent)
        if intent.kind in REMOVALS:
            return self._removal(intent)
        record = self._record("List" if intent.kind.endswith("-list") else "Reminder", intent.id)
        match intent.kind:
            case "update" | "set":
                return encode.update_reminder(ctx, record, intent.changes, self._records)
            case "delete":
                return encode.delete_reminder(ctx, record)
            case "purge":
                return purge_reminder(record, self._around, partial(self._detached, ctx), LIMIT)
            case "purge-list":
                return purge_list(record, self._around, partial(self._detached, ctx), LIMIT)
            case "undelete":
                return encode.undelete_reminder(ctx, record)
            case "occurrence":
                return self._occurrence(ctx, record, intent)
            case "update-list" | "set-list":
                return encode.update_list(ctx, record, intent.texts, self._records)
            case "delete-list":
                return encode.delete_list(ctx, record)
            case "undelete-list":
                return encode.undelete_list(ctx, record)
        raise ValueError(f"nobody knows how to send “{intent.kind}”")

    def _removal(self, intent: Intent) -> Group:
        """The deletion of what a person meant, unless a device made something else of it."""
        row = self._store.mirror.reminder(intent.id)
        if row is None or row.deleted:
            return Group((), Rank.DELETE_REMINDER, Change(intent.kind, intent.id))
        now = row.reminder()
        if any(now.value(name) != value for name, value in intent.changes.items()):
            raise ValueError(
                "it was changed in iCloud after you deleted it here, and stays:"
                " `remindersd drop` it, and delete it again if it shall go"
            )
        kind = {"remove": "delete", "remove-for-good": "purge"}[intent.kind]
        return self.encode(Intent(intent.id, kind))

    def _sections(self, ctx: Context, intent: Intent) -> Group:
        name = intent.texts.get("name") or ""
        if intent.kind in ("create-section", "add-section"):
            list_id = intent.texts["list"] or ""
            return create_section(ctx, intent.id, list_id, name, self._records)
        if intent.kind in ("rename-section", "set-section"):
            return rename_section(ctx, self._record("ListSection", intent.id), name)
        if intent.kind == "delete-section":
            return delete_section(ctx, self._record("ListSection", intent.id))
        record = self._record("List", intent.id)
        file = self._store.documents.get(str(record["recordName"]), MEMBERSHIPS)
        if file is None and asset_value(record, MEMBERSHIPS) is not None:
            raise ValueError("the list's file of sections is not here, and not written over")
        wanted = sections_meant(self._store, intent.id, intent.texts)
        return put_in_sections(ctx, record, file, wanted)

    def _detached(self, ctx: Context, record: Record) -> Sequence[Wire]:
        """The operations that move a subtask to the top level."""
        change = {Field.PARENT: None}
        return encode.update_reminder(ctx, record, change, self._records).operations

    def _occurrence(self, ctx: Context, record: Record, intent: Intent) -> Group:
        due, rule = intent.changes[Field.DUE], intent.changes[Field.REPEAT]
        copy, at_ms = intent.texts["copy"], intent.texts["at"]
        assert isinstance(due, AllDay | Floating | Zoned)
        assert isinstance(rule, Rule)
        assert copy is not None
        assert at_ms is not None
        return complete_occurrence(
            ctx,
            record,
            self._records,
            next_due=due,
            next_repeat=rule,
            copy_id=copy,
            done_at_ms=int(at_ms),
        )

    def _is_there(self, intent: Intent) -> bool:
        """Whether what is to be made was, by a request whose answer was lost."""
        kind = {"add": "Reminder", "add-section": "ListSection"}.get(intent.kind, "List")
        return self._store.mirror.record(f"{kind}/{intent.id}") is not None

    def _record(self, kind: str, id: str) -> Record:
        for name in (f"{kind}/{id}", id):
            record = self._store.mirror.record(name)
            if record is not None:
                return record
        raise ValueError(f"the mirror has no {kind} {id}")

    def _zone(self, intent: Intent) -> str:
        """The key of the zone that it is for; ``ValueError`` for what would be in two."""
        key = key_of(self._store, intent)
        if intent.kind not in ("create", "add") and Field.LIST in intent.changes:
            home = Intent(intent.id, "create", {Field.LIST: intent.changes[Field.LIST]})
            if key_of(self._store, home) != key:
                raise ValueError("it cannot move to a list of another owner under the same id")
        return key

    def context(self, key: str = PRIVATE) -> Context:
        """The surroundings of a write that is made now, to the zone of that key."""
        zone = self._store.mirror.zone(key)
        assert zone is not None
        wire = zone_id(zone).wire()
        return Context(self._now_ms(), self._replica, self._replica_id, self._mint, wire)
