"""Another client of the same account, pyicloud, reads what we push, and we pull what it writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyicloud.services.reminders.models import Reminder
from pyicloud.services.reminders.service import RemindersService

from tests.rig import Rig
from tests.sandbox.redirect import client


@pytest.fixture
def peer(rig: Rig, tmp_path: Path) -> Iterator[RemindersService]:
    """pyicloud, signed in to the account of ``rig``."""
    account = rig.world.account
    service, _ = client(rig.url, tmp_path / "peer", account.apple_id, account.password)
    service.authenticate()
    yield service.reminders
    service.session.close()


def seen(peer: RemindersService, title: str) -> Reminder:
    found = [one for one in peer.reminders() if one.title == title]
    assert len(found) == 1, [one.title for one in peer.reminders()]
    return found[0]


def inbox(peer: RemindersService) -> str:
    return str(next(one.id for one in peer.lists() if one.title == "Inbox"))


def test_it_reads_everything_that_we_push(rig: Rig, peer: RemindersService) -> None:
    rig.append(
        "Inbox",
        "- [ ] 🛒 Groceries für 👨‍👩‍👧 🚩 ⏰ 09:30 America/Toronto ⏫ 📅 2026-12-14\n"
        "    > Bring two bags.\n    >\n    > naïve — ok?\n"
        "    - [ ] Milk\n"
        "- [x] Done already\n"
        "- [ ] All day 📅 2026-12-15\n",
    )
    rig.run()
    parent = seen(peer, "🛒 Groceries für 👨‍👩‍👧")
    assert parent.desc == "Bring two bags.\n\nnaïve — ok?"
    assert (parent.priority, parent.flagged, parent.completed) == (1, True, False)
    assert (parent.time_zone, parent.all_day) == ("America/Toronto", False)
    assert parent.due_date == datetime(2026, 12, 14, 14, 30, tzinfo=UTC)
    assert parent.undecodable_text_fields in ((), [], set(), frozenset(), None)
    child = seen(peer, "Milk")
    assert child.parent_reminder_id is not None
    assert child.parent_reminder_id.split("/")[-1] == parent.id.split("/")[-1]
    assert seen(peer, "Done already").completed
    assert seen(peer, "All day").all_day


def test_it_reads_each_later_edit(rig: Rig, peer: RemindersService) -> None:
    rig.append("Inbox", "- [ ] Task 📅 2026-12-14\n- [ ] Goes\n")
    rig.run()
    rig.replace("Inbox", "- [ ] Task 📅 2026-12-14", "- [x] Täsk, retitled 🔽")
    rig.replace("Inbox", rig.line("Inbox", "Goes") + "\n", "")
    rig.run()
    task = seen(peer, "Täsk, retitled")
    assert (task.completed, task.priority, task.due_date) == (True, 9, None)
    assert [one.title for one in peer.reminders() if not one.deleted] == ["Täsk, retitled"]


def test_we_pull_everything_that_it_writes(rig: Rig, peer: RemindersService) -> None:
    made = peer.create(
        inbox(peer),
        "Call the plumber 🔧",
        desc="before noon\nor never",
        priority=1,
        flagged=True,
        due_date=datetime(2026, 12, 14, 8, 30, tzinfo=UTC),
        time_zone="Europe/Paris",
    )
    peer.create(inbox(peer), "Under it", parent_reminder_id=made.id)
    rig.run()
    line = rig.line("Inbox", "Call the plumber")
    assert line.startswith("- [ ] Call the plumber 🔧 🚩 ⏰ 09:30 ⏫ 📅 2026-12-14 ^r-")
    assert f"{line}\n    > before noon\n    > or never\n" in rig.read("Inbox")
    assert rig.line("Inbox", "Under it").startswith("    - [ ] ")
    rig.rest()


def test_we_pull_each_edit_that_it_makes_of_ours(rig: Rig, peer: RemindersService) -> None:
    rig.append("Inbox", "- [ ] Ours\n- [ ] Goes\n")
    rig.run()
    ours = seen(peer, "Ours")
    ours.title, ours.desc, ours.priority = "Ours, from there", "noted there", 5
    peer.update(ours)
    peer.delete(seen(peer, "Goes"))
    rig.run()
    line = rig.line("Inbox", "Ours, from there")
    assert line.startswith("- [ ] Ours, from there 🔼 ^r-")
    assert f"{line}\n    > noted there\n" in rig.read("Inbox")
    assert "Goes" not in rig.read("Inbox")
    rig.rest()


def test_we_edit_what_it_wrote_and_it_and_the_phone_agree(rig: Rig, peer: RemindersService) -> None:
    peer.create(inbox(peer), "Written there", desc="note")
    rig.run()
    rig.replace("Inbox", "Written there", "Written here 🎉")
    rig.replace("Inbox", "    > note", "    > note, longer")
    rig.run()
    assert seen(peer, "Written here 🎉").desc == "note, longer"
    shown = rig.shown("Written here 🎉")
    assert (shown.notes, shown.problems) == ("note, longer", ())
