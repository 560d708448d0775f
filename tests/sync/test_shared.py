"""Lists that others share are files like any other, and reach them in their own zone."""

from __future__ import annotations

from contextlib import suppress

import pytest

from sandbox.sharing.people import Sharer
from sync.errors import BadResponse, NetworkError
from tests.rig import Crash, Rig
from tests.sync.sharing import DATABASE, GRACE, SHARED, rest, share, shown
from tests.sync.test_crash_sweep import Saboteur, die


def test_a_shared_list_is_a_file_like_any_other(rig: Rig) -> None:
    grace = share(rig, "Trip", "Pack", "Book")
    assert rig.line("Trip", "Pack").startswith("- [ ] Pack ^r-")
    rig.replace("Trip", "- [ ] Pack", "- [x] Pack")
    rig.replace("Trip", "- [ ] Book", "- [ ] Book the hotel 🚩 ⏰ 10:00 📅 2026-12-14")
    rig.append("Trip", "- [ ] Passports\n    > both\n    - [ ] Photos\n")
    rig.run()
    assert shown(grace, "Trip") == ["Book the hotel", "Pack", "Passports", "Photos"]
    booked = grace.phone.find("Book the hotel")
    assert (booked.flagged, booked.shown_due) == (True, "2026-12-14T10:00[Europe/Paris]")
    assert grace.phone.find("Pack").done
    assert grace.phone.find("Photos").parent == grace.phone.find("Passports").id
    grace.phone.edit(booked.id, title="Hotel booked", due=None)
    grace.phone.delete(grace.phone.find("Photos").id)
    rig.run()
    assert "⏰" not in rig.line("Trip", "Hotel booked")
    assert "Photos" not in rig.read("Trip")
    rest(rig)
    assert rig.titles("Inbox") == set()


def test_a_deleted_line_is_deleted_there(rig: Rig) -> None:
    grace = share(rig, "Trip", "Pack", "Book")
    rig.replace("Trip", rig.line("Trip", "Pack") + "\n", "")
    rig.run()
    assert shown(grace, "Trip") == ["Book"]
    rest(rig)


def test_a_name_that_an_own_list_has_too_is_numbered(rig: Rig) -> None:
    share(rig, "Inbox", "Theirs")
    rig.append("Inbox", "- [ ] Ours\n")
    rig.run()
    assert "Theirs" in rig.read("Inbox (2)")
    assert rig.titles("Inbox") == {"Ours"}
    rest(rig)


def test_renaming_goes_both_ways(rig: Rig) -> None:
    grace = share(rig, "Trip", "Pack")
    rig.path("Trip").rename(rig.path("Journey"))
    rig.run()
    grace.phone.sync()
    assert [one.name for one in grace.phone.lists()] == ["Journey"]
    grace.phone.rename_list("Journey", "Voyage")
    rig.run()
    assert "Pack" in rig.read("Voyage")
    rest(rig)


def test_new_lists_are_always_private(rig: Rig) -> None:
    grace = share(rig, "Trip", "Pack")
    grace.phone.create_list("Family", is_group=True)
    family = next(one.id for one in grace.phone.lists() if one.is_group)
    grace.zone.serve(f"List/{family}", "List", {"share": {"recordName": "Share-X"}})
    rig.run()
    rig.save("Packing", "- [ ] Socks\n")
    rig.run()
    assert rig.titles("Packing") == {"Socks"}
    grace.phone.sync()
    assert "Packing" not in {one.name for one in grace.phone.lists()}


def test_a_read_only_list_takes_nothing_from_files(rig: Rig) -> None:
    grace = share(rig, "Trip", "Pack", permission="READ_ONLY")
    rig.replace("Trip", "- [ ] Pack", "- [x] Pack")
    rig.append("Trip", "- [ ] Mine\n")
    with rig.counting() as sent:
        report = rig.run()
    assert not any("modify" in str(one["path"]) for one in sent)
    assert {hold.kind.value for hold in report.held} == {"read-only"}
    assert len(report.held) == 2
    assert shown(grace, "Trip") == ["Pack"]
    grace.share("Trip", "READ_WRITE", rig.world.account.owner)
    assert rig.run().held == []
    assert shown(grace, "Trip") == ["Mine", "Pack"]
    assert grace.phone.find("Pack").done
    rest(rig)


def test_a_write_that_is_refused_makes_nothing_else_wait(rig: Rig) -> None:
    grace = share(rig, "Trip", "Pack")
    share_name = next(name for name in grace.zone.records if name.startswith("Share-"))
    grace.zone.records[share_name].envelope["currentUserParticipant"]["permission"] = "READ_ONLY"
    rig.replace("Trip", "- [ ] Pack", "- [x] Pack")
    rig.append("Inbox", "- [ ] Ours\n")
    report = rig.run()
    assert (report.parked, report.exit_code) == (1, 3)
    assert "ACCESS_DENIED" in report.problems[0]
    assert rig.titles("Inbox") == {"Ours"}
    assert rig.line("Trip", "Pack").startswith("- [x] Pack")


