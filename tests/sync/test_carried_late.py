"""What one machine made of a line or a file that comes to the other as it was before."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sync.machines import open_pair
from tests.sync.stepping import FullOnce
from tests.sync.test_two_machines import die_before, titles


@pytest.mark.parametrize(
    ("what", "dies"),
    [
        ("complete", ""),
        ("complete", "commit"),
        ("rename", "write"),
        ("complete and move", ""),
        ("complete and move", "write"),
    ],
)
def test_a_line_that_was_sent_by_the_other_machine_is_what_a_phone_made_of_it(
    tmp_path: Path, what: str, dies: str
) -> None:
    """It is carried without its id, and its reminder is not any more what the line says."""
    with open_pair(tmp_path, carried=True, conflicts="files") as pair:
        pair.laptop.save("Trip", "- [ ] Tickets\n")
        pair.calm()
        pair.laptop.append("Inbox", "- [ ] Milk\n")
        pair.carry()
        pair.laptop.run()
        phone, id = pair.phone, pair.phone.find("Milk").id
        if "complete" in what:
            phone.complete(id)
        if "rename" in what:
            phone.edit(id, title="Oat milk")
        if "move" in what:
            phone.move(id, next(one.id for one in phone.lists() if one.name == "Trip"))
        if dies:
            die_before(pair.desktop, dies)
        pair.desktop.run()
        pair.calm()
        mine = [one.id for one in phone.reminders("Inbox") + phone.reminders("Trip")]
        assert (len(mine), mine.count(id)) == (2, 1)
        both = pair.agree("Inbox") + pair.agree("Trip")
        assert (both.count("ilk"), both.count("^r-")) == (1, 2)
        assert ("- [x] Milk" in both) == phone.get(id).done == ("complete" in what)
        assert (
            ("- [ ] Oat milk" in both) == (phone.get(id).title == "Oat milk") == (what == "rename")
        )
        assert ("ilk" in pair.agree("Trip")) == ("move" in what)
        lost = [one.field for one in pair.desktop.store.attention.open_conflicts()]
        assert lost == (["done"] if "complete" in what else [])


def test_a_line_that_is_ticked_before_it_has_its_id_is_what_the_other_machine_sent(
    tmp_path: Path,
) -> None:
    with open_pair(tmp_path, carried=True) as pair:
        pair.laptop.append("Inbox", "- [ ] Milk\n")
        pair.carry()
        pair.laptop.run()
        pair.desktop.replace("Inbox", "- [ ] Milk", "- [x] Milk")
        pair.desktop.run()
        assert [one.done for one in pair.phone.reminders("Inbox")] == [True]
        assert [*pair.desktop.store.attention.open_conflicts()] == []


def test_a_line_that_could_not_be_given_its_id_and_was_ticked_is_what_the_other_machine_sent(
    tmp_path: Path,
) -> None:
    with open_pair(tmp_path, carried=True) as pair:
        pair.desktop.append("Inbox", "- [ ] Milk\n")
        pair.desktop.step = FullOnce("swap:write")
        pair.desktop.run()
        assert "^r-" not in pair.desktop.read("Inbox")
        pair.carry()
        pair.laptop.run()
        pair.desktop.replace("Inbox", "- [ ] Milk", "- [x] Milk")
        pair.desktop.run()
        assert [one.done for one in pair.phone.reminders("Inbox")] == [True]


@pytest.mark.parametrize("name", ["Trip", "Travels"])
def test_a_file_whose_list_a_phone_deleted_is_the_list_that_the_other_machine_made_of_it(
    tmp_path: Path, name: str
) -> None:
    with open_pair(tmp_path, carried=True) as pair:
        pair.desktop.save("Trip", "- [ ] Tickets\n")
        pair.desktop.run()
        pair.desktop.path("Trip").rename(pair.desktop.path(name))
        pair.desktop.append(name, "- [ ] Passport\n")
        pair.phone.delete_list("Trip")
        pair.carry()
        pair.laptop.run()
        pair.carry()
        pair.calm()
        assert [one.name for one in pair.phone.lists()] == ["Inbox", name]
        assert titles(pair, name) == ["Passport"]
        assert pair.agree(name).count("- [ ] ") == 1
        files = sorted(one.name for one in pair.laptop.folder.glob("*.md"))
        assert files == ["Inbox.md", f"{name}.md"]
        assert pair.laptop.run().held == pair.desktop.run().held == []
