"""The identities of new lists and groups: made from account and name, the same on any machine."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice

from store.db import Store
from sync.core.matching.identity import derived
from sync.core.matching.newcomers import ALIKE

__all__ = ["Minting"]


class Minting:
    """Names what is new in the account of a store; ``taken`` are all that there is, or was."""

    def __init__(self, store: Store, taken: Collection[str]) -> None:
        self._account = (store.meta.get("apple_id") or "").casefold()
        self._taken = taken

    def new(self, kind: str, name: str) -> str:
        """The first identity of a ``list`` or ``group`` of that name that nothing ever had."""
        return next(id for id in self._ids(kind, name) if id not in self._taken)

    def is_made_of(self, id: str, name: str) -> bool:
        """Whether a machine made this list of a file of that name."""
        return id in islice(self._ids("list", name), ALIKE)

    def _ids(self, kind: str, name: str) -> Iterator[str]:
        return derived(self._account, kind, name.casefold())
