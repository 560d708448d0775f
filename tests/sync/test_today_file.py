"""A file that is generated is no list: nothing of it is sent, and nothing stands in it."""

from __future__ import annotations

from datetime import date, time

from sync.local.today import Item, written
from tests.rig import Rig


def made(*titles: str) -> bytes:
    items = [
        Item(f"r-aaaaaa{n}", title, "Inbox", date(2026, 3, 2), time(9))
        for n, title in enumerate(titles, 2)
    ]
    return written(items, date(2026, 3, 2))


def test_nothing_of_it_is_sent_and_it_is_left_alone(rig: Rig) -> None:
    rig.phone.create("Inbox", "Milk", due="2026-03-02")
    rig.run()
    today = rig.folder / "Today.md"
    today.write_bytes(made("Milk", "Tea"))
    report = rig.run()
    assert (report.pushed, report.problems, report.held) == (0, [], [])
    today.write_bytes(today.read_bytes().replace(b"[ ]", b"[x]"))
    report = rig.run()
    assert (report.pushed, report.problems, report.held) == (0, [], [])
    assert sorted(each.title for each in rig.phone.reminders()) == ["Milk"]
    assert [each.name for each in rig.phone.lists()] == ["Inbox"]


def test_a_line_that_is_deleted_from_its_list_is_deleted_though_it_is_in_the_file(rig: Rig) -> None:
    rig.phone.create("Inbox", "Milk", due="2026-03-02")
    rig.run()
    inbox = rig.folder / "Inbox.md"
    block = inbox.read_text().partition("^")[2].split()[0]
    item = Item(block, "Milk", "Inbox", date(2026, 3, 2))
    (rig.folder / "Today.md").write_bytes(written([item], date(2026, 3, 2)))
    rig.run()
    inbox.write_text(
        "".join(line for line in inbox.read_text().splitlines(True) if "Milk" not in line)
    )
    rig.run()
    assert rig.phone.reminders() == []


def test_a_list_of_its_name_gets_another_file(rig: Rig) -> None:
    today = rig.folder / "Today.md"
    today.write_bytes(made("Milk"))
    rig.run()
    rig.phone.create_list("Today")
    rig.phone.create("Today", "Tea")
    rig.run()
    assert today.read_bytes() == made("Milk")
    assert "Tea" in (rig.folder / "Today (2).md").read_text()
