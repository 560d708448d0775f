"""Files and lists turned upside down, on one side or on both: identities stay, nothing is lost."""

from __future__ import annotations

from tests.rig import Rig


def two_files(rig: Rig) -> dict[str, str]:
    """Inbox and Work with tasks; gives the ids by title."""
    rig.phone.create_list("Work")
    rig.run()
    rig.append("Inbox", "- [ ] One\n- [ ] Parent\n    - [ ] Child\n- [ ] Two\n")
    rig.append("Work", "- [ ] Three\n- [ ] Four\n")
    rig.run()
    return {one.title: one.id for one in rig.phone.reminders()}


def same_ids(rig: Rig, ids: dict[str, str]) -> None:
    assert {one.title: one.id for one in rig.phone.reminders()} == ids
    assert len(rig.phone.reminders()) == len(ids)


def test_a_stale_buffer_saved_over_our_write_takes_nothing_back(rig: Rig) -> None:
    ids = two_files(rig)
    buffer = rig.read("Inbox")
    rig.phone.create("Inbox", "Came meanwhile")
    rig.phone.edit(ids["One"], notes="came meanwhile too")
    rig.run()
    rig.save("Inbox", buffer.replace("- [ ] Two", "- [ ] Two, edited"))
    rig.run()
    assert rig.shown("Two, edited").id == ids["Two"]
    assert rig.shown("One").notes == "came meanwhile too"
    assert rig.shown("Came meanwhile").list == "Inbox"
    assert rig.line("Inbox", "Came meanwhile")


def test_two_files_swap_their_names(rig: Rig) -> None:
    ids = two_files(rig)
    inbox, work = rig.read("Inbox"), rig.read("Work")
    rig.save("Inbox", work)
    rig.save("Work", inbox)
    rig.run()
    same_ids(rig, ids)
    for one in rig.phone.reminders():
        assert rig.line(one.list, one.title)
    rig.rest()


def test_a_file_is_renamed_and_edited_at_once(rig: Rig) -> None:
    ids = two_files(rig)
    rig.path("Work").rename(rig.path("Office"))
    rig.replace("Office", "- [ ] Three", "- [x] Three")
    rig.append("Office", "- [ ] Five\n")
    rig.run()
    assert rig.titles("Office") == {"Three", "Four", "Five"}
    assert rig.shown("Three").done
    assert rig.shown("Three").id == ids["Three"]
    assert {one.name for one in rig.phone.lists()} == {"Inbox", "Office"}
    rig.rest()


def test_a_file_is_renamed_here_and_edited_there(rig: Rig) -> None:
    ids = two_files(rig)
    rig.path("Work").rename(rig.path("Office"))
    rig.phone.edit(ids["Three"], title="Three!")
    rig.phone.create("Work", "Five")
    rig.run()
    assert rig.titles("Office") == {"Three!", "Four", "Five"}
    assert "Three!" in rig.read("Office")
    rig.rest()


def test_a_copied_file_makes_no_second_list_of_the_same_reminders(rig: Rig) -> None:
    ids = two_files(rig)
    rig.save("Copy of Work", rig.read("Work") + "- [ ] Typed into the copy\n")
    report = rig.run()
    assert (report.exit_code, report.document()["result"]) == (3, "partly")
    (hold,) = report.document()["held"]
    assert (hold["kind"], hold["id"]) == ("file", "Copy of Work.md")
    assert "a copy of Work.md (“Work”); nothing in it is synced" in hold["reason"]
    assert {title: rig.shown(title).id for title in ("One", "Two")} == {
        title: ids[title] for title in ("One", "Two")
    }
    assert len([one for one in rig.phone.reminders() if one.id in ids.values()]) == len(ids)
    assert {one.title for one in rig.phone.reminders("Work")} == {"Three", "Four"}
    text = rig.read("Copy of Work")
    rig.save("Copy of Work", "".join(f"{x}\n" for x in text.split("\n") if "icloud-id" not in x))
    assert rig.run().held == []
    assert rig.titles("Copy of Work") == {"Three", "Four", "Typed into the copy"}
    assert {rig.shown(title).list for title in ("One", "Two")} == {"Inbox"}
    assert rig.titles("Work") == {"Three", "Four"}
    rig.rest()


