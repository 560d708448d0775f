"""Fetching what records keep in files beside them, after a pull and before anything is planned.

A file that cannot be had is tried again, later and later, and stops nothing: what depends on it is
unknown meanwhile. Nothing is asked for when nothing is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from store.db import Store
from store.remote.zones import PRIVATE
from sync.codec.assets import asset_value, mark_of
from sync.cycle.observing.observe import remember, zone_id
from sync.errors import NetworkError, ServiceError, Throttled, ZoneMissing
from sync.remote.cloudkit import ZoneId

__all__ = ["Fetched", "Fetcher", "Files", "Patience"]

_FIRST_WAIT_S = 60.0
_LONGEST_WAIT_S = 3600.0


class Files(Protocol):
    """The call of the iCloud side that brings files."""

    def fetch(self, zone: ZoneId, name: str, field: str, value: Mapping[str, Any]) -> bytes: ...


@dataclass(slots=True)
class Fetched:
    """How many files came, and what was in the way of others, as sentences."""

    count: int = 0
    problems: list[str] = field(default_factory=list)


class Patience:
    """When each file may be tried again; seconds on one clock."""

    def __init__(self) -> None:
        self._failures: Counter[str] = Counter()
        self._not_before_s: dict[str, float] = {}
        self._all_wait_until_s = 0.0

    def allows(self, key: str, now_s: float) -> bool:
        """Whether it is time to try (again)."""
        return now_s >= max(self._all_wait_until_s, self._not_before_s.get(key, 0.0))

    def failed(self, key: str, now_s: float, error: Exception) -> bool:
        """Wait, twice as long each time; says whether the host, not this file, is in trouble."""
        self._failures[key] += 1
        wait_s = min(_FIRST_WAIT_S * 2.0 ** min(self._failures[key] - 1, 6), _LONGEST_WAIT_S)
        self._not_before_s[key] = now_s + wait_s
        if not isinstance(error, NetworkError):
            return False
        told_s = error.retry_after_s if isinstance(error, Throttled) else None
        self._all_wait_until_s = now_s + (wait_s if told_s is None else told_s)
        return True

    def forget(self, key: str) -> None:
        """It came."""
        self._failures.pop(key, None)
        self._not_before_s.pop(key, None)


class Fetcher:
    """Brings files for one process; ``clock`` is Unix seconds."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._patience = Patience()

    def documents(self, cloud: Files) -> Fetched:
        """Fetch what planning needs and does not have. Raises what concerns the whole account."""
        result = Fetched()
        for name, asset_field in self._store.documents.missing():
            key, now_s = f"{name} {asset_field}", self._clock()
            if not self._patience.allows(key, now_s):
                continue
            try:
                result.count += self._document(cloud, name, asset_field)
                self._patience.forget(key)
            except (NetworkError, ServiceError) as error:
                if isinstance(error, ZoneMissing) and self._store.mirror.zone_of(name) == PRIVATE:
                    raise
                result.problems.append(f"a file of iCloud's is not here yet: {error.message}")
                if self._patience.failed(key, now_s, error):
                    break
        return result

    def _document(self, cloud: Files, name: str, asset_field: str) -> bool:
        record = self._store.mirror.record(name)
        value = asset_value(record, asset_field) if record is not None else None
        zone = self._store.mirror.zone(self._store.mirror.zone_of(name) or PRIVATE)
        if record is None or value is None or zone is None or zone.gone:
            return False
        data = cloud.fetch(zone_id(zone), name, asset_field, value)
        with self._store.commit("document"):
            self._store.documents.put(name, asset_field, mark_of(record, value), data)
            remember(self._store, [record], zone.key)
        return True
