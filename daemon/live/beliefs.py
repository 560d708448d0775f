"""What is believed of the service and can be seen without a device; each belief is one object.

    believed   the sentence, as docs/wire.md has it
    where      the section there
    look       tries it in the scratch list, and says what was seen

What was seen names codes and counts, never an id, a title or a token: it goes into a report.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from daemon.live.scene import Answer, Record, Scene, answered
from store.model import Field, Priority
from sync.codec import fields, operations
from sync.errors import RemindersdError, ServiceError, SyncTokenExpired
from sync.remote.cloudkit import LIMIT, Failure

__all__ = ["BELIEFS", "Belief", "Outcome", "Seen", "looked"]

_LOOKS = 12  # at a feed that may lag, a second apart


class Seen(StrEnum):
    """How a belief stands after it was tried."""

    HOLDS = "holds"
    DIFFERS = "differs"
    LEARNED = "learned"  # nothing was believed; this is so
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was seen."""

    seen: Seen
    said: str


@dataclass(frozen=True, slots=True)
class Belief:
    """One belief; those that follow build on what it made."""

    believed: str
    where: str
    look: Callable[[Scene], Outcome]


def looked(belief: Belief, scene: Scene) -> Outcome:
    """Try it; what fails is unclear, in words that say nothing about the account."""
    try:
        return belief.look(scene)
    except RemindersdError as error:
        code = error.server_code if isinstance(error, ServiceError) else ""
        return Outcome(Seen.UNCLEAR, f"it ended with {error.code} {code}".rstrip())
    except (ValueError, KeyError, TypeError) as error:  # an answer of a form that nobody foresaw
        return Outcome(Seen.UNCLEAR, f"it ended with {type(error).__name__}")


def _as(wanted: str, got: str) -> Outcome:
    return Outcome(Seen.HOLDS if got == wanted else Seen.DIFFERS, got)


def _code(answer: Answer, *wanted: str) -> Outcome:
    good = isinstance(answer, Failure) and answer.code in wanted
    return Outcome(Seen.HOLDS if good else Seen.DIFFERS, answered(answer))


def _record(scene: Scene) -> Record:
    """The scratch reminder as it is now; ServiceError where it is not to be had."""
    found = scene.seen(scene.reminder)
    if isinstance(found, Failure):
        raise ServiceError("the scratch reminder is not there", "", found.code)
    return found


def _retitled(scene: Scene, record: Record) -> dict[str, Any]:
    """One operation that gives the reminder a title that it never had."""
    title = f"Scratch {scene.mint()[:8]}"
    (operation,) = scene.update(record, {Field.TITLE: title}).operations
    return operation


# ---- one by one, in the order of the table


def _pages(scene: Scene) -> Outcome:
    for page in scene.cloud.walk(scene.zone, None):
        scene.pages.append(len(page.records))
        scene.begin = page.token
    most = max(scene.pages, default=0)
    said = f"{len(scene.pages)} pages, the longest of {most} records"
    return Outcome(Seen.HOLDS if most <= LIMIT else Seen.DIFFERS, said)


def _list(scene: Scene) -> Outcome:
    return _as("done", answered(scene.create_list()))


def _reminder(scene: Scene) -> Outcome:
    answers = scene.create(
        title="Scratch", notes="Made by remindersd doctor", tags=frozenset({"scratch"}),
        priority=Priority.HIGH, urls=frozenset({"https://example.com/"}),
    )  # fmt: skip
    first = answers[0]
    scene.reminder = first.record_name if isinstance(first, Failure) else first["recordName"]
    said = sorted({answered(answer) for answer in answers})
    return _as("done", ", ".join(said))


def _echo(scene: Scene) -> Outcome:
    for tries in range(1, _LOOKS + 1):
        pages = scene.cloud.walk(scene.zone, scene.begin)
        if any(one.get("recordName") == scene.reminder for page in pages for one in page.records):
            return Outcome(Seen.HOLDS, f"it came at look {tries}")
        scene.pause(1.0)
    return Outcome(Seen.DIFFERS, f"it did not come in {_LOOKS} looks")


def _database_feed(scene: Scene) -> Outcome:
    changed = scene.cloud.database_changes("private", None)
    there = any(zone.zone == scene.zone for zone in changed.zones)
    return _as("named", "named" if there else "not named")


def _kept(scene: Scene) -> Outcome:
    scene.send([_retitled(scene, _record(scene))])
    value = fields.integer(_record(scene), "Priority")
    return _as("kept", "kept" if value == 1 else "not kept")


def _stale(scene: Scene) -> Outcome:
    old = _record(scene)
    scene.send([_retitled(scene, old)])
    (answer,) = scene.send([_retitled(scene, old)])
    return _code(answer, "CONFLICT")


def _missing(scene: Scene) -> Outcome:
    ghost = {**_record(scene), "recordName": f"Reminder/{scene.mint()}"}
    (answer,) = scene.send([_retitled(scene, ghost)])
    return _code(answer, "NOT_FOUND")


