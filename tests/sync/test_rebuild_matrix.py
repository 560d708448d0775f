"""A lost database, in every format, over all that an account can hold: nothing doubled or written.

Everything is in one account at once, since what breaks a rebuild is mostly two things together.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.rebuilding import make_anew
from daemon.settings.config import load_config
from tests.rig import Rig, make_world, open_rig
from tests.sync.test_rebuild import everything_shown, lose_database, modifications

DAY_S = 86_400.0
SETTINGS = {
    "markdown": {"format": "markdown", "archive": "month", "images": "Attachments"},
    "unmarked": {"format": "markdown", "markers": "none", "images": "Attachments"},
    "todo.txt": {"format": "todo.txt", "archive": "month"},
    "vdir": {"format": "vdir"},
}


def fill_from_the_phone(rig: Rig) -> None:
    phone = rig.phone
    phone.create_list("Club", is_group=True)
    phone.create_list("Work", "Club")  # a namesake, in a group
    twin = phone.create_list("Work", "Club")  # and one of both
    [work] = [one.id for one in phone.lists() if one.name == "Work" and one.group is None]
    garden = phone.create_section(work, "Garden")
    phone.create_section(work, "Empty")
    rake = phone.create(work, "Rake", notes="the old one\n\nby the door", tags=["dry", "autumn"])
    phone.put_in_section(rake, garden)
    for number in range(2):  # namesakes in one section, one with a subtask
        same = phone.create(work, "Same", due="2026-12-01" if number else None)
        phone.put_in_section(same, garden)
    phone.create(work, "Beneath", parent=same, due="2026-12-02T09:00[Asia/Tokyo]")
    ring = phone.create("Inbox", "Ring", due="2026-12-03T18:00[Europe/Paris]", flagged=True)
    phone.add_alarm(ring, "2026-12-03T07:00[Europe/Paris]")
    phone.add_early(ring, "15 minutes before")
    phone.add_place(ring, 48.85, 2.35, title="Market", leaving=True)
    look = phone.create("Inbox", "Look")
    phone.attach_image(look, "IMG 1.JPG", b"\xff\xd8\xff a photo", size=(4, 3))
    hidden = phone.create("Inbox", "Done long ago")
    phone.complete(hidden, rig.clock() - 40 * DAY_S)
    phone.complete(phone.create("Inbox", "Done today"), rig.clock())
    phone.create(twin, "In the namesake")


def fill_from_files(rig: Rig) -> None:
    """With a tick that comes of age, for the archive."""
    if rig.suffix == ".md":
        rig.append("Inbox", "- [ ] Typed 🔁 every week 📅 2026-12-04\n    > said here\n- [x] Old\n")
        rig.append("Inbox", "\n## New heading\n\n- [ ] Under it\n    - [ ] Below that\n")
    elif rig.suffix == ".txt":
        rig.append("Inbox", "(A) Typed rec:1w due:2026-12-04\nx Old\n")


@pytest.mark.parametrize("kind", SETTINGS)
def test_all_that_an_account_holds_is_found_again(tmp_path: Path, kind: str) -> None:
    with open_rig(tmp_path, make_world(), **SETTINGS[kind]) as rig:
        rig.run()
        if not any(one.name == "Inbox" for one in rig.phone.lists()):
            rig.phone.create_list("Inbox")
        fill_from_the_phone(rig)
        rig.run()
        fill_from_files(rig)
        rig.run()
        rig.wait(20 * DAY_S)
        rig.run()
        rig.rest()
        before, shown = rig.bytes_of_folder(), everything_shown(rig)
        assert len(before) > 5
        assert ("Archive" in str(sorted(before))) == ("archive" in SETTINGS[kind])
        for lose in (lose_database, rebuild):
            lose(rig)
            with rig.counting() as sent:
                report = rig.run()
            assert (report.held, report.conflicts, report.problems) == ([], [], []), lose
            assert (report.files, report.pending, modifications(sent)) == (0, 0, 0), lose
            assert rig.bytes_of_folder() == before, lose
        assert everything_shown(rig) == shown
        rig.rest()


def rebuild(rig: Rig) -> None:
    """As `remindersd rebuild` does."""
    rig.close()
    made = make_anew(load_config(rig.home / "config.yaml"))
    assert (made.kept is not None, made.lost) == (True, ())
    rig.open()
