"""`restore`: a deleted reminder comes back on both sides, with all that the mirror kept of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from store.remote.mirror import KEPT_MS
from sync.errors import CannotRestore, NetworkError
from tests.rig import Crash, Rig

FULL = "- [ ] Gone #tag ⏰ 10:00 ⏫ 🔁 every week 📅 2026-12-14\n    > A note\n"


def make(rig: Rig, text: str = FULL) -> str:
    rig.append("Inbox", text + "- [ ] Stays\n")
    rig.run()
    id = str(rig.shown("Gone").id)
    rig.phone.attach(id, "Attachment", {"Type": "URL", "URL": "https://x.example"})
    rig.phone.attach(id, "Assignment", {"Status": 1, "EncryptedAssigneeIdentifier": "someone"})
    rig.run()
    return id


def softly(rig: Rig, id: str) -> None:
    rig.phone.delete(id)


def for_good(rig: Rig, id: str) -> None:
    rig.phone.delete(id, hard=True)


def in_the_file(rig: Rig, id: str) -> None:
    lines = rig.read("Inbox").split("\n")
    at = next(place for place, line in enumerate(lines) if "Gone" in line)
    end = next(place for place, line in enumerate(lines) if place > at and line[:1] != " ")
    rig.save("Inbox", "\n".join(lines[:at] + lines[end:]))


def seen(rig: Rig) -> dict[str, Any]:
    shown = rig.shown("Gone")
    return {name: getattr(shown, name) for name in shown.__slots__}


@pytest.mark.parametrize("delete", [softly, for_good, in_the_file])
def test_it_comes_back_whole_on_both_sides(rig: Rig, delete: Callable[[Rig, str], None]) -> None:
    id = make(rig)
    before, lines = seen(rig), set(rig.read("Inbox").split("\n"))
    delete(rig, id)
    rig.run()
    assert rig.titles("Inbox") == {"Stays"}
    assert "Gone" not in rig.read("Inbox")
    with rig.counting() as requests:
        restored = rig.engine.restore(id)
    assert (restored.title, restored.list, restored.lost) == ("Gone", "Inbox", ())
    assert restored.anew is (delete is for_good)
    kinds = {one.split()[0] for sent in requests for one in _operations(sent)}
    assert kinds == ({"forceUpdate"} if delete is for_good else {"update"})
    rig.run()
    assert seen(rig) == before
    assert set(rig.read("Inbox").split("\n")) == lines
    rig.rest()


def _operations(sent: dict[str, Any]) -> list[str]:
    summary = sent["body_summary"] or {}
    return list(summary.get("operations", []))


@pytest.mark.parametrize("delete", [softly, for_good])
def test_its_line_that_stands_yet_is_known_without_its_id(
    rig: Rig, delete: Callable[[Rig, str], None]
) -> None:
    """It is restored before its line went; before the next cycle somebody rewrites that."""
    id = rig.phone.create("Inbox", "Gone")
    rig.run()
    delete(rig, id)
    rig.engine.restore(id)
    rig.replace("Inbox", rig.line("Inbox", "Gone"), "- [x] Gone")
    rig.run()
    assert [one.id for one in rig.phone.reminders() if one.title == "Gone"] == [id]
    assert rig.read("Inbox").count("Gone") == 1
    rig.rest()


def test_it_is_found_by_the_id_on_its_line(rig: Rig) -> None:
    id = make(rig)
    block = rig.line("Inbox", "Gone").rpartition("^")[2]
    softly(rig, id)
    rig.run()
    assert rig.engine.restore(f"^{block}").id == id
    rig.run()
    assert rig.line("Inbox", "Gone").endswith(f"^{block}")


def test_what_was_never_seen_gone_here_is_restored_before_its_line_goes(rig: Rig) -> None:
    id = make(rig)
    softly(rig, id)
    rig.engine.restore(id)
    rig.run()
    assert rig.titles("Inbox") == {"Gone", "Stays"}
    rig.rest()


def test_a_subtask_comes_back_below_its_parent_or_at_the_top_without_one(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Parent\n    - [ ] Gone\n    - [ ] Other\n- [ ] Stays\n")
    rig.run()
    gone, other, parent = (rig.shown(title).id for title in ("Gone", "Other", "Parent"))
    for id in (gone, other):
        for_good(rig, id)
    rig.run()
    rig.engine.restore(gone)
    rig.run()
    assert rig.shown("Gone").parent == parent
    for_good(rig, parent)
    rig.run()
    rig.engine.restore(other)
    rig.run()
    assert (rig.shown("Other").parent, rig.shown("Other").problems) == (None, ())
    rig.rest()


def test_what_was_taken_off_before_does_not_come_back(rig: Rig) -> None:
    id = make(rig)
    rig.replace("Inbox", " #tag", "")
    rig.run()
    for_good(rig, id)
    rig.run()
    rig.engine.restore(id)
    rig.run()
    assert rig.shown("Gone").tags == ()
    rig.rest()


def test_a_picture_cannot_come_back_and_is_told(rig: Rig) -> None:
    id = make(rig)
    ids = _fields(rig, id)["AttachmentIDs"]["value"]
    rig.phone.attach_image(id, "cat.png", b"picture")
    rig.run()
    for_good(rig, id)
    rig.run()
    assert rig.engine.restore(id).lost == ("a picture",)
    assert _fields(rig, id)["AttachmentIDs"]["value"] == ids


def _fields(rig: Rig, id: str) -> dict[str, Any]:
    [record] = rig.world.zone.lookup([f"Reminder/{id}"])
    return dict(record["fields"])


def _update(rig: Rig, id: str, **values: Any) -> None:
    record = {
        "recordName": f"Reminder/{id}",
        "recordType": "Reminder",
        "fields": {name: {"value": value} for name, value in values.items()},
    }
    rig.world.zone.modify([{"operationType": "forceUpdate", "record": record}])


def test_fields_that_nobody_understands_come_back_as_they_were(rig: Rig) -> None:
    id = make(rig)
    _update(rig, id, IcsDisplayOrder=7, Wonder="what")
    rig.run()
    before = _fields(rig, id)
    for_good(rig, id)
    rig.run()
    rig.engine.restore(id)
    after = _fields(rig, id)
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert changed == {"LastModifiedDate", "ResolutionTokenMap"}


# ---- what cannot be restored


@pytest.mark.parametrize("delete", [softly, for_good])
def test_it_is_found_by_its_title(rig: Rig, delete: Callable[[Rig, str], None]) -> None:
    id = make(rig)
    delete(rig, id)
    rig.run()
    with pytest.raises(CannotRestore, match="“Stays” is not deleted"):
        rig.engine.restore("Stays")
    assert rig.engine.restore("Gone").id == id
    rig.run()
    assert "Gone" in rig.read("Inbox")


def test_a_title_that_two_deleted_ones_have_names_none(rig: Rig) -> None:
    first = make(rig)
    ids = sorted([first, rig.phone.create("Inbox", "Gone")])
    rig.run()  # what was never seen cannot be named
    softly(rig, ids[0])
    for_good(rig, ids[1])
    rig.run()
    with pytest.raises(CannotRestore, match="2 deleted reminders are called “Gone”") as told:
        rig.engine.restore("Gone")
    assert ", ".join(ids) in str(told.value.hint)


def test_an_id_that_nobody_knows(rig: Rig) -> None:
    for key in ("r-zzzzzzz", "0A1B2C3D-0000-4000-8000-00000000000A", "Gone"):
        with pytest.raises(CannotRestore, match=f"no reminder is known by {key}"):
            rig.engine.restore(key)


@pytest.mark.parametrize("name", ["its id", "its title"])
@pytest.mark.parametrize(("grace", "hold_above"), [("2m", "5"), ("0s", "0")])
def test_what_waits_to_be_deleted_gets_its_line_again(
    rig: Rig, name: str, grace: str, hold_above: str
) -> None:
    id = make(rig)
    rig.settings |= {"grace": grace, "hold_above": hold_above}
    rig.restart()
    before, lines = seen(rig), set(rig.read("Inbox").split("\n"))
    in_the_file(rig, id)
    rig.run()
    with rig.counting() as sent:
        assert rig.engine.restore(id if name == "its id" else "Gone").id == id
        rig.run()
        rig.wait(600)
        rig.run()
    assert not any("modify" in str(one["path"]) for one in sent)
    assert (seen(rig), set(rig.read("Inbox").split("\n"))) == (before, lines)
    rig.rest()


def test_what_is_not_deleted(rig: Rig) -> None:
    for key in (make(rig), "Gone"):
        with pytest.raises(CannotRestore, match="“Gone” is not deleted; it is in “Inbox”"):
            rig.engine.restore(key)


@pytest.mark.parametrize("delete", [softly, for_good])
def test_what_was_in_a_list_that_is_gone(rig: Rig, delete: Callable[[Rig, str], None]) -> None:
    rig.phone.create_list("Old")
    rig.phone.create("Old", "Gone")
    rig.run()
    id = rig.shown("Gone").id
    delete(rig, id)
    rig.phone.delete_list("Old")
    rig.run()
    with pytest.raises(CannotRestore, match="its list “Old” was deleted"):
        rig.engine.restore(id)


def test_what_was_gone_before_it_was_ever_seen(rig: Rig) -> None:
    id = rig.phone.create("Inbox", "Gone")
    rig.phone.delete(id, hard=True)
    rig.run()
    with pytest.raises(CannotRestore, match="is known"):
        rig.engine.restore(id)


def test_what_is_gone_for_more_than_thirty_days_is_forgotten(rig: Rig) -> None:
    id = make(rig)
    for_good(rig, id)
    rig.run()
    rig.append("Inbox", "- [ ] Another\n")
    rig.wait(KEPT_MS / 1000 - 60)
    rig.run()
    assert rig.store.mirror.gone(f"Reminder/{id}")
    rig.wait(120)
    rig.append("Inbox", "- [ ] And another\n")
    rig.run()
    assert rig.store.mirror.gone(f"Reminder/{id}") == {}
    with pytest.raises(CannotRestore, match="nothing is known any more"):
        rig.engine.restore(id)


# ---- bad moments


@pytest.mark.parametrize("kind", ["lost_reply", "cut_before"])
@pytest.mark.parametrize("delete", [softly, for_good])
def test_a_lost_answer_leaves_nothing_half_done(
    rig: Rig, delete: Callable[[Rig, str], None], kind: str
) -> None:
    id = make(rig)
    delete(rig, id)
    rig.run()
    rig.world.faults.fail(kind, "records/modify")  # type: ignore[arg-type]
    with pytest.raises(NetworkError):
        rig.engine.restore(id)
    if kind == "cut_before":
        rig.engine.restore(id)
    rig.run()
    assert rig.titles("Inbox") == {"Gone", "Stays"}
    assert rig.shown("Gone").problems == ()
    rig.rest()


def test_a_crash_before_the_answer_is_remembered(rig: Rig) -> None:
    id = make(rig)
    in_the_file(rig, id)
    rig.run()

    def crash(step: str) -> None:
        if step == "commit:restored:before":
            raise Crash

    rig.step = crash
    with pytest.raises(Crash):
        rig.engine.restore(id)
    rig.step = lambda _: None
    rig.restart()
    rig.run()
    assert rig.titles("Inbox") == {"Gone", "Stays"}
    rig.rest()


def test_an_edit_in_the_same_moment_is_kept(rig: Rig) -> None:
    id = make(rig)
    softly(rig, id)
    rig.run()

    def edit(step: str) -> None:
        if step == "commit:restore:after":
            rig.step = lambda _: None
            _update(rig, id, Flagged=1)

    rig.step = edit
    rig.engine.restore(id)
    rig.run()
    assert _fields(rig, id)["Flagged"]["value"] == 1
    rig.rest()
