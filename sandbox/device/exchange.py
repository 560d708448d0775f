"""Sends the phone's unsent edits and fetches what is new, until both agree.

Each reminder goes up with its alarms in one atomic request, under change tags. On CONFLICT the
phone looks the records up, merges and tries again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sandbox.cloud.assets import is_asset
from sandbox.cloud.zone import BadToken, TokenExpired, Zone
from sandbox.device import alarms, merge, tokens
from sandbox.device.own import TOKENS, Copy, Json, Own, plain

_ATTEMPTS = 8

_STALE_COPY = frozenset({"CONFLICT", "EXISTS", "NOT_FOUND"})
_BROKEN_REFERENCE = "VALIDATING_REFERENCE"


class UploadError(RuntimeError):
    """The server refuses an edit for good, and it is dropped; names the record and the reason."""


class Exchange:
    """One phone's connection to a zone; `device_id` signs what it writes."""

    def __init__(self, own: Own, zone: Zone, device_id: str) -> None:
        self._own = own
        self._zone = zone
        self._device_id = device_id
        self._token: str | None = None

    def upload(self) -> None:
        """Send everything unsent, in dependency order. Raises UploadError."""
        tries: Counter[str] = Counter()
        while groups := _groups(self._own):
            for root, group in groups:
                tries[root] += 1
                if tries[root] > _ATTEMPTS:
                    raise UploadError(f"{root}: still refused after {_ATTEMPTS} tries")
                if not self._push(group):
                    break

    def download(self) -> None:
        """Fetch all pages since the last download and merge them."""
        try:
            self._pull()
        except (TokenExpired, BadToken):
            self._token = None
            seen = self._pull()
            sent = [copy.name for copy in self._own.copies.values() if copy.tag is not None]
            for name in sent:
                if name not in seen:
                    self._own.forget(name)

    def _pull(self) -> set[str]:
        seen: set[str] = set()
        more = True
        while more:
            page = self._zone.changes(self._token)
            self._absorb(page.records)
            seen.update(item["recordName"] for item in page.records if not item.get("deleted"))
            self._token, more = page.token, page.more
        return seen

    def _push(self, group: list[Copy]) -> bool:
        """Send one group; False when it, and what is planned after it, must be looked at anew."""
        items = self._zone.modify(
            [self._outgoing(copy) for copy in group], atomic=True, by=self._device_id
        )
        errors = {i["recordName"]: i for i in items if "serverErrorCode" in i}
        if not errors:
            self._acknowledge(group, items)
            return True
        codes = {item["serverErrorCode"] for item in errors.values()} - {"ATOMIC_ERROR"}
        if any(code.startswith(_BROKEN_REFERENCE) for code in codes):
            self.download()
            self._doom_dependants()
            self._stay([copy for copy in group if self._goes_nowhere(copy)])
        elif codes & _STALE_COPY:
            self._refresh([copy.name for copy in group])
        else:
            name, item = next(
                pair for pair in errors.items() if pair[1]["serverErrorCode"] in codes
            )
            self._give_up(group)
            raise UploadError(f"{name}: {item['serverErrorCode']} {item.get('reason', '')}")
        return False

    def _acknowledge(self, group: list[Copy], items: list[Json]) -> None:
        for copy, item in zip(group, items, strict=True):
            if copy.doomed:
                self._own.drop(copy.name)
                continue
            copy.tag = item["recordChangeTag"]
            self._fetch_files(item)
            copy.fields |= _files_of(item)
            copy.dirty.clear()
            self._own.pending.discard(copy.name)

    def _refresh(self, names: list[str]) -> None:
        """Merge the server's versions of these records; what it does not have is forgotten.

        A record of our own that was never created there is simply not there yet.
        """
        found = self._zone.lookup(names)
        missing = {item["recordName"] for item in found if "serverErrorCode" in item}
        for name in missing:
            copy = self._own.copies.get(name)
            if copy is not None and copy.tag is not None:
                self._own.forget(name)
        self._absorb(item for item in found if item["recordName"] not in missing)

    def _absorb(self, items: Iterable[Json]) -> None:
        contested: list[tuple[Copy, bool, Copy]] = []
        for item in items:
            name = item["recordName"]
            copy = self._own.copies.get(name)
            if item.get("deleted"):
                self._own.forget(name)
            elif copy is None or copy.tag != item["recordChangeTag"]:
                if copy is not None and "AlarmIDs" in copy.dirty:
                    theirs = tokens.read(plain(item["fields"].get(TOKENS)))
                    newer = tokens.is_newer(theirs.get("dueDate"), copy.tokens.get("dueDate"))
                    there = Copy(name, copy.type, item["fields"])
                    contested.append((copy, newer, there))
                self._fetch_files(item)
                merge.take(self._own, item)
        for reminder, lost, there in contested:
            self._settle(reminder, lost, there)

    def _outgoing(self, copy: Copy) -> Json:
        """The operation for a record, its new files uploaded."""
        operation = _operation(copy)
        fields: Json = operation["record"].get("fields", {})
        for name, field in fields.items():
            data = self._own.file(copy, name) if is_asset(field) else None
            if data is not None:
                single = self._zone.assets.deposit(copy.name, name, data)
                fields[name] = {**field, "value": single}
        return operation

    def _fetch_files(self, item: Json) -> None:
        for field in _files_of(item).values():
            data = self._zone.assets.read(field["value"])
            if data is not None:
                self._own.files[field["value"]["fileChecksum"]] = data

    def _settle(self, reminder: Copy, lost: bool, there: Copy) -> None:
        """After a merge over an own due edit: the alarms follow the due date that won.

        `there` is the reminder as the server had it.
        """
        if reminder.name not in self._own.copies:
            return
        if not lost:
            alarms.settle(self._own, reminder, alarms.due_of(there))
            return
        self._give_up(list(alarms.belongings(self._own, reminder)))

    def _give_up(self, group: list[Copy]) -> None:
        """Throw unsent work on these records away and take what the server has."""
        for copy in group:
            if copy.tag is None:
                self._own.forget(copy.name)
            else:
                self._own.drop(copy.name)
        sent = [copy.name for copy in group if copy.tag is not None]
        for item in self._zone.lookup(sent) if sent else []:
            if "serverErrorCode" not in item:
                self._fetch_files(item)
                merge.take(self._own, item)

    def _goes_nowhere(self, copy: Copy) -> bool:
        """Whether it is to move to a list that is gone for good."""
        return "List" in copy.dirty and copy.get("List") not in self._own.copies

    def _stay(self, group: list[Copy]) -> None:
        """Leave these in the lists that the server has them in; other unsent edits stand."""
        found = {item["recordName"]: item for item in self._zone.lookup([c.name for c in group])}
        for copy in group:
            item = found[copy.name]
            if "serverErrorCode" not in item:
                copy.fields["List"] = item["fields"]["List"]
                copy.parent = (item.get("parent") or {}).get("recordName")
                copy.dirty.discard("List")

    def _doom_dependants(self) -> None:
        """A hard deletion takes along what refers to the record, also what we just learnt of."""
        doomed = {copy.name for copy in self._own.copies.values() if copy.doomed}
        for dependant in dependants(self._own, doomed):
            self._own.doom(dependant)


