"""Ordering and packing: groups of operations into the fewest requests that keep their order.

Rules: a group is indivisible; what a group needs was created in an earlier request or earlier in
the same one; groups of several operations travel in atomic requests, single operations in others,
so that one refused operation takes no stranger down; deletions come last, in rank order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

__all__ = ["LIMIT", "Request", "Sendable", "pack"]

LIMIT = 200  # operations in one request: CloudKit's documented maximum


class Sendable(Protocol):
    """A group: its wire operations, where it stands in the dependency order, and what it needs.

    ``creates`` and ``needs`` are record names; ``deletes`` says that it removes something.
    """

    @property
    def operations(self) -> Sequence[Mapping[str, Any]]: ...
    @property
    def rank(self) -> int: ...
    @property
    def creates(self) -> frozenset[str]: ...
    @property
    def needs(self) -> frozenset[str]: ...
    @property
    def deletes(self) -> bool: ...


G = TypeVar("G", bound=Sendable)


@dataclass(frozen=True, slots=True)
class Request(Generic[G]):
    """One ``records/modify``: its groups in order, applied all together or one by one."""

    groups: tuple[G, ...]
    atomic: bool


def pack(groups: Sequence[G], limit: int = LIMIT) -> list[Request[G]]:
    """Pack groups into requests; groups in a cycle of needs are sent last, as they came.

    Raises ValueError for a group larger than ``limit``.
    """
    for group in groups:
        if len(group.operations) > limit:
            raise ValueError(f"a group of {len(group.operations)} operations exceeds {limit}")
    building = sorted((g for g in groups if not g.deletes), key=lambda g: g.rank)
    removing = sorted((g for g in groups if g.deletes), key=lambda g: g.rank)
    runs = _runs(building)
    for run in _split_kinds(removing):
        if runs and _is_atomic(runs[-1][0]) is _is_atomic(run[0]):
            runs[-1] = [*runs[-1], *run]
        else:
            runs.append(run)
    return [request for run in runs for request in _fill(run, limit)]


def _runs(waiting: Sequence[G]) -> list[list[G]]:
    """Cut into runs of one kind each, every group after what it needs, with few changes of kind."""
    created_here = frozenset(name for group in waiting for name in group.creates)
    left, made, runs = list(waiting), set[str](), list[list[G]]()
    atomic = False
    idle_turns = 0
    while left and idle_turns < 2:
        run: list[G] = []
        rest: list[G] = []
        for group in left:
            ready = (group.needs & created_here) - group.creates <= made
            if ready and _is_atomic(group) is atomic:
                run.append(group)
                made |= group.creates
            else:
                rest.append(group)
        idle_turns = 0 if run else idle_turns + 1
        if run:
            runs.append(run)
        left, atomic = rest, not atomic
    return runs + _split_kinds(left)


def _is_atomic(group: Sendable) -> bool:
    return len(group.operations) > 1


def _split_kinds(groups: Sequence[G]) -> list[list[G]]:
    runs: list[list[G]] = []
    for group in groups:
        if runs and _is_atomic(runs[-1][0]) is _is_atomic(group):
            runs[-1].append(group)
        else:
            runs.append([group])
    return runs


def _fill(run: Sequence[G], limit: int) -> list[Request[G]]:
    requests: list[Request[G]] = []
    batch: list[G] = []
    size = 0
    for group in run:
        if batch and size + len(group.operations) > limit:
            requests.append(Request(tuple(batch), _is_atomic(batch[0])))
            batch, size = [], 0
        batch.append(group)
        size += len(group.operations)
    if batch:
        requests.append(Request(tuple(batch), _is_atomic(batch[0])))
    return requests
