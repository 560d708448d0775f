"""When the next cycle runs and what it serves, on a clock of our own."""

from __future__ import annotations

from daemon.running.agenda import AGAIN_MAX_S, QUIET_S, RESTLESS_S, Agenda, Kind, until_next
from sync.cycle.checking.verdict import Verified


def test_nothing_wanted_is_nothing_due() -> None:
    agenda = Agenda()
    assert agenda.next_at() is None
    assert agenda.take(0) == []


def test_what_comes_together_is_served_together_and_named_by_the_most_telling() -> None:
    agenda = Agenda()
    for kind in (Kind.TIMER, Kind.RESUME, Kind.SYNC, Kind.TIMER):
        agenda.want(kind, 10)
    assert agenda.take(10) == [Kind.SYNC, Kind.RESUME, Kind.TIMER]
    assert agenda.next_at() is None


def test_files_wait_for_quiet() -> None:
    agenda = Agenda()
    agenda.want(Kind.FILES, 10)
    agenda.want(Kind.FILES, 10.3)
    assert agenda.take(10.5) == []
    assert agenda.next_at() == 10.3 + QUIET_S
    assert agenda.take(10.3 + QUIET_S) == [Kind.FILES]


def test_a_folder_that_is_never_quiet_is_looked_at_all_the_same() -> None:
    agenda = Agenda()
    for tenth in range(100):
        agenda.want(Kind.FILES, tenth / 10)
    assert agenda.next_at() == RESTLESS_S


def test_restlessness_begins_anew_after_each_look() -> None:
    agenda = Agenda()
    agenda.want(Kind.FILES, 0)
    assert agenda.take(1) == [Kind.FILES]
    agenda.want(Kind.FILES, 100)
    assert agenda.next_at() == 100 + QUIET_S


def test_a_pause_holds_back_all_but_what_passes() -> None:
    agenda = Agenda()
    agenda.pause(60, {Kind.SYNC})
    agenda.want(Kind.TIMER, 1)
    agenda.want(Kind.FILES, 1)
    assert agenda.take(30) == []
    assert agenda.next_at() == 60
    agenda.want(Kind.SYNC, 31)
    assert agenda.take(31) == [Kind.SYNC, Kind.FILES, Kind.TIMER]
    assert agenda.take(59) == []
    assert agenda.take(60) == [Kind.RETRY]


def test_a_plan_serves_only_itself() -> None:
    agenda = Agenda()
    agenda.pause(60, {Kind.PLAN})
    agenda.want(Kind.TIMER, 1)
    agenda.want(Kind.PLAN, 1)
    assert agenda.take(1) == [Kind.PLAN]
    assert agenda.take(1) == []
    assert agenda.take(60) == [Kind.TIMER, Kind.RETRY]


def test_a_cycle_that_wants_another_gets_it_then_and_not_sooner() -> None:
    agenda = Agenda()
    agenda.go_on(10, 0.4)
    assert agenda.next_at() == 10.4
    agenda.want(Kind.TIMER, 10.1)
    assert agenda.take(10.1) == [Kind.TIMER]
    assert agenda.take(10.4) == [Kind.RETRY]


def test_a_cycle_that_always_wants_another_gets_it_later_and_later() -> None:
    agenda = Agenda()
    waits = [agenda.go_on(0, 0.4) for _ in range(20)]
    assert waits[0] == waits[3] == 0.4
    assert waits[5] == 1.6
    assert waits[-1] == AGAIN_MAX_S
    assert agenda.go_on(0, None) is None
    assert agenda.go_on(0, 0.4) == 0.4
    assert agenda.go_on(0, 0.0) == 0.1
    assert agenda.go_on(0, 120.0) == 120.0
    assert agenda.go_on(0, 0.4) == 0.4


def test_success_ends_the_pause() -> None:
    agenda = Agenda()
    agenda.pause(60, ())
    agenda.go_on(10, None)
    assert agenda.next_at() is None
    agenda.want(Kind.TIMER, 11)
    assert agenda.take(11) == [Kind.TIMER]


def test_a_moment_that_is_set_is_served_then_and_by_nothing_before() -> None:
    agenda = Agenda()
    agenda.at(Kind.VERIFY, 100)
    agenda.want(Kind.TIMER, 10)
    assert agenda.take(10) == [Kind.TIMER]
    assert agenda.next_at() == 100
    agenda.at(Kind.VERIFY, 200)
    assert agenda.take(100) == []
    agenda.want(Kind.TIMER, 200)
    assert agenda.take(200) == [Kind.TIMER, Kind.VERIFY]
    agenda.at(Kind.VERIFY, None)
    assert agenda.next_at() is None


def test_comparing_is_due_by_the_wall_clock_whatever_was_restarted() -> None:
    done = Verified(at_ms=1_000_000)
    assert until_next(done, 3600, 1000.0) == 3600
    assert until_next(done, 3600, 4000.0) == 600
    assert until_next(done, 3600, 1e9) == 0
    assert until_next(done, 3600, 10.0) == 0  # the clock went back: nobody knows how long it is