def test_a_copied_line_is_a_second_task(rig: Rig) -> None:
    ids = two_files(rig)
    rig.append("Inbox", rig.line("Inbox", "Two") + "\n")
    rig.run()
    assert sorted(one.title for one in rig.phone.reminders("Inbox") if one.title == "Two") == [
        "Two",
        "Two",
    ]
    assert ids["Two"] in {one.id for one in rig.phone.reminders()}
    stamps = [line.split(" ^")[1] for line in rig.read("Inbox").split("\n") if "] Two" in line]
    assert len(set(stamps)) == 2
    rig.rest()


def test_every_id_is_stripped_by_a_tool_and_found_again(rig: Rig) -> None:
    ids = two_files(rig)
    bare = "\n".join(line.split(" ^r-")[0] for line in rig.read("Inbox").split("\n"))
    text = rig.read("Inbox")
    rig.save("Inbox", bare)
    report = rig.run()
    same_ids(rig, ids)
    assert rig.read("Inbox") == text
    assert report.held == []
    rig.rest()


def test_lines_are_sorted_by_a_tool(rig: Rig) -> None:
    ids = two_files(rig)
    head, _, body = rig.read("Work").partition("\n\n")
    rig.save("Work", head + "\n\n" + "\n".join(sorted(body.strip("\n").split("\n"))) + "\n")
    text = rig.read("Work")
    assert rig.run().pushed == 0
    same_ids(rig, ids)
    assert rig.read("Work") == text
    rig.rest()


def test_a_parent_is_carried_away_and_its_child_stays(rig: Rig) -> None:
    ids = two_files(rig)
    parent, child = rig.line("Inbox", "Parent"), rig.line("Inbox", "Child")
    rig.replace("Inbox", f"{parent}\n{child}\n", f"{child.strip()}\n")
    rig.append("Work", parent + "\n")
    rig.run()
    same_ids(rig, ids)
    assert (rig.shown("Parent").list, rig.shown("Child").list) == ("Work", "Inbox")
    assert rig.shown("Child").parent is None
    rig.rest()


def test_a_parent_and_its_child_are_carried_away_together(rig: Rig) -> None:
    ids = two_files(rig)
    both = f"{rig.line('Inbox', 'Parent')}\n{rig.line('Inbox', 'Child')}\n"
    rig.replace("Inbox", both, "")
    rig.append("Work", both)
    rig.run()
    same_ids(rig, ids)
    assert {rig.shown(title).list for title in ("Parent", "Child")} == {"Work"}
    assert rig.shown("Child").parent == ids["Parent"]
    rig.rest()


def test_a_list_is_deleted_there_while_a_line_is_typed_here(rig: Rig) -> None:
    two_files(rig)
    rig.phone.delete_list("Work")
    rig.append("Work", "- [ ] Typed meanwhile\n")
    rig.run()
    shown = {one.title for one in rig.phone.reminders()}
    here = b"".join(rig.bytes_of_folder().values()).decode()
    assert "Typed meanwhile" in shown or "- [ ] Typed meanwhile" in here
    assert "Three" not in shown


def test_a_list_is_deleted_there_while_a_line_is_edited_here(rig: Rig) -> None:
    two_files(rig)
    rig.phone.delete_list("Work")
    rig.replace("Work", "- [ ] Three", "- [ ] Three, edited")
    report = rig.run()
    assert rig.line("Work", "Three, edited")
    assert "read-only" in {hold.kind for hold in report.held}
    assert "Four" not in rig.read("Work")


def test_a_list_is_deleted_there_and_its_line_carried_to_another_file(rig: Rig) -> None:
    ids = two_files(rig)
    line = rig.line("Work", "Three")
    rig.replace("Work", line + "\n", "")
    rig.append("Inbox", line + "\n")
    rig.phone.delete_list("Work")
    rig.run()
    rig.run()
    assert rig.line("Inbox", "Three")
    assert rig.shown("Three").list == "Inbox"
    assert rig.shown("Three").id == ids["Three"]


def test_a_swap_of_two_titles_swaps_two_titles(rig: Rig) -> None:
    ids = two_files(rig)
    text = rig.read("Work")
    swapped = text.replace("Three", "…").replace("Four", "Three").replace("…", "Four")
    rig.save("Work", swapped)
    rig.run()
    assert rig.shown("Three").id == ids["Four"]
    assert rig.shown("Four").id == ids["Three"]
    rig.rest()
