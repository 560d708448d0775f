"""What was completed so long ago that it has no line is moved and deleted by its name as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from sync.cycle.asked.once import Once
from sync.cycle.asked.refused import refused_now
from sync.errors import CannotWrite
from tests.rig import Crash, Rig, empty_world, open_rig
from tests.sync.sharing import share
from tests.sync.test_writing import Change, Drop, Field, write
from tests.sync.test_writing_hidden import asked

LONG_AGO_S = 30 * 86400


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """Two lists; in one of them a family, completed long ago but for one subtask."""
    with open_rig(tmp_path, empty_world()) as found:
        phone = found.phone
        phone.create_list("Home")
        ids = {"Trip": phone.create("Inbox", "Trip")}
        for title in ("Pack", "Pay"):
            ids[title] = phone.create("Inbox", title, parent=ids["Trip"])
        phone.create("Inbox", "Stays")
        for title in ("Pack", "Trip"):
            phone.complete(ids[title], when=found.clock() - LONG_AGO_S)
        found.run(approve=True)
        assert "Trip" not in found.read("Inbox")
        assert found.line("Inbox", "Pay").startswith("- [ ] Pay")
        yield found


def id_of(rig: Rig, title: str) -> str:
    return next(row.id for row in rig.store.mirror.reminders() if row.title == title)


def test_it_moves_with_its_subtasks_seen_and_unseen_and_undo_takes_that_back(rig: Rig) -> None:
    rig.restart()
    told = asked(rig, "move", "trip", list="home")
    assert (told["did"], told["list"], told["subtasks"]) == ("changed", "Home", 2)
    assert "Pay" in rig.read("Home")
    assert "Pay" not in rig.read("Inbox")
    rig.run()
    assert rig.titles("Home") == {"Trip", "Pack", "Pay"}
    assert rig.shown("Pack").parent == id_of(rig, "Trip")
    rig.rest()
    rig.engine.undo()
    rig.run()
    assert rig.titles("Inbox") == {"Trip", "Pack", "Pay", "Stays"}
    rig.run()
    rig.rest()


def test_a_subtask_leaves_its_parent_behind_and_what_is_there_already_stays(rig: Rig) -> None:
    assert asked(rig, "move", "Pack", list="Inbox")["did"] == "unchanged"
    assert asked(rig, "move", "Pack", list="Home")["parent"] is None
    rig.run()
    assert (rig.titles("Home"), rig.shown("Pack").parent) == ({"Pack"}, None)
    rig.rest()


def test_it_is_deleted_with_its_subtasks_and_comes_back_by_undo(rig: Rig) -> None:
    rig.restart()
    told = asked(rig, "delete", "Trip")
    assert (told["did"], told["subtasks"]) == ("deleted", 2)
    with pytest.raises(CannotWrite, match="deleted with the next sync"):
        write(rig, Drop(id_of(rig, "Trip")), trigger="delete")
    rig.restart()
    rig.run()
    assert rig.titles("Inbox") == {"Stays"}
    rig.rest()
    rig.engine.restore(id_of(rig, "Trip"))
    rig.run()
    assert rig.shown("Trip").done
    rig.rest()


def test_what_a_phone_made_of_it_meanwhile_is_not_deleted(rig: Rig) -> None:
    pack = id_of(rig, "Pack")
    asked(rig, "delete", "Pack")
    rig.phone.reopen(pack)
    rig.run()
    assert not rig.shown("Pack").done
    [refused] = refused_now(rig.store)
    assert (refused.what, refused.title) == ("deletion", "Pack")
    assert "was changed in iCloud after you deleted it here" in refused.reason
    rig.engine.drop([refused.number])
    rig.run()
    rig.rest()


def test_what_was_edited_before_it_was_deleted_goes_all_the_same(rig: Rig) -> None:
    asked(rig, "edit", "Pack", notes="Done by Ada")
    asked(rig, "delete", "Pack")
    rig.run()
    assert "Pack" not in rig.titles("Inbox")
    rig.rest()


def test_more_than_a_few_at_once_are_refused_also_one_by_one(rig: Rig) -> None:
    ids = [rig.phone.create("Home", f"Old {number}") for number in range(6)]
    for id in ids:
        rig.phone.complete(id, when=rig.clock() - LONG_AGO_S)
    rig.run()
    with pytest.raises(CannotWrite, match="6 completed reminders without lines"):
        write(rig, *map(Drop, ids), trigger="delete")
    write(rig, *map(Drop, ids[:5]), trigger="delete")
    with pytest.raises(CannotWrite, match="would be deleted at once"):
        write(rig, Drop(ids[5]), trigger="delete")
    rig.run()
    assert rig.titles("Home") == {"Old 5"}
    write(rig, Drop(ids[5]), trigger="delete")
    rig.run()
    assert rig.titles("Home") == set()


@pytest.mark.parametrize("at", ["commit:wish:after", "commit:send:after"])
def test_a_crash_loses_it_not_and_a_request_made_again_does_no_more(rig: Rig, at: str) -> None:
    once = Once("k", "hash", lambda _written: "answer")

    def ask() -> None:
        drop, move = Drop(id_of(rig, "Pack")), Change(id_of(rig, "Trip"), {Field.NOTES: "over"})
        rig.engine.write(lambda _: [drop, move], "delete", wait=rig.wait, once=once)

    def die(name: str) -> None:
        if name == at:
            raise Crash

    rig.step = die
    with suppress(Crash):
        ask()
        rig.run()
        pytest.fail("it did not come to that")
    rig.step = lambda _: None
    rig.restart()
    ask()
    rig.run()
    assert rig.titles("Inbox") == {"Trip", "Pay", "Stays"}
    assert rig.shown("Trip").notes == "over"
    rig.rest()


def test_it_takes_no_network_and_all_of_it_flows_later(rig: Rig) -> None:
    rig.restart()
    with rig.counting() as sent:
        asked(rig, "move", "Trip", list="Home")
        asked(rig, "delete", "Pack")
    assert sent == []
    rig.restart()
    rig.run()
    assert (rig.titles("Home"), rig.titles("Inbox")) == ({"Trip", "Pay"}, {"Stays"})
    rig.rest()


def test_it_does_not_move_to_the_list_of_somebody_else(rig: Rig) -> None:
    share(rig, "Theirs", "Book")
    with pytest.raises(CannotWrite, match="“Theirs”, a list of another owner"):
        asked(rig, "move", "Trip", list="Theirs")
    assert rig.store.outbox.queued() == []


def test_for_good_where_that_is_asked_for(tmp_path: Path) -> None:
    with open_rig(tmp_path, empty_world(), mode="purge") as rig:
        id = rig.phone.create("Inbox", "Old", tags=["a"])
        rig.phone.complete(id, when=rig.clock() - LONG_AGO_S)
        rig.run(approve=True)
        asked(rig, "delete", "Old")
        rig.run()
        assert id not in {one.id for one in rig.phone.reminders()}
        assert rig.store.mirror.reminder(id) is None
        rig.rest()
