"""A shared list itself: how it is shown, and what a file may not do to somebody else's list."""

from __future__ import annotations

from daemon.query.answers import Answers
from tests.rig import Rig
from tests.sync.sharing import rest, share, shown


def test_the_lists_say_with_whom_they_are_shared(rig: Rig) -> None:
    share(rig, "Trip", "Pack", permission="READ_ONLY")
    inbox = rig.phone.lists()[0].id
    rig.world.zone.serve(f"List/{inbox}", "List", {"share": {"recordName": "Share-1"}})
    rig.run()
    answers = Answers(rig.store.path)
    lists = answers.lists().result()["lists"]
    answers.close()
    sharing = ("name", "shared", "owner", "read_only")
    assert [tuple(one[key] for key in sharing) for one in lists] == [
        ("Inbox", "by you", None, False),
        ("Trip", "with you", "Grace Hopper", True),
    ]


def test_it_is_not_ours_to_delete(rig: Rig) -> None:
    grace = share(rig, "Trip", "Pack")
    kept = rig.read("Trip")
    rig.path("Trip").unlink()
    [hold] = rig.run().held
    assert "not yours to delete" in hold.reason
    assert rig.engine.approve(["Trip"]) == []
    assert rig.engine.approve([hold.id]) == []
    rig.run()
    assert shown(grace, "Trip") == ["Pack"]
    rig.save("Trip", kept)
    assert rig.run().held == []
    rest(rig)


def test_its_file_may_stand_in_any_group_and_iCloud_hears_nothing(rig: Rig) -> None:
    grace = share(rig, "Trip", "Pack")
    rig.phone.create_list("Family", is_group=True)
    rig.phone.create_list("Chores", group="Family")
    rig.phone.create("Chores", "Sweep")
    rig.run()
    rig.path("Trip").rename(rig.path("Family/Trip"))
    with rig.counting() as sent:
        assert rig.run().held == []
    assert not any("modify" in str(one["path"]) for one in sent)
    rig.append("Family/Trip", "- [ ] Book\n")
    grace.phone.create("Trip", "Passports")
    rig.run()
    assert shown(grace, "Trip") == ["Book", "Pack", "Passports"]
    assert "Passports" in rig.read("Family/Trip")
    rest(rig)


def test_a_deleted_reminder_of_it_is_restored_there(rig: Rig) -> None:
    grace = share(rig, "Trip", "Pack", "Book")
    pack = grace.phone.find("Pack").id
    for hard in (False, True):
        grace.phone.delete(pack, hard=hard)
        rig.run()
        assert "Pack" not in rig.read("Trip")
        assert rig.engine.restore(pack).anew is hard
        rig.run()
        assert shown(grace, "Trip") == ["Book", "Pack"]
        assert "Pack" in rig.read("Trip")
    rest(rig)
