"""Whatever the service does, both sides end equal, nothing is doubled and nothing is lost."""

from __future__ import annotations

import pytest

from sync.errors import NetworkError, RemindersdError
from tests.rig import Rig
from tests.sync.stepping import DoesOnce

MODIFY, CHANGES = "records/modify", "records/changes"


def run_through(rig: Rig, *, tries: int = 8) -> None:
    """Cycles as a schedule makes them: an error ends one, and the next comes when it may."""
    for _ in range(tries):
        try:
            rig.run()
        except NetworkError as error:
            rig.wait(getattr(error, "retry_after_s", None) or 10.0)
            continue
        except RemindersdError:
            continue
        return
    raise AssertionError("it never got through")


def edit_both_sides(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Old one\n- [ ] Old two\n- [ ] Goes\n")
    rig.run()
    rig.replace("Inbox", "Old one", "Old one, retitled ⏰ 10:00 📅 2026-12-14")
    rig.replace("Inbox", rig.line("Inbox", "Goes") + "\n", "")
    rig.append("Inbox", "- [ ] New parent\n    > note\n    - [ ] New child\n")
    rig.phone.edit(rig.shown("Old two").id, notes="from the phone")
    rig.phone.create("Inbox", "Made on the phone")


def check_both_sides(rig: Rig) -> None:
    titles = {"Old one, retitled", "Old two", "New parent", "New child", "Made on the phone"}
    shown = {one.title: one for one in rig.phone.reminders("Inbox")}
    assert len(rig.phone.reminders("Inbox")) == len(titles)
    assert shown.keys() == titles
    assert all(one.problems == () for one in shown.values())
    assert shown["Old one, retitled"].shown_due == "2026-12-14T10:00[Europe/Paris]"
    assert shown["New child"].parent == shown["New parent"].id
    assert (shown["Old two"].notes, shown["New parent"].notes) == ("from the phone", "note")
    tasks = [line for line in rig.read("Inbox").split("\n") if "- [ ] " in line]
    assert len(tasks) == len(titles)
    assert all(sum(title in line for line in tasks) == 1 for title in titles)
    assert rig.read("Inbox").count("    > from the phone") == 1
    rig.rest()


@pytest.mark.parametrize("path", [MODIFY, CHANGES])
@pytest.mark.parametrize(
    "kind", ["lost_reply", "cut_before", "cut_body", "html", "truncated", "gzip"]
)
def test_an_answer_that_is_lost_or_garbled(rig: Rig, kind: str, path: str) -> None:
    edit_both_sides(rig)
    rig.world.faults.fail(kind, path)  # type: ignore[arg-type]
    run_through(rig)
    check_both_sides(rig)


@pytest.mark.parametrize("skip", [1, 2])
def test_a_reply_lost_late_in_a_run(rig: Rig, skip: int) -> None:
    edit_both_sides(rig)
    rig.world.faults.fail("lost_reply", MODIFY, skip=skip)
    run_through(rig)
    check_both_sides(rig)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("path", [MODIFY, CHANGES])
def test_told_to_wait(rig: Rig, status: int, path: str) -> None:
    edit_both_sides(rig)
    rig.world.faults.fail("status", path, status=status, retry_after=0.05, times=2)
    run_through(rig)
    check_both_sides(rig)


def test_told_to_wait_long_stops_and_says_how_long(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task\n")
    rig.world.faults.fail("status", MODIFY, status=503, retry_after=600, times=1)
    with pytest.raises(NetworkError) as caught, rig.counting() as sent:
        rig.run()
    assert 600 <= caught.value.retry_after_s <= 750  # type: ignore[attr-defined]
    assert sum(MODIFY in str(one["path"]) for one in sent) == 1
    rig.restart()
    rig.run()
    assert rig.titles("Inbox") == {"Task"}
    rig.rest()


@pytest.mark.parametrize("code", ["AUTHENTICATION_FAILED", "AUTHENTICATION_REQUIRED"])
@pytest.mark.parametrize("status", [401, 421, 450])
@pytest.mark.parametrize("path", [MODIFY, CHANGES])
def test_a_session_that_ends_is_renewed_once(rig: Rig, status: int, path: str, code: str) -> None:
    edit_both_sides(rig)
    rig.world.faults.fail("status", path, status=status, code=code)
    with rig.counting() as sent:
        rig.run()
    renewals = [one for one in sent if "database" not in str(one["path"])]
    assert 1 <= len(renewals) <= 6, renewals
    check_both_sides(rig)


@pytest.mark.parametrize("form", ["zone", "body", "http"])
def test_an_expired_token_is_a_full_walk_that_deletes_nothing(rig: Rig, form: str) -> None:
    edit_both_sides(rig)
    rig.world.faults.token_expiry = form  # type: ignore[assignment]
    rig.world.zone.expire_tokens()
    report = rig.run()
    assert report.held == []
    check_both_sides(rig)


def test_a_walk_notices_what_was_deleted_while_the_token_was_dead(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Goes\n- [ ] Stays\n")
    rig.run()
    rig.phone.delete(rig.shown("Goes").id, hard=True)
    rig.world.zone.expire_tokens()
    rig.run()
    assert "Goes" not in rig.read("Inbox")
    assert rig.titles("Inbox") == {"Stays"}
    rig.rest()


@pytest.mark.parametrize("times", [1, 3])
def test_a_conflict_on_a_write_is_looked_up_and_decided_afresh(rig: Rig, times: int) -> None:
    edit_both_sides(rig)
    rig.world.faults.fail_item("CONFLICT", "Reminder/", times=times)
    run_through(rig)
    check_both_sides(rig)


@pytest.mark.parametrize("code", ["TRY_AGAIN_LATER", "ZONE_BUSY", "INTERNAL_ERROR", "THROTTLED"])
def test_one_record_that_is_to_be_tried_later(rig: Rig, code: str) -> None:
    edit_both_sides(rig)
    rig.world.faults.fail_item(code, "Reminder/", times=1)
    run_through(rig)
    check_both_sides(rig)


def test_a_poisoned_record_is_parked_and_the_others_flow(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Poison\n- [ ] Fine\n")
    rig.run()
    id = rig.shown("Poison").id
    rig.world.faults.fail_item("BAD_REQUEST", id, reason="too sour", times=50)
    rig.replace("Inbox", "Poison", "Poison, retitled")
    rig.replace("Inbox", "Fine", "Fine, retitled")
    rig.append("Inbox", "- [ ] New\n")
    report = rig.run()
    assert (report.parked, report.exit_code) == (1, 3)
    assert "too sour" in " ".join(report.problems)
    assert rig.titles("Inbox") == {"Poison", "Fine, retitled", "New"}
    rig.append("Inbox", "- [ ] Newer\n")
    with rig.counting() as sent:
        rig.run()
    assert sum(MODIFY in str(one["path"]) for one in sent) == 1
    assert id not in str([one["body_summary"] for one in sent])
    rig.world.faults.clear()
    rig.replace("Inbox", "Poison, retitled", "Cured")
    assert rig.run().parked == 0
    assert rig.titles("Inbox") == {"Cured", "Fine, retitled", "New", "Newer"}
    rig.rest()


def test_a_poisoned_new_line_blocks_neither_list_nor_siblings(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Parent\n    - [ ] Child\n- [ ] Fine\n")
    rig.world.faults.fail_item("BAD_REQUEST", "Reminder/", times=1)
    rig.run()
    rig.world.faults.clear()
    assert "Fine" in rig.titles("Inbox") or "Parent" in rig.titles("Inbox")
    assert rig.read("Inbox").count("[ ]") == 3


@pytest.mark.parametrize("lag_s", [5.0, 30.0])
def test_a_feed_that_lags_behind_writes_makes_no_duplicate(rig: Rig, lag_s: float) -> None:
    edit_both_sides(rig)
    rig.run()
    rig.world.faults.read_lag = lag_s
    rig.replace("Inbox", "New parent", "New parent!")
    rig.append("Inbox", "- [ ] While it lags\n")
    for _ in range(3):
        rig.run()
    rig.world.faults.read_lag = 0.0
    rig.run()
    assert "New parent!" in rig.titles("Inbox")
    rig.replace("Inbox", "New parent!", "New parent")
    rig.replace("Inbox", rig.line("Inbox", "While it lags") + "\n", "")
    rig.run()
    check_both_sides(rig)


def test_a_lost_reply_with_a_lagging_feed(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rig.world.zone, "_clock", rig.clock)  # so that the lag ends by waiting
    edit_both_sides(rig)
    rig.world.faults.read_lag = 20.0
    rig.world.faults.fail("lost_reply", MODIFY)
    for _ in range(4):
        run_through(rig)
    rig.world.faults.read_lag = 0.0
    run_through(rig)
    check_both_sides(rig)


@pytest.mark.parametrize(
    "switches",
    [
        {"more_coming_null": True},
        {"twice_in_page": True},
        {"numbers_as_text": True},
        {"omit_deleted_flag": True},
        {"empty_pages": 2},
    ],
    ids=lambda switches: next(iter(switches)),
)
def test_odd_answers_that_are_allowed(rig: Rig, switches: dict[str, object]) -> None:
    rig.world.faults.set(switches)
    edit_both_sides(rig)
    run_through(rig)
    check_both_sides(rig)


def test_a_feed_that_never_ends_is_an_error_and_not_a_loop(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task\n")
    rig.world.faults.stuck_tokens = 2
    with pytest.raises(RemindersdError, match="same token"):
        rig.run()
    rig.world.faults.clear()
    run_through(rig)
    assert rig.titles("Inbox") == {"Task"}
    rig.rest()


def test_an_account_without_its_zone_deletes_nothing_here(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task\n")
    rig.run()
    before = rig.bytes_of_folder()
    rig.world.zone.present = False
    with pytest.raises(RemindersdError):
        rig.run()
    assert rig.bytes_of_folder() == before
    rig.world.zone.present = True
    run_through(rig)
    assert rig.bytes_of_folder() == before
    rig.rest()


def test_what_was_sent_and_not_answered_is_learned_while_its_file_cannot_be_read(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Typed 📅 2026-12-04\n")
    rig.run()
    rig.replace("Inbox", "2026-12-04", "2026-12-13")
    rig.world.faults.fail("lost_reply", MODIFY)
    rig.wait(3)
    with pytest.raises(NetworkError):
        rig.engine.cycle("test")
    rig.wait(3600)
    dateless = rig.read("Inbox").replace(" 📅 2026-12-13", "")
    rig.path("Inbox").write_bytes(b"\xff\n")
    assert [hold.kind for hold in rig.engine.cycle("test").held] == ["file"]
    rig.save("Inbox", dateless)
    assert rig.run().conflicts == []
    assert rig.shown("Typed").due is None
    assert "2026-12-13" not in rig.read("Inbox")
    rig.rest()


def test_what_was_sent_and_not_answered_is_learned_of_what_a_phone_deletes_then(rig: Rig) -> None:
    """An edit here outlives that, and is none of both sides."""
    rig.append("Inbox", "- [ ] Typed 📅 2026-12-04\n")
    rig.run()
    id = rig.shown("Typed").id
    rig.replace("Inbox", "2026-12-04", "2026-12-13")
    rig.world.faults.fail("lost_reply", MODIFY)
    rig.wait(3)
    with pytest.raises(NetworkError):
        rig.engine.cycle("test")
    rig.wait(3600)
    rig.phone.delete(id)
    rig.replace("Inbox", "2026-12-13", "2026-12-14")
    rig.run()
    rig.run()
    assert rig.store.attention.open_conflicts() == []
    assert (rig.shown("Typed").id, str(rig.shown("Typed").due)) == (id, "2026-12-14")
    rig.rest()


@pytest.mark.parametrize("leap_s", [10 * 365 * 86_400.0, -10 * 365 * 86_400.0])
@pytest.mark.parametrize("step", ["engine:fetch", "engine:commit"])
def test_what_was_sent_and_not_answered_is_not_forgotten_for_a_clock_that_is_set(
    rig: Rig, leap_s: float, step: str
) -> None:
    """Who types over it, while iCloud does not show it yet, loses no conflict to it."""
    rig.append("Inbox", "- [ ] Typed\n")
    rig.run()
    rig.replace("Inbox", "- [ ] Typed", "- [ ] Typed 📅 2026-12-13")
    rig.world.faults.fail("lost_reply", MODIFY)
    rig.wait(3)
    with pytest.raises(NetworkError):
        rig.engine.cycle("test")
    rig.restart()
    rig.replace("Inbox", "2026-12-13", "2026-12-14")
    rig.world.faults.read_lag = 20.0
    rig.step = DoesOnce(step, lambda: rig.leap(leap_s))
    rig.wait(3)
    rig.engine.cycle("test")
    assert rig.leapt_s == leap_s
    rig.world.faults.read_lag = 0.0
    rig.run()
    assert rig.store.attention.open_conflicts() == []
    assert str(rig.shown("Typed").due) == "2026-12-14"
    rig.rest()


@pytest.mark.parametrize("leap_s", [-366 * 86400.0, 366 * 86400.0])
def test_what_a_phone_deleted_for_good_is_kept_for_its_time_though_the_clock_is_set(
    rig: Rig, leap_s: float
) -> None:
    """Made again without it, a reminder would have two texts on a device that missed its end."""
    rig.append("Inbox", "- [ ] Typed\n")
    rig.run()
    id = rig.shown("Typed").id
    rig.phone.delete(id, hard=True)
    rig.run()
    rig.leap(leap_s)
    rig.run()
    rig.leap(-leap_s)
    rig.run()
    assert "TitleDocument" in (rig.store.mirror.gone(f"Reminder/{id}") or {})["fields"]
    rig.rest()
