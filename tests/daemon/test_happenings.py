"""What is news about the daemon: each thing once, whatever comes in between."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.reminding.happenings import Memory, Standing, news_of
from daemon.running.outcome import Failure
from daemon.running.state import State

CUT = Failure("network", "no network", "", State.OFFLINE)
SIGN_IN = Failure("sign-in", "a code is needed", "run `remindersd login`", State.SIGN_IN)
FULL = Failure("error", "no space left", "make room", State.ATTENTION)
WELL = Standing()


def told(*standings: Standing | Failure) -> list[str]:
    """The events of a history, through what is kept of each step."""
    memory, events = Memory(), []
    for standing in standings:
        news, after = news_of(memory, standing)
        events += [one.event for one in news]
        memory = Memory.of(after.document())
        assert memory == after
    return events


def test_the_first_failure_after_a_success_is_news_and_so_is_its_end() -> None:
    assert told(WELL, CUT, CUT, WELL, WELL, CUT) == ["failing", "recovered", "failing"]
    assert told(CUT, FULL, CUT, FULL, WELL) == ["failing", "failing", "recovered"]


def test_a_sign_in_is_asked_for_once_until_it_is_done() -> None:
    assert told(SIGN_IN, CUT, SIGN_IN, WELL, SIGN_IN) == [*("sign-in", "recovered", "sign-in")]


def test_only_what_a_person_can_help_is_for_a_person() -> None:
    assert [news_of(Memory(), one)[0][0].needs_person for one in (CUT, FULL, SIGN_IN)] == [
        *(False, True, True)
    ]


def test_the_end_of_trust_is_said_once() -> None:
    soon, sooner = Standing("ends in 6 days"), Standing("ends in 5 days")
    assert told(soon, sooner, CUT, sooner, WELL, soon) == [
        *("trust", "failing", "recovered", "trust")
    ]


def test_what_waits_is_said_once_each() -> None:
    one = {"title": "Milk", "number": 1}
    two = {"title": "Tea", "number": 2}
    first, both = Standing(conflicts={1: one}), Standing(conflicts={1: one, 2: two})
    news, memory = news_of(Memory(), both)
    assert [(n.event, n.sentence) for n in news] == [("conflict", "2 conflicts: “Milk”, “Tea”")]
    assert news[0].details == {"conflicts": [one, two]}
    assert news_of(memory, first)[0] == []
    assert told(first, both, both, first) == ["conflict", "conflict"]
    assert told(Standing(held={"a": one}, parked={3: two})) == ["held", "parked"]


def test_many_are_named_in_short() -> None:
    found = {n: {"title": f"T{n}"} for n in range(5)} | {5: {"title": None}}
    (news,), _ = news_of(Memory(), Standing(parked=found))
    assert news.sentence == "6 changes refused by iCloud: “T0”, “T1”, “T2” and 2 more"


keys = st.dictionaries(st.integers(1, 4), st.just({"title": "x"}))
standings = st.sampled_from([CUT, SIGN_IN, FULL]) | st.builds(
    Standing, st.none() | st.just("ends soon"), st.just({}), keys, keys
)


@settings(max_examples=25)
@given(st.lists(standings, max_size=8))
def test_the_same_again_is_never_news(history: list[Standing | Failure]) -> None:
    memory = Memory()
    for standing in history:
        _, memory = news_of(memory, standing)
        again, same = news_of(memory, standing)
        assert (again, same) == ([], memory)
