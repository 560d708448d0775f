"""What an owner takes back is left alone in the files, until a person lets it go."""

from __future__ import annotations

from sandbox.sharing.people import Sharer
from tests.rig import Rig
from tests.sync.sharing import rest, share, shown


def unshared(rig: Rig, *titles: str) -> Sharer:
    grace = share(rig, "Trip", *titles)
    grace.unshare()
    return grace


def list_id(sharer: Sharer) -> str:
    return sharer.phone.lists()[0].id


def test_the_file_is_left_alone_and_a_person_is_told(rig: Rig) -> None:
    grace = unshared(rig, "Pack", "Book")
    before = rig.bytes_of_folder()
    report = rig.run()
    [hold] = report.held
    assert (hold.id, hold.kind.value) == (list_id(grace), "unshared")
    assert "no longer shared with you" in hold.reason
    assert report.exit_code == 4
    rig.replace("Trip", "- [ ] Pack", "- [x] Pack")
    rig.replace("Trip", rig.line("Trip", "Book") + "\n", "")
    rig.append("Inbox", "- [ ] Ours\n")
    after = rig.read("Trip")
    with rig.counting() as sent:
        assert rig.run().exit_code == 0
    assert not any("shared/records/modify" in str(one["path"]) for one in sent)
    assert rig.read("Trip") == after
    assert rig.titles("Inbox") == {"Ours"}
    assert before.keys() == rig.bytes_of_folder().keys()
    assert rig.store._connection.all("SELECT count(*) FROM reminders")[0][0] == 1


def test_it_is_noticed_when_the_token_was_dead_too(rig: Rig) -> None:
    grace = share(rig, "Trip", "Pack")
    grace.unshare()
    rig.world.shared.sharers.clear()  # nothing tells of it any more
    rig.world.shared.expire_tokens()
    assert [hold.kind.value for hold in rig.run().held] == ["unshared"]
    assert "Pack" in rig.read("Trip")


def test_sharing_it_again_goes_on_where_it_was(rig: Rig) -> None:
    grace = unshared(rig, "Pack", "Book")
    rig.run()
    rig.replace("Trip", "- [ ] Pack", "- [x] Pack")
    grace.phone.edit(grace.phone.find("Book").id, notes="the hotel")
    grace.phone.create("Trip", "Passports")
    rig.run()
    share(rig, "Trip")
    assert rig.run().held == []
    assert grace.phone.lists()[0].count == 3
    assert shown(grace, "Trip") == ["Book", "Pack", "Passports"]
    assert grace.phone.find("Pack").done
    assert "    > the hotel\n" in rig.read("Trip")
    assert "Passports" in rig.read("Trip")
    rest(rig)


def test_what_was_deleted_meanwhile_is_deleted_then(rig: Rig) -> None:
    grace = unshared(rig, "Pack", "Book")
    rig.run()
    grace.phone.delete(grace.phone.find("Book").id, hard=True)
    share(rig, "Trip")
    assert "Book" not in rig.read("Trip")
    rest(rig)


def test_approving_lets_the_lines_go_and_only_when_it_is_named(rig: Rig) -> None:
    grace = unshared(rig, *(f"Task {number}" for number in range(8)))
    rig.run()
    assert rig.engine.approve() == []
    rig.run()
    assert rig.read("Trip").count("[ ]") == 8
    assert [hold.id for hold in rig.engine.approve([list_id(grace)])] == [list_id(grace)]
    report = rig.run()
    assert report.held == []
    rig.run()
    assert not rig.path("Trip").exists()
    assert len(shown(grace, "Trip")) == 8
    rest(rig)
    share(rig, "Trip")
    assert rig.read("Trip").count("[ ]") == 8
    rest(rig)


def test_words_that_were_never_sent_stay_when_the_rest_goes(rig: Rig) -> None:
    grace = unshared(rig, "Pack", "Book")
    rig.run()
    rig.replace("Trip", "- [ ] Pack", "- [ ] Pack my own things")
    rig.append("Trip", "- [ ] Mine\n")
    rig.run()
    rig.engine.approve([list_id(grace)])
    report = rig.run()
    assert "Book" not in rig.read("Trip")
    assert "Pack my own things" in rig.read("Trip")
    assert "Mine" in rig.read("Trip")
    assert {hold.kind.value for hold in report.held} == {"read-only"}


def test_a_line_that_is_carried_into_an_own_list_is_kept_there(rig: Rig) -> None:
    grace = unshared(rig, "Pack", "Book")
    rig.run()
    line = rig.line("Trip", "Pack")
    rig.replace("Trip", line + "\n", "")
    rig.append("Inbox", line + "\n")
    rig.run()
    assert rig.titles("Inbox") == set()
    rig.engine.approve([list_id(grace)])
    rig.run()
    rig.run()
    assert rig.titles("Inbox") == {"Pack"}
    assert not rig.path("Trip").exists()
    share(rig, "Trip")
    assert "Pack" not in rig.read("Trip")  # its place is taken: they are never mixed
    assert "Book" in rig.read("Trip")
    assert rig.titles("Inbox") == {"Pack"}
    assert shown(grace, "Trip") == ["Book", "Pack"]
    rest(rig)


def test_unshared_in_the_middle_of_an_edit(rig: Rig) -> None:
    grace = share(rig, "Trip", "Pack")

    def when_sending(step: str) -> None:
        if step == "engine:push":
            grace.unshare()

    rig.append("Trip", "- [ ] Mine\n")
    rig.append("Inbox", "- [ ] Ours\n")
    rig.step = when_sending
    report = rig.run()
    rig.step = lambda _: None
    assert {hold.kind.value for hold in report.held} == {"unshared"}
    assert "Mine" in rig.read("Trip")
    assert rig.titles("Inbox") == {"Ours"}
    share(rig, "Trip")
    assert shown(grace, "Trip") == ["Mine", "Pack"]
    rest(rig)


def test_one_list_of_two_that_is_taken_back(rig: Rig) -> None:
    grace = share(rig, "Trip", "Pack")
    share(rig, "Party", "Balloons")
    trip = next(one.id for one in grace.phone.lists() if one.name == "Trip")
    pack = grace.phone.find("Pack").id
    gone = [f"Reminder/{pack}", f"List/{trip}"]
    grace.zone.modify(
        [{"operationType": "forceDelete", "record": {"recordName": name}} for name in gone]
    )
    before = rig.read("Trip")
    report = rig.run()
    assert [(hold.id, hold.kind.value) for hold in report.held] == [(trip, "unshared")]
    assert rig.read("Trip") == before
    grace.phone.create("Party", "Cake")
    rig.run()
    assert "Cake" in rig.read("Party")
    rig.engine.approve([trip])
    rig.run()
    rig.run()
    assert not rig.path("Trip").exists()
    rest(rig)
