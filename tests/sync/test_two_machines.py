"""A laptop and a desktop, each with its own daemon: no duplicate, no ping-pong, nothing lost."""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.compose import Around
from sync.errors import Busy
from sync.local.claim import alone_in
from tests.rig import Crash
from tests.sync.machines import COPY, Machine, Pair, open_pair


@pytest.fixture(params=["with", "without"])
def shared(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Pair]:
    """One folder that is carried, with and without `.remindersd`."""
    with open_pair(tmp_path, carried=True, ours=request.param == "with") as pair:
        yield pair


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Pair]:
    """A folder for each."""
    with open_pair(tmp_path, carried=False) as pair:
        yield pair


def titles(pair: Pair, name: str = "Inbox") -> list[str]:
    return sorted(one.title for one in pair.phone.reminders(name))


def die_before_push(machine: Machine) -> None:
    """It dies after it wrote ids into its files and before iCloud heard of them."""
    die_before(machine, "push")


def die_before(machine: Machine, part: str) -> None:
    def step(name: str) -> None:
        if name == f"engine:{part}":
            raise Crash

    machine.step = step
    with pytest.raises(Crash):
        machine.run()
    machine.step = lambda _: None
    machine.restart()


def test_each_on_its_own_folder_sees_what_the_other_does(apart: Pair) -> None:
    apart.laptop.append("Inbox", "- [ ] From the laptop\n")
    apart.desktop.append("Inbox", "- [ ] From the desktop\n")
    apart.phone.create("Inbox", "From the phone")
    apart.calm()
    assert titles(apart) == ["From the desktop", "From the laptop", "From the phone"]
    for machine in apart.machines:
        assert machine.read("Inbox").count("- [ ] ") == 3


def test_a_new_line_that_both_see_without_an_id_is_one_reminder(shared: Pair) -> None:
    shared.laptop.append("Inbox", "- [ ] Milk\n- [ ] Milk\n- [ ] Bread\n    - [ ] Rye\n")
    shared.carry()
    shared.calm()
    assert titles(shared) == ["Bread", "Milk", "Milk", "Rye"]
    assert shared.agree().count("^r-") == 4


def test_a_line_that_arrives_with_an_id_before_its_reminder_is_that_reminder(shared: Pair) -> None:
    shared.laptop.append("Inbox", "- [ ] Milk\n- [ ] Bread\n")
    die_before_push(shared.laptop)
    shared.carry()
    shared.desktop.run()
    shared.calm()
    assert titles(shared) == ["Bread", "Milk"]
    assert shared.agree().count("^r-") == 2


def test_a_line_that_both_name_at_once_gets_one_name(shared: Pair) -> None:
    shared.laptop.append(
        "Inbox", "## Food\n\n- [ ] Milk\n- [ ] Milk\n- [ ] Bread #x ⏰ 10:00 📅 2026-12-01\n"
    )
    shared.laptop.save("Trip", "- [ ] Tickets\n")
    shared.laptop.save("Work/Plans", "- [ ] Write\n")
    shared.carry()
    die_before_push(shared.laptop)
    shared.desktop.run()
    shared.calm()
    assert titles(shared) == ["Bread", "Milk", "Milk"]
    assert sorted(one.name for one in shared.phone.lists()) == ["Inbox", "Plans", "Trip", "Work"]
    (inbox,) = (one for one in shared.phone.lists() if one.name == "Inbox")
    assert [one.name for one in shared.phone.sections(inbox.id)] == ["Food"]
    for name in ("Inbox", "Trip", "Work/Plans"):
        assert COPY not in shared.agree(name)
    assert not list(shared.laptop.folder.rglob(f"*{COPY}*"))


def test_a_line_that_was_edited_on_its_way_waits_for_its_reminder(shared: Pair) -> None:
    shared.laptop.append("Inbox", "- [ ] Milk\n")
    die_before_push(shared.laptop)
    shared.carry()
    shared.desktop.replace("Inbox", "Milk", "Oat milk")
    report = shared.desktop.run()
    assert [hold.kind for hold in report.held] == ["unknown-id"]
    assert "another machine" in report.held[0].reason
    shared.calm()
    assert titles(shared) == ["Milk"]  # nothing tells which of both is the newer
    assert [one.loser for one in shared.desktop.store.attention.open_conflicts()] == ["Oat milk"]
    assert shared.agree().count("^r-") == 1


