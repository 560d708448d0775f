"""Whatever people do to lines and files, a line stays its reminder, or is new and none is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.core.actions import HoldKind
from tests.rig import Rig, empty_world, open_rig

_ID = re.compile(r" (?:\^|id:)r-\w+")
GROCERIES = (
    "Buy two bottles of oat milk",
    "Fetch the bread from the baker",
    "Call Ann",
    "Call Ben",
)


@pytest.fixture(params=["markdown", "todo.txt"])
def rig(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Rig]:
    """Two lists with a few lines, at rest."""
    with open_rig(tmp_path, empty_world(), format=request.param, grace="2m") as rig:
        rig.phone.create_list("Other")
        rig.run()
        rig.save("Inbox", rig.read("Inbox") + "".join(map(line(rig), GROCERIES)))
        rig.append("Other", line(rig)("Elsewhere"))
        rig.run()
        rig.rest()
        yield rig


def line(rig: Rig):  # type: ignore[no-untyped-def]
    """A task without an id, as the format writes it."""
    return ("- [ ] {}\n" if rig.suffix == ".md" else "{}\n").format


def stripped(text: str) -> str:
    return _ID.sub("", text)


def identities(rig: Rig) -> dict[str, str]:
    return {one.title: one.id for one in rig.phone.reminders()}


def waits(rig: Rig) -> set[str]:
    return {hold.kind.value for hold in rig.run().held}


def settle(rig: Rig) -> None:
    """Long enough that every deletion that can go has gone."""
    rig.run()
    rig.wait(130)
    rig.run()
    rig.run()


def cut(rig: Rig, words: str) -> str:
    gone = rig.line("Inbox", words) + "\n"
    rig.replace("Inbox", gone, "")
    return gone


def test_ids_taken_off_and_a_title_edited_at_once(rig: Rig) -> None:
    before = identities(rig)
    rig.save("Inbox", stripped(rig.read("Inbox")).replace("two bottles", "six bottles"))
    settle(rig)
    after = identities(rig)
    assert sorted(after.values()) == sorted(before.values())
    assert after["Buy six bottles of oat milk"] == before["Buy two bottles of oat milk"]
    rig.rest()


def test_ids_taken_off_and_lines_put_in_another_order(rig: Rig) -> None:
    before = identities(rig)
    head, *tasks = re.split(r"(?m)^(?=- \[ \]|Buy|Fetch|Call)", stripped(rig.read("Inbox")))
    rig.save("Inbox", head + "".join(reversed(tasks)))
    settle(rig)
    assert identities(rig) == before
    rig.rest()


def test_what_could_be_either_is_new_and_neither_is_deleted(rig: Rig) -> None:
    """“Ann” and “Ben” became “Abn” and “Bnn”: nobody can tell which is which."""
    before = identities(rig)
    text = (
        stripped(rig.read("Inbox")).replace("Call Ann", "Call Abn").replace("Call Ben", "Call Bnn")
    )
    rig.save("Inbox", text)
    report = rig.run()
    settle(rig)
    after = identities(rig)
    assert before.items() <= after.items()
    assert {"Call Abn", "Call Bnn"} <= after.keys()
    told = [hold.reason for hold in rig.run().held]
    assert any("Call Ann" in one and "Call Abn" in one for one in told), (told, report.changes)
    assert report.exit_code == 4
    rig.restart()
    rig.engine.approve([before["Call Ben"]])
    settle(rig)
    assert "Call Ben" not in identities(rig)
    block = rig.store.places.block_of(before["Call Ann"])
    assert block is not None
    mine = rig.line("Inbox", "Call Abn")
    rig.replace("Inbox", mine, re.sub(r"r-\w+", block.block, mine))
    settle(rig)
    assert identities(rig)["Call Abn"] == before["Call Ann"]


def test_a_line_of_what_a_phone_deleted_brings_nothing_back(rig: Rig) -> None:
    buffer = rig.read("Inbox")
    rig.phone.delete(rig.shown("Call Ann").id)
    rig.run()
    rig.append("Inbox", line(rig)("Typed since"))
    rig.run()
    rig.save("Inbox", buffer.replace("Call Ben", "Call Bill") + line(rig)("Typed since"))
    assert "gone-in-icloud" in waits(rig)
    assert "Call Ann" not in identities(rig)


def test_a_pasted_line_that_was_edited_comes_back_with_the_edit(rig: Rig) -> None:
    before = identities(rig)
    clipboard = cut(rig, "Call Ann")
    settle(rig)
    assert "Call Ann" not in identities(rig)
    rig.append("Inbox", clipboard.replace("Call Ann", "Call Ann at noon"))
    settle(rig)
    assert identities(rig)["Call Ann at noon"] == before["Call Ann"]
    rig.rest()


@pytest.mark.parametrize("where", ["above", "below", "elsewhere", "earlier"])
def test_a_copied_line_leaves_the_first_what_it_is(rig: Rig, where: str) -> None:
    before = identities(rig)
    copied = rig.line("Inbox", "Call Ann") + "\n"
    text = rig.read("Inbox")
    if where == "above":
        rig.save("Inbox", text.replace(copied, copied.replace("Call Ann", "Call Zoe") + copied))
    elif where == "below":
        rig.save("Inbox", text.replace(copied, copied + copied.replace("Call Ann", "Call Zoe")))
    elif where == "elsewhere":
        rig.append("Other", copied.replace("Call Ann", "Call Zoe"))
    else:
        rig.save("Aaa", copied.replace("Call Ann", "Call Zoe"))
    settle(rig)
    after = identities(rig)
    assert before.items() <= after.items()
    assert after.keys() - before.keys() == {"Call Zoe"}
    rig.rest()


def test_a_copy_of_a_file_beside_it_is_neither_doubled_nor_deleted(rig: Rig) -> None:
    before = identities(rig)
    rig.save("Backup", rig.read("Inbox"))
    settle(rig)
    assert identities(rig) == before
    rig.path("Backup").unlink()
    settle(rig)
    assert identities(rig) == before
    rig.rest()


@pytest.mark.parametrize("seconds", [0, 60, 200])
@pytest.mark.parametrize("with_id", [True, False])
def test_a_line_cut_now_and_pasted_later(rig: Rig, seconds: int, with_id: bool) -> None:
    before = identities(rig)
    clipboard = cut(rig, "Fetch the bread")
    rig.run()
    rig.wait(seconds)
    rig.run()
    assert (seconds == 200) == ("Fetch the bread from the baker" not in identities(rig))
    rig.append("Other", clipboard if with_id else stripped(clipboard))
    settle(rig)
    after = identities(rig)
    assert after.keys() == before.keys()
    assert rig.titles("Other") == {"Elsewhere", "Fetch the bread from the baker"}
    if with_id or seconds < 200:
        assert after == before
    assert len(rig.phone.reminders()) == len(before)
    rig.rest()


def test_a_renamed_file_with_edited_lines(rig: Rig) -> None:
    before = identities(rig)
    text = rig.read("Inbox").replace("Call Ann", "Ring Ann") + line(rig)("New one")
    rig.path("Inbox").unlink()
    rig.save("Household", text)
    settle(rig)
    after = identities(rig)
    assert after["Ring Ann"] == before["Call Ann"]
    assert {one.name for one in rig.phone.lists()} == {"Household", "Other"}
    assert set(after.values()) > set(before.values())
    assert len(after) == len(before) + 1
    rig.rest()


def test_a_file_split_in_two_and_two_files_joined(rig: Rig) -> None:
    before = identities(rig)
    moved = "".join(rig.line("Inbox", name) + "\n" for name in ("Call Ann", "Call Ben"))
    rig.save("Calls", moved)
    for name in ("Call Ann", "Call Ben"):
        cut(rig, name)
    settle(rig)
    assert identities(rig) == before
    assert rig.titles("Calls") == {"Call Ann", "Call Ben"}
    rig.rest()
    rig.append("Inbox", moved)
    rig.path("Calls").unlink()
    settle(rig)
    assert identities(rig) == before
    assert rig.titles("Inbox") == set(GROCERIES)
    assert HoldKind.LIST in {hold.kind for hold in rig.run().held}  # it waits for a word


def test_a_file_renamed_in_its_case_alone(rig: Rig) -> None:
    before = identities(rig)
    rig.path("Inbox").rename(rig.path("INBOX"))
    settle(rig)
    assert identities(rig) == before
    assert {one.name for one in rig.phone.lists()} == {"INBOX", "Other"}
    rig.rest()


def test_a_list_renamed_on_both_sides_is_one_list(rig: Rig) -> None:
    before = identities(rig)
    rig.path("Inbox").rename(rig.path("Typed"))
    rig.phone.rename_list("Inbox", "Tapped")
    settle(rig)
    assert identities(rig) == before
    assert {one.name for one in rig.phone.lists()} == {"Tapped", "Other"}
    assert [one.loser for one in rig.store.attention.open_conflicts()] == ["Typed"]
    rig.rest()


def test_a_file_from_a_backup_takes_back_nothing_that_a_phone_did(rig: Rig) -> None:
    backup, before = rig.read("Inbox"), identities(rig)
    phone = rig.phone
    phone.edit(before["Call Ben"], title="Call Benjamin", due="2026-12-01")
    phone.delete(before["Call Ann"])
    phone.create("Inbox", "Dictated since")
    rig.run()
    rig.replace("Inbox", "Fetch the bread", "Bake the bread")
    rig.append("Inbox", line(rig)("Typed since"))
    rig.run()
    rig.rest()
    rig.save("Inbox", backup)
    report = rig.run()
    assert any("older version" in change for change in report.changes)
    settle(rig)
    shown = rig.shown("Call Benjamin")
    assert (shown.id, shown.due) == (before["Call Ben"], "2026-12-01")
    assert rig.titles("Inbox") == {
        *(GROCERIES[:2]),  # what was typed over here is as in the backup, as was asked for
        *("Call Benjamin", "Dictated since", "Typed since"),
    }
    text = rig.read("Inbox")
    assert all(words in text for words in ("Call Benjamin", "Dictated since", "Typed since"))
    assert {hold.kind for hold in rig.run().held} == {HoldKind.GONE_IN_ICLOUD}


def test_an_inbox_that_is_cleared_is_as_it_was_and_no_backup(rig: Rig) -> None:
    cleared = rig.read("Inbox")
    for title in ("Typed at nine", "Typed at ten"):
        rig.append("Inbox", line(rig)(title))
        rig.run()
    rig.save("Inbox", cleared)
    settle(rig)
    assert rig.titles("Inbox") == {*GROCERIES}
    assert rig.read("Inbox") == cleared
    rig.rest()


def test_one_line_that_is_again_what_it_was_after_another_was_taken_out(rig: Rig) -> None:
    """What waits to be deleted is no second line that went back."""
    first = rig.read("Inbox")
    rig.replace("Inbox", "Call Ann", "Call Anna")
    rig.phone.create("Inbox", "Dictated since")
    rig.run()
    cut(rig, "Dictated since")
    assert waits(rig) == {"grace"}
    rig.save("Inbox", first)
    settle(rig)
    assert rig.titles("Inbox") == {*GROCERIES}
    assert rig.read("Inbox") == first
    rig.rest()


def test_a_backup_that_is_seen_half_saved_takes_back_nothing_either(rig: Rig) -> None:
    backup, before = rig.read("Inbox"), identities(rig)
    rig.append("Inbox", line(rig)("Typed since"))
    rig.run()
    for title in ("Call Ann", "Call Ben"):
        rig.phone.edit(before[title], title=f"{title}ie")
    rig.run()
    rig.save("Inbox", backup[: backup.index("Call Ann")].rpartition("\n")[0] + "\n")
    assert waits(rig) == {"grace"}
    rig.save("Inbox", backup)
    settle(rig)
    assert rig.titles("Inbox") == {*GROCERIES[:2], "Call Annie", "Call Benie", "Typed since"}
    rig.rest()


def test_one_line_that_is_once_more_what_it_was_is_a_persons_edit(rig: Rig) -> None:
    """Renamed here, on the phone and on the phone again; then as it was at first, by hand."""
    id = identities(rig)["Call Ann"]
    rig.replace("Inbox", "Call Ann", "Call Anna")
    rig.run()
    for title in ("Call Annie", "Call Anne"):
        rig.phone.edit(id, title=title)
        rig.run()
    rig.replace("Inbox", "Call Anne", "Call Ann")
    settle(rig)
    assert "Call Ann" in identities(rig)
    rig.rest()
