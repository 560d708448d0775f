"""A linked directory: nothing behind it is kept in step, and nothing that stands there is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.core.actions import HoldKind
from tests.rig import Rig, empty_world, open_rig


@pytest.fixture
def linked(tmp_path: Path) -> Iterator[Rig]:
    """Inbox with two tasks, beside a link to a directory elsewhere with an empty file."""
    with open_rig(tmp_path, empty_world()) as rig:
        rig.run()
        rig.append("Inbox", "- [ ] Call\n- [ ] Write\n")
        rig.run()
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "Later.md").write_text("some words\n")
        (rig.folder / "Work").symlink_to(elsewhere)
        rig.rest()
        yield rig


def move(rig: Rig, words: str) -> str:
    """Cut a line out of Inbox and paste it into the file behind the link."""
    line = rig.line("Inbox", words)
    rig.replace("Inbox", f"{line}\n", "")
    (rig.folder / "Work" / "Later.md").write_text(f"{line}\n")
    return line


def told(rig: Rig) -> dict[str, HoldKind]:
    return {hold.id: hold.kind for hold in rig.run().held}


def test_the_link_is_named_while_there_is_something_behind_it(linked: Rig) -> None:
    assert told(linked) == {"Work": HoldKind.LINK}
    (linked.folder / "Work" / "Later.md").rename(linked.home / "elsewhere" / "Later.txt")
    assert told(linked) == {}
    linked.rest()


def test_a_line_that_is_moved_behind_it_rests_until_it_is_gone_there_too(linked: Rig) -> None:
    move(linked, "Call")
    report = linked.run()
    call = linked.shown("Call").id
    assert {hold.id: hold.kind for hold in report.held} == {
        "Work": HoldKind.LINK,
        call: HoldKind.ASIDE,
    }
    assert any("its id stands in Work/Later.md" in hold.reason for hold in report.held)
    linked.rest()
    assert linked.titles("Inbox") == {"Call", "Write"}
    (linked.folder / "Work" / "Later.md").write_text("")
    linked.run()
    assert linked.titles("Inbox") == {"Write"}


def test_it_rests_while_nobody_knows_what_is_behind_it(linked: Rig) -> None:
    """The disk that the link leads to is not mounted."""
    move(linked, "Call")
    linked.run()
    away = linked.home / "away"
    (linked.home / "elsewhere").rename(away)
    report = linked.run()
    (hold,) = [one for one in report.held if one.id == "folder"]
    assert hold.reason.startswith("Work is a link that leads nowhere; make it readable")
    assert linked.titles("Inbox") == {"Call", "Write"}
    away.rename(linked.home / "elsewhere")
    assert told(linked) == {"Work": HoldKind.LINK, linked.shown("Call").id: HoldKind.ASIDE}
    linked.rest()


def test_a_line_that_is_taken_back_from_there_goes_on(linked: Rig) -> None:
    line = move(linked, "Call")
    linked.run()
    (linked.folder / "Work" / "Later.md").write_text("")
    linked.append("Inbox", line.replace("Call", "Call Ada") + "\n")
    linked.run()
    assert linked.titles("Inbox") == {"Call Ada", "Write"}
    linked.rest()


def test_a_group_whose_directory_went_behind_a_link_rests(linked: Rig) -> None:
    linked.save("Office/Plans", "- [ ] One\n- [ ] Two\n- [ ] Three\n")
    linked.run()
    linked.rest()
    elsewhere = linked.home / "Office"
    (linked.folder / "Office").rename(elsewhere)
    (linked.folder / "Office").symlink_to(elsewhere)
    held = {hold.kind: hold.reason for hold in linked.run(approve=True).held}
    assert held.keys() == {HoldKind.RESTING_LIST, HoldKind.LINK}
    why = "its file stands behind the link Office, which is not followed"
    assert held[HoldKind.RESTING_LIST].startswith(why)
    assert linked.titles("Plans") == {"One", "Two", "Three"}
    linked.rest()
    (linked.folder / "Office").unlink()
    elsewhere.rename(linked.folder / "Office")
    assert told(linked) == {"Work": HoldKind.LINK}
    linked.rest()


def test_a_link_to_a_group_of_the_folder_shows_no_line_twice(linked: Rig) -> None:
    linked.save("Office/Plans", "- [ ] One\n")
    (linked.folder / "Same").symlink_to("Office")
    linked.run()
    assert [one.title for one in linked.phone.reminders("Plans")] == ["One"]
    assert told(linked) == {"Work": HoldKind.LINK}
    linked.rest()


def test_a_list_of_a_phone_is_not_written_behind_a_link(linked: Rig) -> None:
    linked.phone.create_list("Work", is_group=True)
    linked.phone.create_list("Shop", "Work")
    linked.phone.create("Shop", "Milk")
    report = linked.run()
    assert [path.name for path in (linked.home / "elsewhere").iterdir()] == ["Later.md"]
    assert any("Work/Shop.md" in problem for problem in report.problems)