def test_what_was_done_long_ago_is_typed_anew(apart: Pair) -> None:
    apart.laptop.append("Inbox", "- [ ] Milk\n")
    apart.laptop.run()
    apart.phone.complete(apart.phone.find("Milk").id)
    for machine in apart.machines:
        machine.wait(15 * 86_400)
    apart.calm()
    apart.desktop.append("Inbox", "- [ ] Milk\n")
    apart.calm()
    assert sorted(one.done for one in apart.phone.reminders("Inbox")) == [False, True]


def test_an_id_whose_reminder_never_comes_makes_a_new_line_in_the_end(apart: Pair) -> None:
    apart.laptop.append("Inbox", "- [ ] From another account ^r-abcdefg\n")
    assert "unknown-id" in {hold.kind for hold in apart.laptop.run().held}
    apart.laptop.wait(300)
    apart.laptop.restart()
    assert "300 s" not in apart.laptop.run().held[0].reason
    assert titles(apart) == []
    apart.laptop.wait(300)
    apart.calm()
    assert titles(apart) == ["From another account"]
    assert "abcdefg" not in apart.laptop.read("Inbox")


def test_a_new_file_that_both_see_becomes_one_list(shared: Pair) -> None:
    shared.laptop.save("Trip", "- [ ] Tickets\n")
    shared.laptop.save("Work/Plans", "- [ ] Write\n")
    shared.carry()
    shared.calm()
    names = [one.name for one in shared.phone.lists()]
    assert sorted(names) == ["Inbox", "Plans", "Trip", "Work"]
    assert titles(shared, "Trip") == ["Tickets"]
    assert titles(shared, "Plans") == ["Write"]
    shared.agree("Trip")
    shared.agree("Work/Plans")


def test_what_a_phone_did_is_written_with_the_same_bytes_on_both(shared: Pair) -> None:
    shared.laptop.append("Inbox", "- [ ] Milk\n- [ ] Bread\n- [ ] Eggs\n")
    shared.calm()
    phone = shared.phone
    phone.edit(phone.find("Milk").id, title="Oat milk", notes="two", priority=1)
    phone.complete(phone.find("Eggs").id)
    phone.create("Inbox", "Butter")
    phone.create("Inbox", "Rye", parent=phone.find("Bread").id)
    phone.create_list("Garden")
    phone.create("Garden", "Seeds")
    for machine in shared.machines:
        machine.run()
    shared.agree()
    shared.agree("Garden")
    shared.calm()


def test_what_the_other_machine_displaced_is_the_others_to_judge(tmp_path: Path) -> None:
    """A receipt that is carried is not settled here, nor cleared away, there least of all."""
    with open_pair(tmp_path, carried=True, ours=True) as pair:
        pair.laptop.append("Inbox", "- [ ] Milk\n")
        pair.laptop.run()
        kept = {path.name for path in receipts(pair.laptop)}
        assert kept
        pair.carry()
        assert {path.name for path in receipts(pair.desktop)} >= kept
        pair.desktop.wait(300)
        pair.desktop.run()
        pair.carry()
        assert {path.name for path in receipts(pair.laptop)} >= kept
        pair.laptop.wait(300)
        pair.laptop.run()
        assert not kept & {path.name for path in receipts(pair.laptop)}


def test_two_machines_called_the_same_keep_their_receipts_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(platform, "node", lambda: "localhost")
    own = iter(["7f3e\n", "91ac\n", "\n"])
    monkeypatch.setattr(Path, "read_text", lambda *_: next(own))
    assert [Around().host for _ in range(3)] == ["7f3e", "91ac", "localhost"]


def receipts(machine: Machine) -> list[Path]:
    return [*(machine.folder / ".remindersd" / "receipts").rglob("*.data")]


def test_two_at_work_in_one_folder_take_turns(apart: Pair) -> None:
    apart.laptop.append("Inbox", "- [ ] Milk\n")
    with alone_in(apart.laptop.folder), pytest.raises(Busy, match="another remindersd"):
        apart.laptop.run()
    apart.calm()
    assert titles(apart) == ["Milk"]


