"""What each answer of iCloud means for what was sent: done, again later, looked up, or set aside.

Rules it keeps
1. Mirror and base advance in one commit, only for what was acknowledged record by record.
2. A refused item takes down its own group and nothing else. What is refused for good is parked
   with its reason.
3. What is contradicted is to be looked up, so that the next plan sees how it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from store.activity.outbox import REMOVALS, STANDING, Intent
from store.base.sections import SectionBase
from store.db import Store
from store.model import Field
from store.remote.zones import PRIVATE
from sync.codec.operations import Group
from sync.codec.purging import records_named
from sync.cycle.observing.observe import remember, take_answers
from sync.cycle.sending.uploading import Receipts, keep_files
from sync.remote.answers import Failure

__all__ = ["Answers", "Parcel", "Pushed", "acknowledge", "park", "settle"]

TRIES = 5  # before an operation whose references never resolve is parked
# What was edited comes after what lives again, a done copy after its occurrence, and the place of
# a list's file after what it said.
# After what a person wished for come the files.
_DELETING = ("delete", "delete-list", "purge", "purge-list", *REMOVALS)
_MORE_TO_COME = ("undelete", "occurrence", "update-list", *STANDING)
FULL_WAIT_MS = 5 * 60_000  # before trying again where there is no room, doubled each time
FULL_WAIT_MOST_MS = 6 * 3_600_000
WAIT_S = 5.0  # before trying again what the service asked to try later

Answers = Sequence[dict[str, Any] | Failure]
"""One item for each operation of a request, in their order."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """An intent with the group of operations that carries it out."""

    intent: Intent
    group: Group
    receipts: Receipts = field(default_factory=dict)
    zone: str = PRIVATE  # its key

    @property
    def operations(self) -> Sequence[Mapping[str, Any]]:
        return self.group.operations

    @property
    def names(self) -> set[str]:
        """The records that it is for."""
        return {str(operation["record"]["recordName"]) for operation in self.operations}

    @property
    def rank(self) -> int:
        return int(self.group.rank)

    @property
    def creates(self) -> frozenset[str]:
        return self.group.creates

    @property
    def needs(self) -> frozenset[str]:
        return self.group.needs

    @property
    def standing(self) -> bool:
        """Whether a person wished it by a verb."""
        return self.intent.kind in STANDING

    @property
    def deletes(self) -> bool:
        return self.intent.kind in _DELETING


@dataclass(slots=True)
class Pushed:
    """What sending came to: reminders acknowledged, and what has to be done about the rest."""

    now_ms: int
    acknowledged: int = 0
    refused: list[str] = field(default_factory=list)  # why, for a person
    postponed: list[str] = field(default_factory=list)  # why files could not be sent now
    unsettled: set[str] = field(default_factory=set)  # record names to look up
    walk: bool = False  # whether the whole zone has to be read to know what is there
    retry_after_s: float | None = None

    def wait(self, seconds: float) -> None:
        """Come back in ``seconds``, or sooner if that was said before."""
        before = self.retry_after_s
        self.retry_after_s = seconds if before is None else min(seconds, before)


def settle(
    store: Store, parcels: Sequence[Parcel], answers: Answers, result: Pushed, failed: set[str]
) -> list[Parcel]:
    """Take the answers of one request, in one commit; gives what has to be sent again."""
    with store.commit("acknowledge"):
        siblings, culprits = _take_answers(store, parcels, answers, result, failed)
        if culprits:
            return siblings
        for parcel in siblings:  # an atomic failure that names no culprit
            unnamed = Failure("", "ATOMIC_ERROR", "no operation was named")
            _refuse(store, parcel, [unnamed], result)
    return []


def _take_answers(
    store: Store,
    parcels: Sequence[Parcel],
    answers: Answers,
    result: Pushed,
    failed: set[str],
) -> tuple[list[Parcel], int]:
    """Settle each group by its own items; gives those that failed for another's sake."""
    siblings: list[Parcel] = []
    culprits = place = 0
    for parcel in parcels:
        items = answers[place : place + len(parcel.operations)]
        place += len(parcel.operations)
        failures = [item for item in items if isinstance(item, Failure)]
        if not failures:
            records = [item for item in items if isinstance(item, dict)]
            take_answers(store, parcel.operations, records, parcel.zone)
            if parcel.receipts:
                keep_files(store, parcel.receipts)
                remember(store, records, parcel.zone)  # decoded anew, with their files
            acknowledge(store, parcel.intent)
            result.acknowledged += 1
            intent = parcel.intent
            more = intent.kind in _MORE_TO_COME or _waits_for_section(intent)
            if more or _left_over(store, intent):
                result.wait(0.0)
        elif all(failure.atomic_sibling for failure in failures):
            siblings.append(parcel)
        else:
            culprits += 1
            failed |= parcel.creates
            _refuse(store, parcel, failures, result)
    return siblings, culprits


