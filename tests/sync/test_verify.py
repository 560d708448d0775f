"""`verify` finds what differs between database, iCloud and files, and nothing else; it mends it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from store.errors import Damaged
from store.rows import RecordRow, ReminderRow
from sync.cycle.checking.verdict import Verdict
from tests.rig import Rig


def sentences(verdict: Verdict) -> list[str]:
    return [one.sentence for one in verdict.found]


def sql(rig: Rig, statement: str, *parameters: object) -> None:
    """What a bug, or somebody with another programme, did to the database."""
    with rig.store.commit("test"):
        assert rig.store._connection.write(statement, parameters) == 1


def test_two_sides_at_rest_agree(seeded: Rig) -> None:
    before = seeded.bytes_of_folder()
    with seeded.counting() as sent:
        verdict = seeded.engine.verify()
    assert sentences(verdict) == []
    assert (verdict.result, verdict.exit_code, verdict.waiting) == ("agrees", 0, {})
    assert verdict.records > 40
    assert verdict.files == len(before)
    assert not any("modify" in str(one["path"]) for one in sent)
    seeded.rest()


def lost(rig: Rig) -> None:
    name = rig.store.mirror.reminder(rig.shown("Milk").id).record_name  # type: ignore[union-attr]
    with rig.store.commit("test"):
        rig.store.mirror.tombstone(name)


def retitled(rig: Rig) -> None:
    sql(rig, "UPDATE reminder SET title = 'Silk' WHERE title = 'Milk'")


def renamed(rig: Rig) -> None:
    sql(rig, "UPDATE list SET name = 'Greens' WHERE name = 'Groceries'")


def undecoded(rig: Rig) -> None:
    sql(rig, "DELETE FROM reminder WHERE title = 'Milk'")


def never_there(rig: Rig) -> None:
    groceries = next(row for row in rig.store.mirror.lists() if row.name == "Groceries")
    ghost = ReminderRow("GHOST", "Reminder/GHOST", "t1", title="Ghost", list_id=groceries.id)
    raw = {"recordName": "Reminder/GHOST", "recordType": "Reminder", "recordChangeTag": "t1"}
    with rig.store.commit("test"):
        rig.store.mirror.put([(RecordRow("Reminder/GHOST", "Reminder", raw, "t1"), ghost)])


def missed(rig: Rig) -> None:
    """A change of which the feed will never tell."""
    rig.phone.edit(rig.shown("Milk").id, title="Oat milk")
    cloud = rig.engine._parts.cloud()
    row = rig.store.mirror.zone()
    assert row is not None
    page = cloud.changes(cloud.reminders_zone(), row.sync_token)
    assert [one["recordType"] for one in page.records] == ["Reminder"]
    with rig.store.commit("test"):
        rig.store.mirror.set_zone(replace(row, sync_token=page.token))


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lost, "mirror: lacks reminder “Milk” in “Groceries”"),
        (retitled, "mirror: reminder “Milk” in “Groceries” is not as iCloud has it (mirror)"),
        (renamed, "mirror: list “Groceries” is not as iCloud has it (mirror)"),
        (undecoded, "mirror: reminder “Milk” in “Groceries” is not as iCloud has it (mirror)"),
        (never_there, "mirror: has reminder Reminder/GHOST, which iCloud has not"),
        (missed, "mirror: reminder “Oat milk” in “Groceries” is not as iCloud has it"),
    ],
)
def test_a_mirror_that_is_not_the_account_is_told_and_mended(
    seeded: Rig, harm: Callable[[Rig], None], told: str
) -> None:
    harm(seeded)
    before = seeded.bytes_of_folder()
    titles = {one.id: one.title for one in seeded.phone.reminders()}
    first = seeded.engine.verify()
    assert told in "\n".join(sentences(first))
    assert (first.result, first.exit_code) == ("differs", 3)
    assert seeded.bytes_of_folder() == before
    with seeded.counting() as sent:
        mended = seeded.engine.verify(repair=True)
    assert told in "\n".join(sentences(mended))
    assert [one.sentence for one in mended.left] == []
    assert (mended.result, mended.exit_code) == ("repaired", 0)
    assert not any("modify" in str(one["path"]) for one in sent)
    assert {one.id: one.title for one in seeded.phone.reminders()} == titles
    after = seeded.bytes_of_folder()
    assert after == before or harm is missed
    assert seeded.line("Groceries", "Oat milk" if harm is missed else "Milk")
    assert seeded.engine.verify().result == "agrees"
    seeded.rest()


def test_a_file_that_was_changed_behind_our_back_is_news_and_no_difference(seeded: Rig) -> None:
    seeded.replace("Groceries", "- [ ] Milk", "- [ ] Oat milk")
    seeded.append("Groceries", "- [ ] Typed just now\n")
    seeded.wait(3)
    verdict = seeded.engine.verify()
    assert (sentences(verdict), verdict.result) == ([], "agrees")
    assert verdict.waiting["not synced yet"] >= 2
    seeded.run()
    assert seeded.shown("Oat milk")
    assert seeded.shown("Typed just now")
    seeded.rest()


def test_what_the_phone_did_meanwhile_is_no_difference(seeded: Rig) -> None:
    seeded.phone.edit(seeded.shown("Milk").id, title="Oat milk")
    verdict = seeded.engine.verify()
    assert (sentences(verdict), verdict.waiting) == ([], {"not synced yet": 1})
    assert "Oat milk" not in seeded.read("Groceries")
    seeded.run()
    assert seeded.line("Groceries", "Oat milk")


def test_a_line_that_the_mirror_forgot_comes_back(seeded: Rig) -> None:
    """The file was put back as it was, behind a database that knows the later one."""
    id = seeded.shown("Milk").id
    seeded.replace("Groceries", seeded.line("Groceries", "Milk") + "\n", "")
    path = seeded.path("Groceries")
    row = seeded.store.places.file("Groceries.md")
    assert row is not None
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    with seeded.store.commit("test"):
        seeded.store.places.set_file(replace(row, sha256=sha))
        seeded.store.bases.drop(id)
    seeded.wait(3)
    verdict = seeded.engine.verify(repair=True)
    assert sentences(verdict) == ["files: “Milk” in “Groceries” has no line"]
    assert verdict.result == "repaired"
    assert seeded.line("Groceries", "Milk")
    assert seeded.shown("Milk").id == id


def test_a_base_that_says_otherwise_is_told_and_learned_anew(seeded: Rig) -> None:
    sql(seeded, "UPDATE base SET title = '\"Silk\"' WHERE title = '\"Milk\"'")
    verdict = seeded.engine.verify(repair=True)
    (told,) = sentences(verdict)
    assert told.startswith("database: “Milk” in “Groceries”: its title is the same on both sides")
    assert verdict.result == "repaired"
    assert seeded.engine.verify().result == "agrees"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("INSERT INTO base (id, placed) VALUES ('NOBODY', 1)", "database: base NOBODY"),
        ("INSERT INTO vanished (id, since_s) VALUES ('NOBODY', 1)", "database: vanished NOBODY"),
    ],
)
def test_rows_that_do_not_fit_are_told_and_forgotten(
    seeded: Rig, statement: str, told: str
) -> None:
    sql(seeded, statement)
    verdict = seeded.engine.verify(repair=True)
    assert told in "\n".join(sentences(verdict))
    assert verdict.result == "repaired"
    assert seeded.engine.verify().result == "agrees"


def test_what_waits_for_a_person_is_told_apart(seeded: Rig) -> None:
    for title in ("Milk", "Crème fraîche", "Eggs"):
        found = [one for one in seeded.phone.reminders() if one.title == title]
        for one in found:
            seeded.replace(one.list, seeded.line(one.list, title) + "\n", "")
    seeded.settings["hold_above"] = "1"
    seeded.restart()
    seeded.run()
    verdict = seeded.engine.verify()
    assert sentences(verdict) == []
    assert sum(verdict.waiting.values()) >= 2


def test_an_id_that_waits_for_its_reminder_is_no_difference(seeded: Rig) -> None:
    seeded.append("Groceries", "- [ ] From elsewhere ^r-zzzzzzz\n")
    assert [hold.id for hold in seeded.run().held] == ["r-zzzzzzz"]
    assert sentences(seeded.engine.verify()) == []


def test_what_was_last_found_is_remembered(seeded: Rig) -> None:
    assert seeded.engine.verified().result == "never"
    retitled(seeded)
    seeded.engine.verify()
    kept = seeded.engine.verified()
    assert (kept.result, kept.differences) == ("differs", 1)
    seeded.restart()
    assert seeded.engine.verified() == kept


def test_a_database_that_is_not_sound_is_not_compared(seeded: Rig, tmp_path: Path) -> None:
    """An index that has not what its table has makes some questions answer wrongly."""
    with seeded.store.commit("test"):
        raw = seeded.store._connection.raw
        raw.execute("PRAGMA writable_schema = ON")
        raw.execute(
            "UPDATE sqlite_master SET sql = replace(sql, '(list_id)', '(parent_id)')"
            " WHERE name = 'reminder_list'"
        )
    seeded.restart()
    with pytest.raises(Damaged, match="corrupt"):
        seeded.engine.verify()
