"""One reminder's three states, with all that deciding on it needs."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from store.model import (
    Field,
    Presence,
    Present,
    Reminder,
    Value,
)
from sync.core.merging.merge import MISSING
from sync.core.repeating.occurrence import Occurrence
from sync.core.snapshot import (
    Evidence,
    Filed,
    ListView,
    LocalItem,
    Policy,
    RemoteItem,
    Snapshot,
)

__all__ = ["Case", "Values", "case_of"]

Values = Mapping[Field, Value]


@dataclass(frozen=True, slots=True)
class Case:
    """One reminder's three states; ``learned`` is what evidence adds to the stored base.

    ``there`` are the ids of all that iCloud is known to have, or to have had.
    """

    id: str
    remote: Presence[RemoteItem]
    local: Presence[LocalItem]
    base: Values
    learned: Values
    policy: Policy
    pending: Occurrence | None
    lists: Mapping[str, ListView]
    archived: bool = False
    filed: Filed | None = None
    returned: bool = False
    origin: bool = False
    there: Container[str] = ()

    def view(self, reminder: Reminder) -> ListView:
        """The list that ``reminder`` is in, blocked where nothing is known of it."""
        known = self.lists.get(reminder.list)
        return known or ListView(reminder.list, "", None, blocked="its list is not known")


def case_of(snapshot: Snapshot, policy: Policy, id: str) -> Case:
    """The three states of one reminder, its base with what evidence adds."""
    remote = snapshot.remote_of(id)
    stored = snapshot.base.get(id, {})
    there = remote.value.reminder if isinstance(remote, Present) else snapshot.asleep.get(id)
    learned = _learn(snapshot.in_flight.get(id, Evidence()), stored, there)
    return Case(
        id=id,
        remote=remote,
        local=snapshot.local_of(id),
        base={**stored, **learned} if learned else stored,
        learned=learned,
        policy=policy,
        pending=snapshot.pending.get(id),
        lists=snapshot.lists,
        archived=id in snapshot.archived,
        filed=snapshot.filed.get(id),
        returned=id in snapshot.returned,
        origin=id in snapshot.origins,
        there=snapshot.remote,
    )


def _learn(evidence: Evidence, stored: Values, remote: Reminder | None) -> Values:
    """What the base learns from operations that were sent and never answered."""
    if not evidence.sent or remote is None:
        return {}
    there = remote.values()
    return {
        name: there[name]
        for name, values in evidence.sent.items()
        if name in there and there[name] in values and stored.get(name, MISSING) != there[name]
    }
