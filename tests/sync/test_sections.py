"""Sections are level-two headings: names and members go both ways, and nothing else of a file."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress

import pytest

from sandbox.device.edits import list_named
from sandbox.device.sections import FILE, write
from sync.errors import NetworkError
from tests.rig import Rig


def sections(rig: Rig, which: str = "Inbox") -> list[str]:
    return [one.name for one in rig.phone.sections(which)]


def section_of(rig: Rig, title: str) -> str | None:
    shown = rig.shown(title)
    assert shown.problems == ()
    return shown.section


@pytest.fixture
def garden(rig: Rig) -> Rig:
    """“Seeds” and “Rake” in the section Garden, “Milk” in none; on both sides."""
    phone = rig.phone
    garden = phone.create_section("Inbox", "Garden")
    phone.create("Inbox", "Milk")
    for age, title in enumerate(("Rake", "Seeds")):
        created = rig.clock() - age - 1
        phone.put_in_section(phone.create("Inbox", title, created=created), garden)
    rig.run()
    assert bare(rig) == "- [ ] Milk\n\n## Garden\n\n- [ ] Seeds\n- [ ] Rake\n"
    rig.rest()
    return rig


def bare(rig: Rig, name: str = "Inbox") -> str:
    """The file without front matter and ids."""
    text = rig.read(name).partition("---\n\n")[2]
    return "".join(f"{line.partition(' ^')[0]}\n" for line in text.splitlines())


def test_from_the_phone_a_section_is_a_heading_at_the_end(garden: Rig) -> None:
    garden.phone.create("Inbox", "Bread")
    pond = garden.phone.create_section("Inbox", "Pond")
    garden.phone.put_in_section(garden.phone.create("Inbox", "Fish"), pond)
    garden.run()
    assert bare(garden) == (
        "- [ ] Milk\n- [ ] Bread\n\n## Garden\n\n- [ ] Seeds\n- [ ] Rake\n\n## Pond\n\n- [ ] Fish\n"
    )
    garden.rest()


def test_moved_on_the_phone_a_line_moves_as_it_stands(garden: Rig) -> None:
    seeds = garden.line("Inbox", "Seeds")
    garden.replace("Inbox", seeds, f"{seeds}\n    > my notes\n    1. my words")
    garden.run()
    garden.phone.put_in_section(garden.shown("Seeds").id, None)
    garden.run()
    assert bare(garden) == (
        "- [ ] Milk\n- [ ] Seeds\n    > my notes\n    1. my words\n\n## Garden\n\n- [ ] Rake\n"
    )
    garden.rest()


def test_a_subtask_goes_along(garden: Rig) -> None:
    phone = garden.phone
    phone.create("Inbox", "Carrots", parent=garden.shown("Seeds").id)
    garden.run()
    assert bare(garden).endswith("- [ ] Seeds\n    - [ ] Carrots\n- [ ] Rake\n")
    garden.phone.put_in_section(garden.shown("Seeds").id, None)
    garden.run()
    assert bare(garden) == "- [ ] Milk\n- [ ] Seeds\n    - [ ] Carrots\n\n## Garden\n\n- [ ] Rake\n"
    garden.rest()


def test_a_heading_with_open_tasks_becomes_a_section(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Milk\n\n## Garden\n\n- [ ] Seeds\n    - [ ] Carrots\n\n## Empty\n")
    rig.run()
    assert sections(rig) == ["Garden"]
    assert [section_of(rig, title) for title in ("Milk", "Seeds", "Carrots")] == [
        None,
        "Garden",
        None,
    ]
    rig.rest()


def test_moved_under_another_heading_it_changes_its_section(garden: Rig) -> None:
    seeds, milk = garden.line("Inbox", "Seeds"), garden.line("Inbox", "Milk")
    text = garden.read("Inbox").replace(f"{seeds}\n", "").replace(f"{milk}\n", "")
    garden.save("Inbox", f"{text}{milk}\n\n## Pond\n\n{seeds}\n")
    with garden.counting() as requests:
        garden.run()
    assert sections(garden) == ["Garden", "Pond"]
    found = [section_of(garden, title) for title in ("Milk", "Seeds", "Rake")]
    assert found == ["Garden", "Pond", "Garden"]
    writes = [one for one in requests if "records/modify" in str(one["path"])]
    assert len(writes) == 1
    garden.rest()


def test_renamed_on_the_phone_the_heading_changes_in_place(garden: Rig) -> None:
    garden.replace("Inbox", "## Garden\n", "## Garden ##\n\nMy words.\n")
    garden.run()
    garden.phone.rename_section(garden.phone.sections("Inbox")[0].id, "C #")
    report = garden.run()
    assert report.problems == []
    assert bare(garden).endswith("\n## C \\# ##\n\nMy words.\n\n- [ ] Seeds\n- [ ] Rake\n")
    garden.rest()


def test_a_renamed_heading_renames_the_section(garden: Rig) -> None:
    before = garden.phone.sections("Inbox")
    garden.replace("Inbox", "## Garden", "## Allotment")
    with garden.counting() as requests:
        garden.run()
    after = garden.phone.sections("Inbox")
    assert [one.name for one in after] == ["Allotment"]
    assert [one.id for one in after] == [one.id for one in before]
    assert [section_of(garden, title) for title in ("Seeds", "Rake")] == ["Allotment"] * 2
    assert not [one for one in requests if "assets/upload" in str(one["path"])]
    garden.rest()


@pytest.mark.parametrize(("wins", "name"), [("cloud", "Pond"), ("files", "Allotment")])
def test_renamed_on_both_sides_one_name_wins_and_the_other_is_kept(
    wins: str, name: str, garden: Rig
) -> None:
    garden.settings["conflicts"] = wins
    garden.restart()
    garden.phone.rename_section(garden.phone.sections("Inbox")[0].id, "Pond")
    garden.replace("Inbox", "## Garden", "## Allotment")
    report = garden.run()
    assert sections(garden) == [name]
    assert f"## {name}\n" in garden.read("Inbox")
    lost = {"Pond", "Allotment"} - {name}
    assert {one.loser for one in garden.store.attention.open_conflicts()} == lost
    assert report.exit_code == 4
    assert section_of(garden, "Rake") == name
    garden.rest()


def test_deleted_on_the_phone_lines_go_above_and_the_heading_goes(garden: Rig) -> None:
    garden.append("Inbox", "\n## Notes\n\nMy words.\n")
    garden.run()
    garden.phone.delete_section(garden.phone.sections("Inbox")[0].id)
    garden.run()
    assert bare(garden) == "- [ ] Milk\n- [ ] Seeds\n- [ ] Rake\n\n## Notes\n\nMy words.\n"
    assert sections(garden) == []
    garden.rest()


def test_a_heading_stays_where_a_person_has_words_beneath_it(garden: Rig) -> None:
    garden.replace("Inbox", "## Garden\n", "## Garden\n\nMy words.\n")
    garden.run()
    garden.phone.delete_section(garden.phone.sections("Inbox")[0].id)
    garden.run()
    assert bare(garden) == "- [ ] Milk\n- [ ] Seeds\n- [ ] Rake\n\n## Garden\n\nMy words.\n\n"
    garden.rest()


def test_a_heading_taken_out_empties_and_then_ends_its_section(garden: Rig) -> None:
    garden.replace("Inbox", "## Garden\n", "")
    garden.run()
    garden.run()
    assert sections(garden) == []
    assert [section_of(garden, title) for title in ("Seeds", "Rake")] == [None, None]
    garden.rest()


def test_a_section_with_members_that_have_no_line_outlives_its_heading(garden: Rig) -> None:
    rake = garden.shown("Rake").id
    garden.phone.complete(rake, garden.clock() - 30 * 86400)
    garden.run()
    garden.wait(3600)
    garden.run()
    assert "Rake" not in garden.read("Inbox")
    garden.replace("Inbox", "## Garden\n", "")
    garden.run()
    garden.run()
    assert sections(garden) == ["Garden"]
    assert (section_of(garden, "Seeds"), section_of(garden, "Rake")) == (None, "Garden")
    garden.rest()


def test_completed_lines_under_done_keep_their_section(garden: Rig) -> None:
    rake = garden.line("Inbox", "Rake")
    done = rake.replace("[ ]", "[x]")
    garden.save("Inbox", garden.read("Inbox").replace(f"{rake}\n", "") + f"\n## Done\n\n{done}\n")
    garden.run()
    assert (sections(garden), section_of(garden, "Rake")) == (["Garden"], "Garden")
    assert garden.shown("Rake").done
    garden.rest()


def test_to_another_list_under_its_own_heading(garden: Rig) -> None:
    garden.phone.create_list("Work")
    garden.run()
    seeds, rake = garden.line("Inbox", "Seeds"), garden.line("Inbox", "Rake")
    garden.save("Inbox", garden.read("Inbox").replace(f"{seeds}\n{rake}\n", ""))
    garden.append("Work", f"{rake}\n\n## Garden\n\n{seeds}\n")
    garden.run()
    assert sections(garden, "Work") == ["Garden"]
    assert (section_of(garden, "Seeds"), section_of(garden, "Rake")) == ("Garden", None)
    assert garden.titles("Work") == {"Seeds", "Rake"}
    garden.run()
    assert sections(garden) == ["Garden"]  # its heading still stands
    garden.rest()


def document(rig: Rig) -> dict[str, object]:
    name = f"List/{next(one.id for one in rig.phone.lists() if one.name == 'Inbox')}"
    [record] = rig.world.zone.lookup([name])
    data = rig.world.zone.assets.read(record["fields"][FILE]["value"])
    assert data is not None
    read: dict[str, object] = json.loads(data)
    return read


def rewrite(rig: Rig, data: bytes) -> None:
    """Another device writes the list's file of sections."""
    phone = rig.phone
    own = phone._own
    write(own, list_named(own, "Inbox"), data)
    phone.sync()


