"""Every code with which a write can be refused, in each of its forms, and what sending makes of it.

One thing is refused, in one of three ways: its operation alone, the whole request by its status, or
the whole request in the body of a 200. Nothing is lost or doubled; the others always get through,
unless it is the account that is refused; what is set aside is named with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest

from sync.errors import NetworkError, RemindersdError, ServiceError, ZoneMissing
from tests.rig import Rig, empty_world, open_rig

Form = Literal["item", "status", "body"]

MODIFY = "records/modify"
STATUS = {
    "ACCESS_DENIED": 403,
    "CONFLICT": 409,
    "EXISTS": 409,
    "INTERNAL_ERROR": 500,
    "NOT_FOUND": 404,
    "QUOTA_EXCEEDED": 413,
    "THROTTLED": 429,
    "TRY_AGAIN_LATER": 503,
    "VALIDATING_REFERENCE_ERROR": 412,
    "ZONE_NOT_FOUND": 404,
}
AGAIN = ("THROTTLED", "TRY_AGAIN_LATER", "ZONE_BUSY", "SERVER_OVERLOADED", "INTERNAL_ERROR")
LOOKED_UP = (
    *("CONFLICT", "SERVER_RECORD_CHANGED", "OP_LOCK_FAILURE"),
    *("EXISTS", "ALREADY_EXISTS", "NOT_FOUND", "UNKNOWN_ITEM"),
)
REFERENCE = ("VALIDATING_REFERENCE", "VALIDATING_REFERENCE_ERROR")
ATOMIC = ("ATOMIC_ERROR", "BATCH_REQUEST_FAILED")
WRONG = ("BAD_REQUEST", "INVALID_FIELD_TYPE", "LIMIT_EXCEEDED", "UNIQUE_FIELD_ERROR")
STRANGE = ("ACCESS_DENIED", "ZONE_NOT_FOUND", "FIELD_NOT_QUERYABLE", "NEVER_HEARD_OF")


def cases(alone: tuple[str, ...], whole: tuple[str, ...]) -> pytest.MarkDecorator:
    """Each code of one operation; those that are read differently also of the whole request."""
    of_all = [(form, code) for code in whole for form in ("status", "body")]
    return pytest.mark.parametrize(("form", "code"), [*(("item", one) for one in alone), *of_all])


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with open_rig(tmp_path_factory.mktemp("refusals"), empty_world()) as rig:
        rig.run()
        yield rig
        rig.rest()


@pytest.fixture
def rig(shared: Rig) -> Iterator[Rig]:
    """Two edited lines and a new one wait to be sent; in the end all three have arrived."""
    shared.save("Inbox", shared.read("Inbox").partition("- [ ]")[0] + "- [ ] Bad\n- [ ] Good\n")
    shared.run()
    shared.engine.approve()  # the lines of the test before went all at once
    shared.run()
    shared.replace("Inbox", "Bad", "Bad, edited")
    shared.replace("Inbox", "Good", "Good, edited")
    shared.append("Inbox", "- [ ] New\n")
    yield shared
    shared.world.faults.clear()
    lines = [line for line in shared.read("Inbox").split("\n") if line.startswith("- [ ]")]
    assert len(lines) == 3
    assert all_titles(shared) == ["Bad, edited", "Good, edited", "New"]


def all_titles(rig: Rig) -> list[str]:
    return sorted(one.title for one in rig.phone.reminders("Inbox"))


def refuse(rig: Rig, form: Form, code: str, times: int) -> None:
    """Let what is written of “Bad” be refused so often."""
    id = rig.shown("Bad").id
    if form == "item":
        rig.world.faults.fail_item(code, id, reason="because", times=times)
    else:
        status = STATUS.get(code, 400) if form == "status" else 200
        rig.world.faults.fail("status", MODIFY, status=status, code=code, holding=id, times=times)


def run_on(rig: Rig) -> None:
    for _ in range(4):
        try:
            rig.run()
        except NetworkError as error:
            rig.wait(getattr(error, "retry_after_s", None) or 10.0)
        else:
            return
    raise AssertionError("it never got through")


@cases(
    (*AGAIN, *LOOKED_UP, *REFERENCE, *ATOMIC),
    (
        "TRY_AGAIN_LATER",
        "INTERNAL_ERROR",
        "CONFLICT",
        "EXISTS",
        "NOT_FOUND",
        REFERENCE[1],
        ATOMIC[0],
    ),
)
def test_what_passes_is_sent_again(rig: Rig, form: Form, code: str) -> None:
    refuse(rig, form, code, times=1 if form == "item" or code in AGAIN else 2)
    run_on(rig)
    assert rig.store.outbox.parked() == []


@cases((*WRONG, REFERENCE[1], ATOMIC[0]), ("BAD_REQUEST", ATOMIC[0]))
def test_what_stays_wrong_is_parked_with_its_reason(rig: Rig, form: Form, code: str) -> None:
    refuse(rig, form, code, times=200)
    report = rig.run()
    assert all_titles(rig) == ["Bad", "Good, edited", "New"]
    [parked] = rig.store.outbox.parked()
    assert (report.parked, report.exit_code) == (1, 3)
    assert code in parked.reason
    assert parked.reason in " ".join(report.problems)
    if code not in ATOMIC:
        assert ("because" if form == "item" else "injected") in parked.reason
    with rig.counting() as sent:
        rig.run()
    assert not [one for one in sent if MODIFY in str(one["path"])]
    rig.world.faults.clear()
    rig.replace("Inbox", "Bad, edited", "Bad")  # given up, and typed once more
    rig.run()
    rig.replace("Inbox", "Bad", "Bad, edited")
    assert rig.run().parked == 0


@pytest.mark.parametrize("code", STRANGE)
def test_a_code_that_says_nothing_of_waiting_parks_its_operation(rig: Rig, code: str) -> None:
    refuse(rig, "item", code, times=50)
    report = rig.run()
    assert all_titles(rig) == ["Bad", "Good, edited", "New"]
    assert f"{code}: because" in " ".join(report.problems)
    rig.world.faults.clear()
    rig.replace("Inbox", "Bad, edited", "Bad")
    rig.run()
    rig.replace("Inbox", "Bad", "Bad, edited")
    rig.run()


@cases((), ("ACCESS_DENIED", "ZONE_NOT_FOUND", "QUOTA_EXCEEDED", "CHANGE_TOKEN_EXPIRED"))
def test_the_account_refused_stops_and_loses_nothing(rig: Rig, form: Form, code: str) -> None:
    refuse(rig, form, code, times=1)
    kind = ZoneMissing if code == "ZONE_NOT_FOUND" else ServiceError
    with pytest.raises(kind) as caught:
        rig.run()
    assert kind is ZoneMissing or code in str(caught.value)
    rig.run()
    assert rig.store.outbox.parked() == []


def test_no_room_left_is_tried_again_ever_more_rarely(rig: Rig) -> None:
    refuse(rig, "item", "QUOTA_EXCEEDED", times=3)
    for minutes in (5, 10, 20):
        report = rig.run()
        assert "not accepted by iCloud: QUOTA_EXCEEDED: because" in report.problems
        assert (report.exit_code, report.pending, report.parked) == (3, 0, 1)
        rig.wait(minutes * 60 - 30)
        with rig.counting() as sent:
            assert rig.run().parked == 1
        assert not [one for one in sent if MODIFY in str(one["path"])]
        assert all_titles(rig) == ["Bad", "Good, edited", "New"]
        rig.restart()
        rig.wait(30)
    report = rig.run()
    assert (report.problems, report.parked) == ([], 0)


@cases(("AUTHENTICATION_FAILED", "AUTHENTICATION_REQUIRED"), ("AUTHENTICATION_REQUIRED",))
def test_a_session_that_ends_is_renewed(rig: Rig, form: Form, code: str) -> None:
    refuse(rig, form, code, times=1)
    run_on(rig)


def test_a_service_that_refuses_every_write_is_told_and_nothing_is_parked(rig: Rig) -> None:
    rig.append("Inbox", "".join(f"- [ ] More {number}\n" for number in range(5)))
    rig.world.faults.fail("status", MODIFY, status=400, times=200)
    with pytest.raises(RemindersdError, match="iCloud refuses every write: BAD_REQUEST"):
        rig.run()
    assert rig.store.outbox.parked() == []
    rig.world.faults.clear()
    rig.run()
    assert len(all_titles(rig)) == 8
    kept = [line for line in rig.read("Inbox").split("\n") if "More" not in line]
    rig.save("Inbox", "\n".join(kept))
    rig.run()
