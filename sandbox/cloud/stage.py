"""A zone as it would be if some writes were committed, and the commit itself."""

from __future__ import annotations

from sandbox.cloud.changelog import ChangeLog
from sandbox.cloud.record import StoredRecord


class Stage:
    """Writes laid over a change log; nothing reaches it before `commit`."""

    def __init__(self, log: ChangeLog) -> None:
        self._log = log
        self._staged: dict[str, StoredRecord] = {}

    def get(self, name: str) -> StoredRecord | None:
        """The live record of that name, None if there is none or it is deleted."""
        found = self._staged.get(name) or self._log.records.get(name)
        return None if found is None or found.deleted else found

    def put(self, record: StoredRecord) -> None:
        """Lay a version over the log."""
        self._staged[record.name] = record

    def referrers(self, name: str) -> list[str]:
        """Live records other than `name` itself that refer to it with VALIDATE."""
        holders = {held for held in self._log.referrers(name) if held not in self._staged}
        for staged in self._staged.values():
            if name in staged.validated_targets():
                holders.add(staged.name)
        return sorted(holders - {name})

    def commit(self, now_ms: int) -> None:
        """Append what was laid over, in order; `now_ms` is since 1970."""
        for record in self._staged.values():
            self._log.append(record, now_ms)