def test_what_is_not_ours_in_the_document_stays(garden: Rig) -> None:
    old = document(garden)
    gone = {"memberID": "GONE", "groupID": "G", "modifiedOn": 1.5, "isObsolete": True, "odd": [1]}
    entries = [*old["memberships"], gone]  # type: ignore[misc]
    packed = gzip.compress(json.dumps({**old, "new": {"a": 1}, "memberships": entries}).encode())
    rewrite(garden, packed)
    garden.run()
    garden.rest()
    seeds = garden.line("Inbox", "Seeds")
    garden.save("Inbox", garden.read("Inbox").replace(f"{seeds}\n", "") + f"\n# Rest\n\n{seeds}\n")
    garden.run()
    assert section_of(garden, "Seeds") is None
    now = garden.phone._own.file(list_named(garden.phone._own, "Inbox"), FILE)
    assert now is not None
    assert now.startswith(b"\x1f\x8b")
    read = json.loads(gzip.decompress(now))
    assert (read["new"], read["memberships"][-1]) == ({"a": 1}, gone)
    obsolete = {one["memberID"]: one["isObsolete"] for one in read["memberships"][:-1]}
    assert obsolete == {garden.shown("Seeds").id: True, garden.shown("Rake").id: False}
    garden.rest()


def test_an_unreadable_document_moves_nothing_and_is_not_written_over(garden: Rig) -> None:
    before = garden.bytes_of_folder()
    rewrite(garden, b'{"memberships": 7}')
    garden.run()
    assert garden.bytes_of_folder() == before
    seeds = garden.line("Inbox", "Seeds")
    garden.save("Inbox", garden.read("Inbox").replace(f"{seeds}\n", "") + f"\n## New\n\n{seeds}\n")
    garden.replace("Inbox", "Milk", "Oat milk")
    garden.run()
    assert document(garden) == {"memberships": 7}
    assert sections(garden) == ["Garden"]
    assert garden.shown("Oat milk")
    garden.run()
    assert garden.run().idle