def both_edit(pair: Pair, later: str) -> None:
    """Each edits and gets to know what the phone did, before anything is carried."""
    pair.laptop.append("Inbox", "- [ ] Milk\n- [ ] Bread\n- [ ] Eggs\n- [ ] Tea\n")
    pair.calm()
    phone = pair.phone
    phone.edit(phone.find("Eggs").id, title="Six eggs")
    phone.create("Inbox", "Dictated")
    pair.desktop.replace("Inbox", "Bread", "Rye bread")
    pair.desktop.append("Inbox", "- [ ] Typed at the desktop\n")
    pair.desktop.run()
    pair.laptop.replace("Inbox", "Milk", "Oat milk")
    pair.laptop.append("Inbox", "- [ ] Typed at the laptop\n")
    newer = pair.laptop if later == "laptop" else pair.desktop
    now = os.stat(newer.path("Inbox")).st_mtime + 10
    os.utime(newer.path("Inbox"), (now, now))


@pytest.mark.parametrize("later", ["laptop", "desktop"])
def test_a_file_that_both_changed_loses_no_edit(shared: Pair, later: str) -> None:
    both_edit(shared, later)
    shared.carry()
    for machine in reversed(shared.machines):
        machine.run()
        shared.carry()
    shared.calm()
    there = {"Rye bread", "Six eggs", "Dictated", "Typed at the desktop", "Tea"}
    mine = {"Oat milk", "Typed at the laptop"} if later == "laptop" else {"Milk"}
    assert set(titles(shared)) == there | mine
    assert len(titles(shared)) == len(there | mine)
    assert sorted(re.findall(r"- \[ \] (.*) \^", shared.agree())) == titles(shared)
    (copy,) = shared.laptop.folder.glob(f"*{COPY}*")
    if later == "desktop":
        assert "Oat milk" in copy.read_text()
    shared.laptop.engine.merge(copy.name)
    shared.carry()
    shared.calm()
    assert set(titles(shared)) == there | mine | {"Typed at the laptop"}
    assert len(titles(shared)) == len(there) + 2
    if later == "desktop":
        kept = {one.loser for one in shared.laptop.store.attention.open_conflicts()}
        assert "Oat milk" in kept
    assert not list(shared.desktop.folder.glob(f"*{COPY}*"))


def test_an_older_version_that_wins_undoes_nothing(shared: Pair) -> None:
    """The desktop writes what it knew of the phone after the laptop wrote what came next."""
    shared.laptop.append("Inbox", "- [ ] Milk\n")
    shared.calm()
    older, id = shared.agree(), shared.phone.find("Milk").id
    shared.phone.edit(id, title="Oat milk")
    shared.phone.create("Inbox", "Dictated")
    shared.laptop.run()
    shared.desktop.save("Inbox", older + "\n")
    now = os.stat(shared.desktop.path("Inbox")).st_mtime + 10
    os.utime(shared.desktop.path("Inbox"), (now, now))
    shared.carry()
    shared.calm()
    assert titles(shared) == ["Dictated", "Oat milk"]
    assert "Oat milk" in shared.agree()


def test_a_reminder_that_a_phone_moved_arrives_with_the_file_of_one_list_first(
    shared: Pair,
) -> None:
    """The other machine still has the line where it stood, and iCloud says where it belongs."""
    shared.laptop.append("Inbox", "- [ ] Milk\n- [ ] Bread\n")
    shared.laptop.save("Trip", "- [ ] Tickets\n")
    shared.calm()
    phone = shared.phone
    (trip,) = (one for one in phone.lists() if one.name == "Trip")
    phone.move(phone.find("Milk").id, trip.id)
    shared.laptop.run()
    shutil.copy2(shared.laptop.path("Trip"), shared.desktop.path("Trip"))
    shared.desktop.run()
    assert "Milk" not in shared.desktop.read("Inbox")
    shared.calm()
    assert (titles(shared), titles(shared, "Trip")) == (["Bread"], ["Milk", "Tickets"])
    assert shared.agree("Trip").count("Milk") == 1


def test_a_copy_from_before_a_line_had_its_id_does_not_bring_it_again(apart: Pair) -> None:
    apart.laptop.append("Inbox", "- [ ] Milk\n- [ ] Bread\n")
    copy = apart.laptop.path("Inbox").with_name(f"Inbox{COPY}.md")
    copy.write_text("- [ ] Milk\n- [ ] Bread\n- [ ] Eggs\n")
    apart.calm()
    apart.phone.create_list("Trip")
    (trip,) = (one for one in apart.phone.lists() if one.name == "Trip")
    apart.phone.move(apart.phone.find("Milk").id, trip.id)
    apart.calm()
    assert apart.laptop.engine.merge(copy.name).added == ["Eggs"]
    apart.calm()
    assert (titles(apart), titles(apart, "Trip")) == (["Bread", "Eggs"], ["Milk"])
