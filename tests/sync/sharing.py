"""Somebody who shares lists with the rig's account, short to use in tests."""

from __future__ import annotations

from sandbox.sharing.people import Sharer
from tests.rig import Rig

GRACE = "Grace Hopper"
SHARED = "shared/records/"
DATABASE = "shared/changes/database"


def share(rig: Rig, name: str, *titles: str, permission: str = "READ_WRITE") -> Sharer:
    """Grace shares a list with these reminders, and it is synced."""
    grace = rig.world.shared.share(GRACE, name, permission)
    for title in titles:
        grace.phone.create(name, title)
    rig.wait(600)  # it is asked for rarely while there is nothing
    rig.run()
    return grace


def shown(sharer: Sharer, name: str) -> list[str]:
    """The titles on the sharer's phone; nothing on it may be broken."""
    sharer.phone.sync()
    found = sharer.phone.reminders(name)
    assert all(one.problems == () for one in found), found
    return sorted(one.title for one in found)


def rest(rig: Rig) -> None:
    """Both sides agree: another two runs change nothing, and ask for no record by name."""
    before = rig.bytes_of_folder()
    for _ in range(2):
        report = rig.run()
    assert (report.idle, report.pending, report.problems) == (True, 0, []), report
    assert rig.bytes_of_folder() == before