def test_phone_and_file_put_different_reminders_in_at_once(garden: Rig) -> None:
    garden.phone.create("Inbox", "Bread")
    garden.run()
    phone, milk, bread = garden.phone, garden.line("Inbox", "Milk"), garden.shown("Bread").id

    def meanwhile(name: str) -> None:
        if name == "engine:push":
            garden.step = lambda _: None
            phone.put_in_section(bread, phone.sections("Inbox")[0].id)

    garden.save("Inbox", garden.read("Inbox").replace(f"{milk}\n", "") + f"{milk}\n")
    garden.step = meanwhile
    garden.run()
    garden.run()
    found = {title: section_of(garden, title) for title in ("Milk", "Bread", "Seeds", "Rake")}
    assert set(found.values()) == {"Garden"}
    garden.rest()


@pytest.mark.parametrize("skip", [0, 1])
def test_a_lost_answer_makes_no_second_section(garden: Rig, skip: int) -> None:
    seeds = garden.line("Inbox", "Seeds")
    garden.save("Inbox", garden.read("Inbox").replace(f"{seeds}\n", "") + f"\n## Pond\n\n{seeds}\n")
    garden.world.faults.fail("lost_reply", "records/modify", skip=skip)
    with suppress(NetworkError):
        garden.run()
    garden.run()
    garden.run()
    assert sections(garden) == ["Garden", "Pond"]
    assert section_of(garden, "Seeds") == "Pond"
    garden.rest()


