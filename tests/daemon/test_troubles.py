"""What a failed cycle leads to."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.running.agenda import Kind
from daemon.running.state import State, state_after
from daemon.running.troubles import FIRST_WAIT_S, LONGEST_WAIT_S, SIGN_IN_WAIT_S, judge
from daemon.wording.storage import as_ours
from store.errors import Damaged, Unwritable
from sync.core.actions import Hold, HoldKind
from sync.errors import (
    AccountUnusable,
    BadResponse,
    ConsentNeeded,
    MirrorDamaged,
    NetworkError,
    RemindersdError,
    ServiceError,
    SignInNeeded,
    Throttled,
    UsageError,
    WrongPassword,
    ZoneMissing,
)
from tests.daemon.fakes import report


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (NetworkError(""), State.OFFLINE),
        (Throttled(""), State.OFFLINE),
        (BadResponse(""), State.OFFLINE),
        (SignInNeeded(""), State.SIGN_IN),
        (WrongPassword(""), State.SIGN_IN),
        (AccountUnusable(""), State.ATTENTION),
        (ZoneMissing(""), State.ATTENTION),
        (ServiceError(""), State.ATTENTION),
        (UsageError(""), State.ATTENTION),
        (RemindersdError(""), State.ATTENTION),
    ],
)
def test_every_error_is_a_state(error: RemindersdError, state: State) -> None:
    trouble = judge(error, 1, lambda: 0.5)
    assert trouble.state is state
    assert Kind.SYNC in trouble.passes
    assert Kind.TIMER not in trouble.passes


def test_backoff_doubles_up_to_a_limit_and_is_spread() -> None:
    waits = [judge(NetworkError(""), n, lambda: 1.0).wait_s for n in range(1, 40)]
    assert waits[:3] == [FIRST_WAIT_S, 2 * FIRST_WAIT_S, 4 * FIRST_WAIT_S]
    assert waits[-1] == LONGEST_WAIT_S
    assert judge(NetworkError(""), 1, lambda: 0.0).wait_s == FIRST_WAIT_S / 2


def test_never_sooner_than_told() -> None:
    error = Throttled("", retry_after_s=120)
    assert judge(error, 1, lambda: 0.0).wait_s == 120
    assert judge(error, 1, lambda: 1.0).wait_s > 120
    assert Kind.RESUME not in judge(error, 1, lambda: 0.0).passes


def test_a_password_is_not_tried_in_a_loop() -> None:
    for failures in (1, 50):
        trouble = judge(WrongPassword(""), failures, lambda: 0.0)
        assert trouble.wait_s == SIGN_IN_WAIT_S
        assert trouble.passes == {Kind.SYNC, Kind.PLAN}


def test_the_stores_errors_become_ours() -> None:
    assert isinstance(as_ours(Damaged(Path("m"), "is corrupt")), MirrorDamaged)
    assert as_ours(Unwritable(Path("m"), "disk full")).message == "m: disk full"


def test_what_waits_for_a_person_is_attention_and_the_grace_is_not() -> None:
    def after(kind: HoldKind) -> State:
        return state_after(report(held=[Hold("A", kind, "why")]))[0]

    assert after(HoldKind.DELETIONS) is State.ATTENTION
    assert after(HoldKind.GRACE) is State.OK
    assert after(HoldKind.FILE) is after(HoldKind.LIST) is State.ATTENTION
    away = Hold("folder", HoldKind.FILE, "~/Todo is not there (not mounted?)")
    assert state_after(report(held=[away])) == (State.ATTENTION, away.reason)
    many = [Hold(name, HoldKind.DELETIONS, "why") for name in "ABC"]
    assert state_after(report(held=many))[1] == "waits for you: why"
    many.append(Hold("D", HoldKind.NEW_LIST, "new"))
    assert state_after(report(held=many))[1] == "waits for you: why (and 1 more)"
    assert state_after(report(open_conflicts=2)) == (State.ATTENTION, "2 conflicts to look at")
    assert state_after(report(parked=1)) == (State.ATTENTION, "1 change refused by iCloud")
    assert state_after(report(problems=["x.md is not UTF-8"]))[1] == "x.md is not UTF-8"
    assert state_after(report()) == (State.OK, "")


def test_a_device_is_waited_for_in_ever_longer_steps() -> None:
    waits = [judge(ConsentNeeded("allow it"), times, lambda: 1.0).wait_s for times in (1, 4, 99)]
    assert waits == [5.0, 40.0, 900.0]
    assert judge(ConsentNeeded("allow it"), 1, lambda: 1.0).state == "sign-in"