def test_nothing_moves_between_owners_and_stays_the_same(rig: Rig) -> None:
    grace = share(rig, "Trip", "Pack")
    rig.append("Inbox", "- [ ] Ours\n")
    rig.run()
    line = rig.line("Inbox", "Ours")
    rig.replace("Inbox", line + "\n", "")
    rig.append("Trip", line.replace("Ours", "Ours, retitled") + "\n")
    report = rig.run()
    [hold] = report.held
    assert hold.kind.value == "crossing"
    assert "“Trip”" in hold.reason
    assert rig.titles("Inbox") == {"Ours, retitled"}
    assert shown(grace, "Trip") == ["Pack"]
    rig.replace("Trip", rig.line("Trip", "Ours") + "\n", "")
    rig.append("Inbox", line.replace("Ours", "Ours, retitled") + "\n")
    assert rig.run().held == []
    rest(rig)


def many(rig: Rig) -> tuple[Sharer, Sharer]:
    grace = share(rig, "Trip", "Pack")
    alan = rig.world.shared.share("Alan Turing", "Tea")
    alan.phone.create("Tea", "Earl Grey")
    rig.run()
    return grace, alan


def edit_everywhere(rig: Rig, grace: Sharer, alan: Sharer) -> None:
    rig.append("Trip", "- [ ] Book\n")
    rig.append("Tea", "- [ ] Assam\n")
    rig.append("Inbox", "- [ ] Ours\n")
    grace.phone.create("Trip", "Passports")
    alan.phone.edit(alan.phone.find("Earl Grey").id, notes="hot")
    rig.phone.create("Inbox", "Dictated")


def check_everywhere(rig: Rig, grace: Sharer, alan: Sharer) -> None:
    assert shown(grace, "Trip") == ["Book", "Pack", "Passports"]
    assert shown(alan, "Tea") == ["Assam", "Earl Grey"]
    assert sorted(one.title for one in rig.phone.reminders()) == ["Dictated", "Ours"]
    assert rig.read("Trip").count("[ ]") == 3
    assert rig.read("Tea").count("[ ]") == 2
    assert "> hot" in rig.read("Tea")
    assert rig.read("Inbox").count("[ ]") == 2
    rest(rig)


def test_each_owner_gets_what_is_theirs(rig: Rig) -> None:
    grace, alan = many(rig)
    edit_everywhere(rig, grace, alan)
    rig.run()
    check_everywhere(rig, grace, alan)


@pytest.mark.parametrize("share_of", range(4))
def test_dying_between_the_zones_changes_nothing(rig: Rig, share_of: int) -> None:
    grace, alan = many(rig)
    edit_everywhere(rig, grace, alan)
    strike = 1 + share_of * 9
    rig.step = Saboteur(strike, die)
    with pytest.raises(Crash):
        rig.run()
    rig.step = lambda _: None
    rig.restart()
    rig.run()
    rig.wait(120)
    rig.run()
    check_everywhere(rig, grace, alan)


@pytest.mark.parametrize("form", ["body", "http"])
def test_the_expired_token_of_one_zone_is_a_walk_of_that_zone(rig: Rig, form: str) -> None:
    grace, alan = many(rig)
    edit_everywhere(rig, grace, alan)
    rig.world.faults.token_expiry = form  # type: ignore[assignment]
    grace.zone.expire_tokens()
    rig.world.shared.expire_tokens()
    rig.run()
    check_everywhere(rig, grace, alan)


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("lost_reply", SHARED + "modify"),
        ("html", SHARED + "changes"),
        ("lost_reply", DATABASE),
    ],
)
def test_an_answer_that_is_lost(rig: Rig, kind: str, path: str) -> None:
    grace, alan = many(rig)
    edit_everywhere(rig, grace, alan)
    rig.world.faults.fail(kind, path)  # type: ignore[arg-type]
    for _ in range(3):
        with suppress(NetworkError, BadResponse):  # a schedule would go on from there
            rig.run()
        rig.wait(20)
    check_everywhere(rig, grace, alan)


def test_trouble_with_a_shared_zone_is_told_and_stops_nothing_else(rig: Rig) -> None:
    grace, alan = many(rig)
    edit_everywhere(rig, grace, alan)
    rig.world.faults.fail("status", SHARED + "changes", status=500, code="INTERNAL_ERROR", times=9)
    report = rig.run()
    assert any("Grace Hopper" in problem for problem in report.problems), report.problems
    assert any("Alan Turing" in problem for problem in report.problems)
    assert rig.titles("Inbox") == {"Ours", "Dictated"}
    rig.world.faults.clear()
    rig.wait(600)
    rig.run()
    check_everywhere(rig, grace, alan)


def test_how_often_it_is_asked(rig: Rig) -> None:
    def asked(times: int, trigger: str) -> list[str]:
        with rig.counting() as sent:
            for _ in range(times):
                rig.wait(60)
                rig.engine.cycle(trigger)
        return [str(one["path"]).rpartition("production/")[2] for one in sent]

    asked(3, "timer")
    assert asked(5, "timer") == ["private/records/changes"] * 5
    grace = rig.world.shared.share(GRACE, "Trip")
    rig.wait(600)
    asked(2, "timer")
    assert asked(6, "timer").count(DATABASE) == 2
    assert len(asked(6, "timer")) == 8
    grace.phone.create("Trip", "Pack")
    rig.run()
    assert "Pack" in rig.read("Trip")