def test_without_sections_an_idle_cycle_is_one_request(rig: Rig) -> None:
    rig.phone.create("Inbox", "Milk")
    rig.run()
    rig.rest()


def test_a_read_only_list_gets_no_sections_and_nothing_is_held(rig: Rig) -> None:
    rig.phone.create("Inbox", "Milk")
    rig.run()
    rig.settings["lists"] = "{'*': read-only}"
    rig.restart()
    milk = rig.line("Inbox", "Milk")
    rig.replace("Inbox", milk, f"## Mine\n\n{milk}")
    report = rig.run()
    assert (sections(rig), report.held) == ([], [])


RENT = "\n- [ ] Pay rent 🔁 every month 📅 2026-12-01\n"


def test_a_ticked_line_leaves_its_copy_where_it_stands(garden: Rig) -> None:
    garden.append("Inbox", RENT)
    garden.run()
    for month in ("2026-12-01", "2027-01-01"):
        garden.replace("Inbox", "- [ ] Pay rent", "- [x] Pay rent")
        garden.run()
        garden.run()
        copy = next(
            one for one in garden.phone.reminders() if one.done and (one.due or "") == month
        )
        assert copy.section == "Garden"
    assert bare(garden).startswith("- [ ] Milk\n\n## Garden\n")
    assert bare(garden).count("- [x] Pay rent") == 2
    garden.rest()


def test_a_copy_that_somebody_moves_stays_where_it_was_put(garden: Rig) -> None:
    garden.append("Inbox", RENT)
    garden.run()
    garden.replace("Inbox", "- [ ] Pay rent", "- [x] Pay rent")
    garden.run()
    garden.run()
    copy = next(one for one in garden.phone.reminders() if one.done)
    garden.phone.put_in_section(copy.id, None)
    garden.run()
    assert bare(garden).startswith("- [ ] Milk\n- [x] Pay rent")
    garden.rest()
    copy = next(one for one in garden.phone.reminders() if one.done)
    assert copy.section is None


@pytest.mark.parametrize("skip", [0, 1, 2, 3])
def test_a_copy_is_in_its_section_whichever_answer_is_lost(garden: Rig, skip: int) -> None:
    garden.append("Inbox", RENT)
    garden.run()
    garden.replace("Inbox", "- [ ] Pay rent", "- [x] Pay rent")
    garden.world.faults.fail("lost_reply", "records/modify", skip=skip)
    for _ in range(3):
        with suppress(NetworkError):
            garden.run()
    copies = [one for one in garden.phone.reminders() if one.done]
    assert [one.section for one in copies] == ["Garden"]
    assert bare(garden).startswith("- [ ] Milk\n\n## Garden\n")
