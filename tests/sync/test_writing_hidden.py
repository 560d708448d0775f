"""Verbs on what was completed so long ago that it has no line: in iCloud alone, and in the log."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from daemon.acting.writing import Wish, granted
from daemon.acting.written import written_document
from store.model import Field
from sync.core.deeds import Change, Deed, Drop, Scene
from sync.cycle.asked.once import Once
from sync.errors import CannotUndo, CannotWrite
from tests.rig import Rig
from tests.sync.test_writing import write

REOPENED = {Field.DONE: None}


@pytest.fixture
def old(rig: Rig) -> str:
    """The id of a reminder that was completed twenty days ago."""
    rig.append("Inbox", "- [ ] Call Ada #family\n- [ ] Gone\n- [ ] Stays\n")
    rig.run()
    id = rig.shown("Call Ada").id
    rig.phone.complete(id)
    rig.phone.delete(rig.shown("Gone").id)
    rig.run()
    rig.wait(20 * 86400)
    rig.run()
    assert "Call Ada" not in rig.read("Inbox")
    return id


def asked(rig: Rig, verb: str, key: str, **content: object) -> dict[str, object]:
    [told] = granted(rig.engine, Wish(verb, content, [key]), rig.wait)["reminders"]
    return dict(told)


def test_edits_add_up_reach_icloud_and_it_stays_without_a_line(rig: Rig, old: str) -> None:
    rig.restart()
    told = asked(rig, "edit", "call ada", notes="She was out", add_tags=["work"])
    assert (told["did"], told["notes"], told["file"]) == ("changed", "She was out", None)
    told = asked(rig, "edit", old, add_tags=["home"])
    assert told["tags"] == ["family", "home", "work"]
    assert asked(rig, "edit", old, add_tags=["home"])["did"] == "unchanged"
    before = rig.bytes_of_folder()
    rig.restart()
    rig.run()
    shown = rig.shown("Call Ada")
    assert (shown.notes, shown.done, set(shown.tags)) == (
        *("She was out", True),
        {"family", "work", "home"},
    )
    assert rig.bytes_of_folder() == before
    rig.rest()


def test_reopened_it_has_its_line_again_and_undo_takes_that_back(rig: Rig, old: str) -> None:
    never = rig.phone.create("Inbox", "Never had a line")
    rig.phone.complete(never, when=rig.clock() - 30 * 86400)
    rig.run()
    for title in ("Call Ada", "Never had a line"):
        assert asked(rig, "reopen", title, done=False)["did"] == "changed"
        rig.run()
        assert not rig.shown(title).done
        assert rig.line("Inbox", title).startswith(f"- [ ] {title}")
        rig.rest()
        rig.engine.undo()
        for _ in range(2):
            rig.run()
        assert rig.shown(title).done
        rig.rest()


def test_undo_does_not_delete_what_was_reopened_on_the_phone_and_never_had_a_line(rig: Rig) -> None:
    id = rig.phone.create("Inbox", "Never had a line", created=rig.clock())
    rig.phone.complete(id, when=rig.clock() - 30 * 86400)
    rig.run()
    rig.wait(2 * 86400)
    rig.phone.reopen(id)
    rig.run()
    assert rig.line("Inbox", "Never had a line")
    with pytest.raises(CannotUndo):
        rig.engine.undo(dry_run=True)
    told = [(row.field, row.after) for row in rig.store.journal.history(id=id)]
    assert told == [("line", "Never had a line")]


def test_with_what_has_a_line_it_is_one_run_and_with_a_key_asked_for_once(
    rig: Rig, old: str
) -> None:
    stays = rig.shown("Stays").id
    flagged = {Field.FLAGGED: True}
    written = write(rig, Change(old, flagged), Change(stays, flagged), trigger="edit")
    assert [one["did"] for one in written_document(written)["reminders"]] == ["changed"] * 2
    rig.run()
    assert rig.shown("Call Ada").flagged
    assert rig.shown("Stays").flagged
    run = rig.store.journal.runs(1)[0].id
    ids = {(row.id, row.field) for row in rig.store.journal.history(run=run)}
    assert {(old, "flagged"), (stays, "flagged")} <= ids

    once = Once("k", "hash", lambda _written: "answer")
    wanted = iter(["Once", "Not this"])

    def decide(_: Scene) -> Sequence[Deed]:
        return [Change(old, {Field.NOTES: next(wanted)})]

    for _ in range(2):
        written = rig.engine.write(decide, "edit", wait=rig.wait, once=once)
    assert written.answer == "answer"
    assert [intent.changes for intent in rig.store.outbox.of(old)] == [{Field.NOTES: "Once"}]


def test_what_cannot_be_done_to_it_is_said_with_the_way_out(rig: Rig, old: str) -> None:
    gone = next(row.id for row in rig.store.mirror.reminders() if row.title == "Gone")
    no_line = "it was completed long ago, and has no line"
    stays = rig.shown("Stays").id
    refused: list[tuple[Deed, str]] = [
        (Change(old, {Field.SECTION: "Calls"}), f"cannot be put there: {no_line}"),
        (Change(old, {Field.PARENT: stays}), f"cannot be put there: {no_line}"),
        (Change(stays, {Field.PARENT: old}), f"cannot be reached here: {no_line}"),
        (Change(old, {Field.TITLE: ""}), "needs a title"),
        (Change(gone, {Field.FLAGGED: True}), "remindersd restore"),
        (Drop(gone), "remindersd restore"),
    ]
    for deed, words in refused:
        with pytest.raises(CannotWrite, match=words):
            write(rig, deed, trigger="edit")
    told = granted(rig.engine, Wish("edit", {"notes": "x"}, [old], dry_run=True), rig.wait)
    assert (told["state"], told["reminders"][0]["notes"]) == ("unchanged", "x")
    assert rig.store.outbox.of(old) == []