def _files_of(item: Json) -> Json:
    fields: Json = item.get("fields", {})
    return {name: field for name, field in fields.items() if is_asset(field)}


def dependants(own: Own, names: set[str]) -> list[Copy]:
    """Return the records that refer to any of `names`, directly or through others."""
    found: dict[str, Copy] = {}
    reached = set(names)
    grown = True
    while grown:
        grown = False
        for copy in own.copies.values():
            targets = {copy.get(field) for field in ("Reminder", "Alarm", "ParentReminder", "List")}
            if copy.name not in reached and targets & reached:
                reached.add(copy.name)
                found[copy.name] = copy
                grown = True
    return list(found.values())


def _groups(own: Own) -> list[tuple[str, list[Copy]]]:
    """Gather unsent records under their reminder or list, in the order that references need."""
    groups: dict[str, list[Copy]] = {}
    for name, copy in own.copies.items():
        if name in own.pending:
            groups.setdefault(_root(own, copy), []).append(copy)
    for group in groups.values():
        group.sort(key=_within)
    return sorted(groups.items(), key=lambda entry: _between(own, entry[0]))


def _root(own: Own, copy: Copy) -> str:
    target = copy.get("Alarm") or copy.get("Reminder")
    holder = own.copies.get(target) if isinstance(target, str) else None
    return copy.name if holder is None else _root(own, holder)


_DEPTH = {"List": 0, "Reminder": 1, "AlarmTrigger": 3}


def _within(copy: Copy) -> tuple[int, int]:
    """Writes first, parents first; then deletions, children first."""
    depth = _DEPTH.get(copy.type, 2)
    return (1, -depth) if copy.doomed else (0, depth)


def _between(own: Own, root: str) -> tuple[int, int]:
    copy = own.copies.get(root)
    if copy is None:
        return (0, 2)
    if copy.type == "List":
        depth = 0 if copy.get("IsGroup") else 1
    else:
        depth = 3 if copy.get("ParentReminder") else 2
    return (1, -depth) if copy.doomed else (0, depth)


def _operation(copy: Copy) -> Json:
    record: Json = {"recordName": copy.name}
    if copy.doomed:
        return {"operationType": "forceDelete", "record": record}
    record["recordType"] = copy.type
    if copy.tag is None:
        record["fields"] = {k: v for k, v in copy.fields.items() if v.get("value") is not None}
    else:
        record["recordChangeTag"] = copy.tag
        record["fields"] = {name: copy.fields[name] for name in sorted(copy.dirty)}
    if copy.parent and (copy.tag is None or copy.dirty & {"List", "ParentList"}):
        record["parent"] = {"recordName": copy.parent}
    return {"operationType": "create" if copy.tag is None else "update", "record": record}
