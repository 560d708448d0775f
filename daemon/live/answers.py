"""What the service is believed to answer to one request: codes, atomic failures, tokens, pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from daemon.live.belief import Belief, Outcome, Seen, all_done, as_wanted, refused_as
from daemon.live.scene import LOOKS, Answer, Record, Scene, answered
from store.model import Field, Priority
from sync.codec import fields, operations
from sync.codec.encode import NoRecords, update_reminder
from sync.codec.reading import change_tag_of, name_of
from sync.errors import ServiceError, SyncTokenExpired
from sync.remote.cloudkit import Failure

__all__ = ["ANSWERS"]

_LINK = "https://example.com/"


def _retitled(scene: Scene, record: Record) -> Mapping[str, Any]:
    """One operation that gives a reminder a title that it never had."""
    title = f"Scratch {scene.mint()[:8]}"
    changes = {Field.TITLE: title}
    (operation,) = update_reminder(scene.context(), record, changes, NoRecords()).operations
    return operation


def _list(scene: Scene) -> Outcome:
    return as_wanted("done", answered(scene.create_list()))


def _reminder(scene: Scene) -> Outcome:
    answers = scene.create(
        title="Scratch", notes="Made by remindersd doctor", tags=frozenset({"scratch"}),
        priority=Priority.HIGH, urls=frozenset({_LINK}),
    )  # fmt: skip
    return all_done(answers)


def _echo(scene: Scene) -> Outcome:
    look = scene.awaited(lambda one: name_of(one) == scene.made["reminder"])
    if look is None:
        return Outcome(Seen.DIFFERS, f"it did not come in {LOOKS} looks")
    return Outcome(Seen.HOLDS, f"it came at look {look}")


def _database_feed(scene: Scene) -> Outcome:
    changed = scene.cloud.database_changes("private", None)
    there = any(zone.zone == scene.zone for zone in changed.zones)
    return as_wanted("named", "named" if there else "not named")


def _kept(scene: Scene) -> Outcome:
    scene.send([_retitled(scene, scene.record("reminder"))])
    value = fields.integer(scene.record("reminder"), "Priority")
    return as_wanted("kept", "kept" if value == 1 else "not kept")


def _stale(scene: Scene) -> Outcome:
    old = scene.record("reminder")
    scene.send([_retitled(scene, old)])
    (answer,) = scene.send([_retitled(scene, old)])
    return refused_as(answer, "CONFLICT")


def _missing(scene: Scene) -> Outcome:
    ghost = {**scene.record("reminder"), "recordName": f"Reminder/{scene.mint()}"}
    (answer,) = scene.send([_retitled(scene, ghost)])
    return refused_as(answer, "NOT_FOUND")


def _taken(scene: Scene) -> Outcome:
    found = scene.seen(scene.made["list"])
    if isinstance(found, Failure):
        return Outcome(Seen.UNCLEAR, answered(found))
    name = {"Name": operations.encrypted(scene.title)}
    (answer,) = scene.send([operations.create(scene.made["list"], name, None)])
    return refused_as(answer, "EXISTS")


def _lookup(scene: Scene) -> Outcome:
    return refused_as(scene.seen(f"Reminder/{scene.mint()}"), "NOT_FOUND")


def _pair(scene: Scene, *, atomic: bool) -> tuple[list[Answer], bool]:
    """One good operation and one on nothing in a request: the answers, and if the good one is."""
    record = scene.record("reminder")
    ghost = {**record, "recordName": f"Reminder/{scene.mint()}"}
    sent = [_retitled(scene, record), _retitled(scene, ghost)]
    answers = scene.send(sent, atomic=atomic)
    now = scene.record("reminder")
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
    found = scene.seen(scene.made["list"])
    if isinstance(found, Failure):
        return Outcome(Seen.UNCLEAR, answered(found))
    (answer,) = scene.send([operations.delete(found, "List")])
    return refused_as(answer, "VALIDATING_REFERENCE_ERROR", "VALIDATING_REFERENCE")


def _plain_name(scene: Scene) -> Outcome:
    plain = {"Name": operations.string(scene.title)}
    (answer,) = scene.send([operations.update(scene.record("list"), "List", plain)])
    refused = isinstance(answer, Failure)
    return Outcome(Seen.HOLDS if refused else Seen.DIFFERS, answered(answer))


def _refused_beside(scene: Scene) -> Outcome:
    record = scene.record("reminder")
    plain = {"Name": operations.string(scene.title)}
    refused = operations.update(scene.record("list"), "List", plain)
    answers = scene.send([refused, _retitled(scene, record)])
    said = f"{answered(answers[0])} beside {answered(answers[1])}"
    applied = change_tag_of(scene.record("reminder")) != change_tag_of(record)
    return Outcome(Seen.HOLDS if applied else Seen.DIFFERS, said)


def _forms(scene: Scene) -> Outcome:
    id, known = scene.id("reminder"), scene.known()
    wanted = [(one, "Name", "scratch") for one in known.hashtags_of(id)]
    wanted += [(one, "URL", _LINK) for one in known.attachments_of(id)]
    return Outcome(Seen.LEARNED, "; ".join(_form(*one) for one in wanted) or "they are not there")


def _form(record: Mapping[str, Any], name: str, written: str) -> str:
    field = fields.fields_of(record)[name]
    same = "as it was written" if field.get("value") == written else "in another form"
    return f"{name}: {field.get('type', 'no type')}, {same}"


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
    known = any(name_of(one) == scene.made["reminder"] for one in page.records)
    return Outcome(Seen.LEARNED, "it goes on there" if known else "taken, for something else")


ANSWERS = (
    Belief("a list is taken as we write it", "Field types", _list),
    Belief(
        "a reminder, its tag and its link are taken as we write them",
        "Tags, links and rules",
        _reminder,
    ),
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
    Belief("a name that is not encrypted is refused", "Field types", _plain_name),
    Belief(
        "a field that is refused stops no other operation",
        "Errors, limits, throttling",
        _refused_beside,
    ),
    Belief("how tags and links come back is not known", "Hashtag names", _forms),
    Belief("a token that is none is refused as one that is over", "Endpoints", _bad_token),
    Belief("what the other feed makes of a token is not known", "Endpoints", _other_feed),
)
"""In the order in which they are tried."""
