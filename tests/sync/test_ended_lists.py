"""A list that is deleted on the phone takes its file along, unless a person's words stand in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rig import Rig, empty_world, open_rig

BOUND = "---\nicloud-list: Work\n---\n\n"


def garden(rig: Rig) -> None:
    """A file that we made, with a heading of ours."""
    rig.phone.create_list("Work")
    section = rig.phone.create_section("Work", "Garden")
    rig.phone.create("Work", "One")
    rig.phone.put_in_section(rig.phone.create("Work", "Two"), section)
    rig.run()
    assert "## Garden" in rig.read("Work")


def save(rig: Rig, text: str) -> None:
    """A file that a person made."""
    rig.save("Work", text)
    rig.run()
    assert "^r-" in rig.read("Work")


def end(rig: Rig) -> list[str]:
    """The phone deletes the list; what one `sync` says to that."""
    rig.phone.delete_list("Work")
    changes = rig.run().changes
    rig.rest()
    assert {one.name for one in rig.phone.lists()} == {"Inbox"}
    return changes


def test_a_file_of_ours_goes_with_its_headings_which_the_history_keeps(rig: Rig) -> None:
    garden(rig)
    assert end(rig) == ["files: − “One”", "files: − “Two”", "files: − Work.md"]
    assert not rig.path("Work").exists()
    kept = {row.before for row in rig.store.journal.history(limit=50)}
    assert {"One", "Two", "Garden", "Work.md"} <= kept


@pytest.mark.parametrize(
    "text",
    [
        "- [ ] One\n\n- [ ] Two\n",
        "---\r\nicloud-color: red\r\n---\r\n\r\n## Garden\r\n\r\n- [ ] One\r\n",
        BOUND + "- [ ] One\n",
    ],
)
def test_a_file_in_which_only_that_was_goes(rig: Rig, text: str) -> None:
    save(rig, text)
    assert end(rig)[-1] == "files: − Work.md"
    assert not rig.path("Work").exists()


@pytest.mark.parametrize(
    "text",
    [
        "# Work\n\n- [ ] One\n",
        "- [ ] One\n\nWhat I think of it.\n",
        "---\ntags: [mine]\nicloud-color: red\n---\n- [ ] One\n",
        "---\nicloud-color: red\n# mine\n---\n- [ ] One\n",
        "- [ ] One\n\n> - [ ] quoted\n",
        "- [ ] One\n\n### Small\n",
    ],
)
def test_a_persons_words_stay(rig: Rig, text: str) -> None:
    save(rig, text)
    changes = end(rig)
    assert changes == ["files: − “One”"]
    left = rig.read("Work")
    assert "One" not in left
    rig.path("Work").unlink()
    rig.run()
    rig.rest()


def test_a_file_that_is_saved_again_in_that_moment_stays(rig: Rig) -> None:
    garden(rig)

    def type_more(name: str) -> None:
        if name == "engine:write" and "Two" not in rig.read("Work"):
            rig.step = lambda _: None
            rig.append("Work", "Late words.\n")

    rig.step = type_more
    assert "files: − Work.md" not in end(rig)
    assert "Late words." in rig.read("Work")


def test_a_file_that_is_renamed_in_that_moment_goes(rig: Rig) -> None:
    garden(rig)
    rig.path("Work").rename(rig.path("Plans"))
    assert end(rig)[-1] == "files: − Plans.md"
    assert not rig.path("Plans").exists()


def test_a_todo_txt_file_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), format="todo.txt") as rig:
        rig.run()
        rig.save("Work", "One\n\nTwo\n")
        rig.run()
        assert end(rig)[-1] == "files: − Work.txt"
        assert not rig.path("Work").exists()


def test_a_line_that_was_cut_from_it_is_kept_as_new_without_its_id(rig: Rig) -> None:
    rig.save("Work", "- [ ] One\n- [ ] Two\n")
    rig.run()
    line = rig.line("Work", "One")
    end(rig)
    rig.append("Inbox", f"{line}\n")
    (hold,) = rig.run().held
    assert (hold.kind, rig.titles("Inbox")) == ("gone-in-icloud", set())
    rig.replace("Inbox", line, "- [ ] One")
    report = rig.run()
    assert (report.changes, report.held) == (["iCloud: + “One” in “Inbox”"], [])
    assert rig.line("Inbox", "One") != line
    rig.rest()
