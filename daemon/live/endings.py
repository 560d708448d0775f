"""What is believed of deleting, softly and for good, and of bringing back what was deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from daemon.live.belief import Belief, Outcome, Seen, all_done, as_wanted, refused_as
from daemon.live.known import Known
from daemon.live.scene import Answer, Scene, answered, gone
from sync.codec import encode, fields, operations
from sync.codec.operations import Group
from sync.codec.purging import purge_list, purge_reminder, records_named
from sync.codec.reading import name_of
from sync.codec.reviving import revive_reminder
from sync.remote.cloudkit import LIMIT, Failure

__all__ = ["ENDINGS", "purge", "revive", "soft"]


def soft(scene: Scene, part: str) -> list[Answer]:
    """Delete a reminder as the apps do it."""
    return scene.send_group(encode.delete_reminder(scene.context(), scene.record(part)))


def purge(scene: Scene, part: str) -> list[Answer]:
    """Delete a reminder for good, with all that hangs on it; what was seen of it is kept."""
    scene.last = scene.known()
    return scene.send_group(_purging(scene, part, scene.last))


def revive(scene: Scene, part: str) -> list[Answer]:
    """Bring back what was purged, under its old names."""
    record = scene.last.get(scene.made[part])
    if record is None:
        return []
    around = scene.last.around()
    revival = revive_reminder(scene.context(), record, around, frozenset(), None)
    return scene.send_group(revival.group)


def _purging(scene: Scene, part: str, known: Known) -> Group:
    record = known.get(scene.made[part])
    if record is None:
        raise ValueError("it was never seen")
    return purge_reminder(record, known, _stays, LIMIT)


def _stays(record: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    raise ValueError("a subtask is in the way")


# ---- one by one


def _soft(scene: Scene) -> Outcome:
    answers = soft(scene, "reminder")
    return all_done(answers, fields.flag(scene.record("reminder"), "Deleted"), "without Deleted 1")


def _back(scene: Scene) -> Outcome:
    answers = scene.send_group(encode.undelete_reminder(scene.context(), scene.record("reminder")))
    living = not fields.flag(scene.record("reminder"), "Deleted")
    return all_done(answers, living, "it is deleted still")


def _list_softly(scene: Scene) -> Outcome:
    answers = scene.send_group(encode.delete_list(scene.context(), scene.record("second")))
    living = not fields.flag(scene.record("reminder"), "Deleted")
    return all_done(answers, living, "the reminder in it is deleted as well")


def _list_back(scene: Scene) -> Outcome:
    answers = scene.send_group(encode.undelete_list(scene.context(), scene.record("second")))
    living = not fields.flag(scene.record("second"), "Deleted")
    return all_done(answers, living, "it is deleted still")


def _subtask(scene: Scene) -> Outcome:
    made = scene.create("subtask", "second", title="Scratch part", parent=scene.id("reminder"))
    answers = [*made, *soft(scene, "reminder")]
    living = not fields.flag(scene.record("subtask"), "Deleted")
    return all_done(answers, living, "the subtask is deleted as well")


def _in_the_way(scene: Scene) -> Outcome:
    (answer,) = scene.send([operations.delete(scene.record("reminder"), "Reminder")])
    if not isinstance(answer, Failure):
        return Outcome(Seen.DIFFERS, answered(answer))
    ours = set(scene.notes.names()) - {scene.made["reminder"]}
    named = records_named(answer.reason)
    if named & (ours | {fields.bare_id(name) for name in ours}):
        return Outcome(Seen.HOLDS, f"{answer.code} names it")
    return Outcome(Seen.DIFFERS, f"{answer.code} names {'another' if named else 'nothing'}")


def _stale(scene: Scene) -> Outcome:
    old = scene.record("copy")
    scene.change("copy", title="Scratch copy")
    (answer,) = scene.send([operations.delete(old, "Reminder")])
    return refused_as(answer, "CONFLICT")


def _purge(scene: Scene) -> Outcome:
    answers = purge(scene, "series")
    return all_done(answers, _is_gone(scene, "series"), "it is there still")


def _tombstone(scene: Scene) -> Outcome:
    series = scene.made["series"]
    if scene.awaited(lambda one: name_of(one) == series and gone(one)) is None:
        return Outcome(Seen.DIFFERS, "it does not come")
    pages = scene.cloud.walk(scene.zone, scene.begin)
    (one,) = (one for page in pages for one in page.records if name_of(one) == series)
    bare = not fields.fields_of(one) and "recordType" not in one
    return as_wanted("bare", "bare" if bare else "with a type, or fields")


def _revive(scene: Scene) -> Outcome:
    answers = revive(scene, "series")
    return all_done(answers, not _is_gone(scene, "series"), "it is gone still")


def _tagless(scene: Scene) -> Outcome:
    scene.last = scene.known()
    answers = scene.send_group(_purging(scene, "series", scene.last.untagged()))
    return all_done(answers, _is_gone(scene, "series"), "it is there still")


def _nothing(scene: Scene) -> Outcome:
    (*_, last) = _purging(scene, "series", scene.last.untagged()).operations
    (answer,) = scene.send([last])
    good = answer.gone if isinstance(answer, Failure) else gone(answer)
    return Outcome(Seen.HOLDS if good else Seen.DIFFERS, answered(answer))


def _is_gone(scene: Scene, part: str) -> bool:
    found = scene.seen(scene.made[part])
    return found.gone if isinstance(found, Failure) else gone(found)


def _whole_list(scene: Scene) -> Outcome:
    known = scene.known()
    group = purge_list(scene.record("second"), known, _stays, LIMIT)
    answers = scene.send_group(group)
    return all_done(answers, _is_gone(scene, "second"), "it is there still")


ENDINGS = (
    Belief("a softly deleted record is still there, with Deleted 1", "Deleting", _soft),
    Belief("a soft deletion is taken back by an update", "Deleting", _back),
    Belief("a list goes softly by its record alone", "Deleting", _list_softly),
    Belief("a list comes back by an update", "Deleting", _list_back),
    Belief("a subtask lives on when its parent goes softly", "Deleting", _subtask),
    Belief("a refused deletion names what is in the way", "Deleting", _in_the_way),
    Belief("a deletion with an old change tag is CONFLICT", "records/modify", _stale),
    Belief("a reminder goes for good with all of it, in one request", "Deleting", _purge),
    Belief("what went for good is told as a bare tombstone", "Endpoints", _tombstone),
    Belief("what went for good comes back by forceUpdate", "Deleting", _revive),
    Belief("forceDelete deletes without a tag", "records/modify", _tagless),
    Belief("forceDelete of nothing is done, or NOT_FOUND", "records/modify", _nothing),
    Belief("a list goes for good with all of it, in one request", "Deleting", _whole_list),
)
"""In the order in which they are tried."""