def acknowledge(store: Store, intent: Intent) -> None:
    """iCloud has what was wanted: the base may say so, and the outbox forget it."""
    match intent.kind:
        case "delete" | "purge":
            if not _left_over(store, intent):
                store.bases.drop(intent.id)
                store.places.clear_vanished(intent.id)
                store.places.drop_lines(intent.id)
        case "update-list":
            _list_acknowledged(store, intent)
        case "delete-list" | "purge-list":
            if not _left_over(store, intent):
                store.bases.drop_list(intent.id)
                store.places.clear_vanished(intent.id)
        case "occurrence":
            store.bases.set(intent.id, {**intent.changes, Field.DONE: None}, placed=True)
            store.occurrences.settle(intent.id, intent.texts["due"] or "")
        case "create" | "update" | "undelete":
            store.bases.set(intent.id, intent.changes, placed=True)
        case "add" if "section" in intent.texts:
            _put_in_section(store, intent)
        case "rename-section" | "delete-section" | "sections":
            _sections_acknowledged(store, intent)
    store.outbox.drop(intent.seq)
    if intent.kind in REMOVALS and _left_over(store, intent):  # it is not as it was by now
        store.outbox.add([Intent(intent.id, intent.kind)])


def _sections_acknowledged(store: Store, intent: Intent) -> None:
    if intent.kind == "delete-section":
        store.sections.drop(intent.id)
    elif intent.kind == "rename-section":
        texts = intent.texts
        store.sections.set(intent.id, SectionBase(texts["list"] or "", texts["name"] or ""))
    else:
        agreed = store.bases.some(intent.texts)
        for id in agreed:
            store.bases.set(id, {Field.SECTION: intent.texts[id]})


def _put_in_section(store: Store, intent: Intent) -> None:
    """What was just made is to be put into its section: one wish for each list."""
    list_id = str(intent.changes[Field.LIST])
    waiting = [
        one
        for one in store.outbox.of(list_id)
        if (one.kind, one.state) == ("set-sections", "queued")
    ]
    texts = {id: name for one in waiting for id, name in one.texts.items()}
    store.outbox.drop_many(one.seq for one in waiting)
    wish = Intent(list_id, "set-sections", texts={**texts, intent.id: intent.texts["section"]})
    store.outbox.add([wish])


def _waits_for_section(intent: Intent) -> bool:
    """Whether the reminder is put into a section now that it is where it shall be."""
    return intent.kind in ("create", "update") and "section" in intent.texts


def _left_over(store: Store, intent: Intent) -> bool:
    """Whether a deletion for good took more than one request could do: the rest is planned anew."""
    if intent.kind not in ("purge", "purge-list", "remove-for-good"):
        return False
    kind = "List" if intent.kind == "purge-list" else "Reminder"
    return any(store.mirror.record(name) is not None for name in (f"{kind}/{intent.id}", intent.id))


def _list_acknowledged(store: Store, intent: Intent) -> None:
    base, texts = store.bases.get_list(intent.id), intent.texts
    if base is not None:
        known = {"name": base.name, "group": base.group, "color": base.color}
        known["emblem"] = base.emblem
        now = {what: texts.get(what, value) for what, value in known.items()}
        name = now.pop("name") or base.name
        store.bases.set_list(intent.id, replace(base, name=name, **now))


def _refuse(store: Store, parcel: Parcel, failures: Sequence[Failure], result: Pushed) -> None:
    """Decide what one refused group means; the first failure that is no sibling's speaks."""
    intent = parcel.intent
    failure = next((one for one in failures if not one.atomic_sibling), failures[0])
    names = parcel.names
    if failure.gone:
        _not_known(store, intent, failure, result)
        return
    if failure.conflict or failure.exists:
        # Someone else was there, perhaps we ourselves: the next plan decides on what it finds.
        result.unsettled |= names
        return
    if failure.full:  # the person is told; it is tried again, ever more rarely
        wait_ms = min(FULL_WAIT_MS << min(intent.attempts, 10), FULL_WAIT_MOST_MS)
        reason = f"{failure.code}: {failure.reason or 'there is no room left'}"
        park(store, intent, reason, result, result.now_ms + wait_ms)
        return
    if failure.reference and parcel.deletes:
        in_the_way = records_named(failure.reason) - names
        store.blockers.note(failure.record_name, in_the_way)
        result.unsettled |= names | in_the_way
    if failure.refused or (not failure.retryable and intent.attempts + 1 >= TRIES):
        park(store, intent, f"{failure.code}: {failure.reason or 'no reason given'}", result)
        return
    store.outbox.requeue(intent.seq)
    result.wait(failure.retry_after_s if failure.retry_after_s is not None else WAIT_S)


def _not_known(store: Store, intent: Intent, failure: Failure, result: Pushed) -> None:
    """It does not know the record now: gone, and the feed will say so; or it lags behind the feed.

    What the feed keeps silent about is for a walk to decide, and what that shows is for a person.
    """
    tries = intent.attempts + 1
    if tries >= 2 * TRIES:
        park(store, intent, f"{failure.code}: iCloud lists it, and takes no change of it", result)
        return
    store.outbox.requeue(intent.seq)
    result.walk = result.walk or tries == TRIES
    result.wait(0.0 if tries == 1 else WAIT_S * 2**tries)


def park(
    store: Store, intent: Intent, reason: str, result: Pushed, again_ms: int | None = None
) -> None:
    """Set it aside for a person, who is told why, or until ``again_ms``."""
    store.outbox.park(intent.seq, reason, result.now_ms, again_ms)
    result.refused.append(reason)
