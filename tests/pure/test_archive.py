"""Which lines leave for the archive, and what an archived line means."""

from __future__ import annotations

from datetime import date

import pytest

from store.model import Absent, Completion
from sync.core.actions import AddLine, Forget, Plan, RemoveLine, Why
from sync.core.archive import archive_path, is_archive
from sync.core.plan import make_plan
from sync.core.snapshot import Policy, Snapshot
from tests.pure.values import LISTS, local, read, reminder, remote, shown, snapshot

DONE = reminder(done=Completion(at_ms=0))
CHILD = reminder("R2", done=Completion(at_ms=0), parent="R1")
ARCHIVES = Policy(shown, archive=True)
AWAY = Absent("it is in the archive")


@pytest.mark.parametrize("clean", [True, False])
def test_a_line_of_age_leaves_for_the_archive_whatever_stands_on_it(clean: bool) -> None:
    here, there = local(read(DONE), clean=clean), remote(DONE, visible=False)
    plan = make_plan(snapshot(here=here, there=there, base=DONE), ARCHIVES)
    assert plan == Plan(renders=(RemoveLine("R1", Why.ARCHIVED),))


@pytest.mark.parametrize(("child_stays", "gone"), [(True, []), (False, ["R1", "R2"])])
def test_a_family_leaves_as_one(child_stays: bool, gone: list[str]) -> None:
    family = Snapshot(
        remote={"R1": remote(DONE, visible=False), "R2": remote(CHILD, visible=child_stays)},
        local={"R1": local(read(DONE)), "R2": local(read(CHILD))},
        base={"R1": DONE.values(), "R2": CHILD.values()},
        lists=LISTS,
    )
    assert [op.id for op in make_plan(family, ARCHIVES).renders] == gone


@pytest.mark.parametrize("archived", [True, False])
def test_what_is_archived_is_remembered_and_never_deleted(archived: bool) -> None:
    def plan(*, visible: bool) -> Plan:
        there = remote(DONE, visible=visible)
        one = snapshot(here=AWAY, there=there, base=DONE)
        archive = {"R1"} if archived else set()
        return make_plan(
            Snapshot(one.remote, one.local, one.base, lists=LISTS, archived=archive), ARCHIVES
        )

    assert plan(visible=False) == (Plan() if archived else Plan(forgotten=(Forget("R1"),)))
    shown_again = plan(visible=True)
    assert shown_again.renders == ((AddLine("R1", DONE),) if archived else ())
    assert len(shown_again.pushes) == (0 if archived else 1)


def test_its_places_are_known_by_their_form() -> None:
    assert is_archive(archive_path("Home %2F Work", date(2026, 3, 2), ".md"))
    for other in ("Archive/Inbox.md", "Archive/a/b/2026-03.md", "x/Archive/a/2026-03.md"):
        assert not is_archive(other)
