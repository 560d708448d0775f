"""What both sides put into one field apart is in both at the end, whenever the run is cut off."""

from __future__ import annotations

import pytest

from sync.errors import NetworkError
from tests.rig import Crash, Rig

NOTES = "    > one\n    > two\n    > three\n"


@pytest.fixture
def apart(rig: Rig) -> Rig:
    """A note of three lines, of which each side has changed another one, and typed one more."""
    rig.append("Inbox", f"- [ ] Task #old\n{NOTES}- [ ] Other\n")
    rig.run()
    rig.rest()
    rig.phone.edit(rig.shown("Task").id, notes="ONE\ntwo\nthree\nfrom the phone")
    rig.replace("Inbox", "    > three\n", "    > THREE\n    > from the file\n")
    return rig


BOTH = ["ONE", "two", "THREE", "from the file", "from the phone"]


def has_both(rig: Rig) -> None:
    shown = rig.shown("Task")
    assert sorted(shown.notes.split("\n")) == sorted(BOTH)
    assert shown.problems == ()
    inside = rig.read("Inbox").partition("Task")[2].partition("- [ ] Other")[0]
    assert [line[6:] for line in inside.split("\n")[1:-1]] == shown.notes.split("\n")
    assert rig.store.attention.open_conflicts() == []


def test_lines_that_were_changed_apart_are_all_there(apart: Rig) -> None:
    report = apart.run()
    has_both(apart)
    assert (report.conflicts, report.exit_code, report.pending) == ([], 0, 0)
    apart.rest()


def test_one_line_changed_on_both_sides_is_a_conflict(apart: Rig) -> None:
    apart.replace("Inbox", "> one", "> eins")
    assert len(apart.run().conflicts) == 1
    assert apart.shown("Task").notes == "ONE\ntwo\nthree\nfrom the phone"


def test_what_the_phone_types_into_the_merged_note_stays(apart: Rig) -> None:
    """The note was written as an edit of the document, not over it."""
    world = apart.world
    apart.phone.edit(apart.shown("Task").id, title="Renamed")
    apart.run()
    before = apart.shown("Renamed").notes
    world.phone.edit(apart.shown("Renamed").id, notes=before + "\nand more")
    apart.run()
    shown = apart.shown("Renamed")
    assert (shown.notes, shown.problems) == (before + "\nand more", ())


@pytest.mark.parametrize("kind", ["cut_before", "lost_reply"])
def test_no_answer_to_the_merged_note(apart: Rig, kind: str) -> None:
    apart.world.faults.fail(kind, "records/modify", times=20)  # type: ignore[arg-type]
    with pytest.raises(NetworkError):
        apart.run()
    apart.world.faults.clear()
    apart.wait(120)
    apart.run()
    has_both(apart)


def test_dying_at_any_effect_between_file_and_icloud(apart: Rig) -> None:
    steps: list[str] = []
    apart.step = steps.append
    turn = 0
    while True:
        left = iter(range(turn, -1, -1))

        def die(_: str, left: object = left) -> None:
            if next(left, -1) == 0:  # type: ignore[call-overload]
                raise Crash

        apart.step = die
        try:
            apart.run()
            break
        except Crash:
            apart.step = lambda _: None
            apart.restart()
            turn += 1
    assert turn > 5
    has_both(apart)


def test_tags_of_both_sides_stay_where_sending_fails_after_the_file_is_written(apart: Rig) -> None:
    apart.phone.attach(apart.shown("Task").id, "Hashtag", {"Name": "phone", "Type": 1})
    apart.replace("Inbox", "#old", "#old #file")
    apart.world.faults.fail("cut_before", "records/modify", times=20)
    with pytest.raises(NetworkError):
        apart.run()
    assert "#phone" in apart.line("Inbox", "Task")
    apart.world.faults.clear()
    apart.restart()
    apart.run()
    assert set(apart.shown("Task").tags) == {"old", "file", "phone"}
    assert {"#old", "#file", "#phone"} <= set(apart.line("Inbox", "Task").split())