def _taken(scene: Scene) -> Outcome:
    found = scene.seen(scene.list_name)
    if isinstance(found, Failure):
        return Outcome(Seen.UNCLEAR, answered(found))
    name = {"Name": operations.encrypted(scene.title)}
    (answer,) = scene.send([operations.create(scene.list_name, name, None)])
    return _code(answer, "EXISTS")


def _lookup(scene: Scene) -> Outcome:
    return _code(scene.seen(f"Reminder/{scene.mint()}"), "NOT_FOUND")


def _pair(scene: Scene, *, atomic: bool) -> tuple[list[Answer], bool]:
    """One good operation and one on nothing in a request: the answers, and if the good one is."""
    record = _record(scene)
    ghost = {**record, "recordName": f"Reminder/{scene.mint()}"}
    sent = [_retitled(scene, record), _retitled(scene, ghost)]
    answers = scene.send(sent, atomic=atomic)
    now = _record(scene)
    return answers, now.get("recordChangeTag") != record.get("recordChangeTag")


def _atomic(scene: Scene) -> Outcome:
    answers, applied = _pair(scene, atomic=True)
    said = f"{answered(answers[0])} beside {answered(answers[1])}"
    if applied:
        return Outcome(Seen.DIFFERS, f"{said}, and the other was applied")
    form = ("ATOMIC_ERROR beside NOT_FOUND", "BAD_REQUEST for the whole request")
    known = said.startswith(form) or any(getattr(one, "whole", False) for one in answers)
    return Outcome(Seen.HOLDS if known else Seen.DIFFERS, said)


def _independent(scene: Scene) -> Outcome:
    answers, applied = _pair(scene, atomic=False)
    said = f"{answered(answers[0])} beside {answered(answers[1])}"
    return Outcome(Seen.HOLDS if applied else Seen.DIFFERS, said)


def _referred(scene: Scene) -> Outcome:
    found = scene.seen(scene.list_name)
    if isinstance(found, Failure):
        return Outcome(Seen.UNCLEAR, answered(found))
    (answer,) = scene.send([operations.delete(found, "List")])
    return _code(answer, "VALIDATING_REFERENCE_ERROR", "VALIDATING_REFERENCE")


def _bad_token(scene: Scene) -> Outcome:
    try:
        scene.cloud.changes(scene.zone, "bm90IGEgdG9rZW4=", limit=1)
    except SyncTokenExpired:
        return Outcome(Seen.HOLDS, "refused as one that is over")
    except ServiceError as error:
        return Outcome(Seen.DIFFERS, f"refused with {error.server_code or error.code}")
    return Outcome(Seen.DIFFERS, "taken")


def _other_feed(scene: Scene) -> Outcome:
    try:
        page = scene.cloud.zone_changes(scene.zone, scene.begin)
    except ServiceError as error:
        return Outcome(Seen.LEARNED, f"refused with {error.server_code or error.code}")
    known = any(one.get("recordName") == scene.reminder for one in page.records)
    return Outcome(Seen.LEARNED, "it goes on there" if known else "taken, for something else")


def _soft(scene: Scene) -> Outcome:
    record = _record(scene)
    scene.remove(record, softly=True)
    found = scene.seen(scene.reminder)
    if isinstance(found, Failure):
        return Outcome(Seen.DIFFERS, answered(found))
    return _as("there, with Deleted 1", f"there, with Deleted {fields.integer(found, 'Deleted')}")


BELIEFS = (
    Belief(f"a page of the feed has at most {LIMIT} records", "Endpoints", _pages),
    Belief("a list is taken as we write it", "Field types", _list),
    Belief("a reminder, its tag and its link are taken as we write them", "Dates", _reminder),
    Belief("our own writes come back in the feed", "Endpoints", _echo),
    Belief("the database's feed names the zone", "Endpoints", _database_feed),
    Belief("an update keeps the fields that it does not name", "records/modify", _kept),
    Belief("an update with an old change tag is CONFLICT", "records/modify", _stale),
    Belief("an update of what is not there is NOT_FOUND", "records/modify", _missing),
    Belief("creating under a taken name is EXISTS", "records/modify", _taken),
    Belief("looking up what is not there is NOT_FOUND", "Endpoints", _lookup),
    Belief("a failed atomic request applies nothing, and says so", "records/modify", _atomic),
    Belief("without atomic, one failure stops no other", "records/modify", _independent),
    Belief("what a reference validates cannot be deleted", "records/modify", _referred),
    Belief("a token that is none is refused as one that is over", "Endpoints", _bad_token),
    Belief("what the other feed makes of a token is not known", "Endpoints", _other_feed),
    Belief("a softly deleted record is still there, with Deleted 1", "Deleting", _soft),
)
"""In the order in which they are tried."""
