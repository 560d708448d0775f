"""`doctor --live` in a pretend account: all beliefs are tried, and the account is as it was."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from daemon.cli import livedoctor
from daemon.live import walk as walking
from daemon.live.answers import ANSWERS
from daemon.live.belief import Belief, Outcome, Seen
from daemon.live.beliefs import BELIEFS
from daemon.live.phone import QUESTIONS
from daemon.live.scene import Scene
from sandbox.cloud import modify
from sandbox.world import World
from sync.errors import NetworkError
from sync.remote.cloudkit import CloudKit
from tests.children import REPOSITORY
from tests.cli.conftest import Home, served_to
from tests.doctor.person import Person

PHONE = "y\ny\n"
NO_PHONE = "y\nn\n"
BRIEF = (BELIEFS[0], *ANSWERS[:2])
"""The walk, a list, and a reminder in it."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # the last: the terminal is closed


@pytest.fixture
def world(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A pretend account, signed in and synced, and somebody at the terminal who has no time."""
    monkeypatch.setattr(livedoctor, "talking", lambda: True)
    monkeypatch.setattr("time.sleep", lambda _: None)
    with served_to(home) as world:
        yield world


def shown(world: World) -> list[tuple[str, list[str]]]:
    """All that a phone of the account shows."""
    world.phone.sync()
    names = [one.name for one in world.phone.lists() if not one.is_group]
    titles = [(name, [one.title for one in world.phone.reminders(name)]) for name in names]
    return sorted([*titles, *((one.name, []) for one in world.phone.lists() if one.is_group)])


def living(world: World) -> set[str]:
    """The names of all records that are not gone for good."""
    world.phone.sync()
    return {name for name, one in world.zone.records.items() if not one.deleted}


def spoiled(monkeypatch: pytest.MonkeyPatch, look: Any, beliefs: tuple[Belief, ...] = ()) -> None:
    """Let one belief do something else, after the first ones were tried."""
    last = replace(BELIEFS[-1], look=look)
    monkeypatch.setattr(walking, "BELIEFS", (*(beliefs or BRIEF), last))


def seen(result: Any) -> dict[str, tuple[str, str]]:
    """What was seen, by what was believed."""
    beliefs = json.loads(result.stdout)["beliefs"]
    return {one["believed"]: (one["seen"], one["said"]) for one in beliefs}


def test_every_belief_holds_with_a_phone_at_hand_and_nothing_is_left(
    home: Home, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person(world.phone)
    monkeypatch.setattr(livedoctor, "_ask", person)
    before, records = shown(world), living(world)
    result = home.run("doctor", "--live", "--json", stdin=PHONE)
    told = seen(result)
    assert [one for one in told.items() if one[1][0] in ("differs", "unclear")] == []
    assert (result.exit_code, json.loads(result.stdout)["left"]) == (0, 0), result.output
    assert len(told) == len(BELIEFS) + len(QUESTIONS) - 1  # of weekdays there are two
    assert len(person.said) == len(QUESTIONS)
    assert (shown(world), living(world)) == (before, records)
    assert not list(home.state.glob("scratch*"))
    ticked = told["what the apps write when an occurrence is completed is not known"][1]
    assert "DueDate" in ticked
    assert "made Reminder with AllDay, Completed" in ticked
    days = told["how rules say certain weekdays is not known"][1]
    assert "{dayOfTheWeek: 2, weekNumber: 0} or {dayOfTheWeek: 5, weekNumber: 0}" in days
    assert home.run("sync").stdout.startswith("synced: ")
    assert not list(home.folder.rglob("*scratch*"))


def test_the_report_counts_what_there_is_and_says_nothing_of_it(home: Home, world: World) -> None:
    secret, phone = "Wednesdays", world.phone
    first, second, third, *_ = phone.reminders("Work")
    days = {"Frequency": 1, "DaysOfTheWeek": json.dumps([{secret + " ": secret}])}
    phone.attach(first.id, "RecurrenceRule", days)
    phone.edit(second.id, due="2030-01-02T09:00")
    phone.add_early(second.id, "1 hour before")
    phone.put_in_section(first.id, phone.create_section("Work", secret))
    phone.delete(third.id)
    world.shared.share(secret, secret, "READ_ONLY")
    result = home.run("doctor", "--live", stdin=NO_PHONE)
    report = result.stdout
    assert "| holds | a list is taken as we write it | Field types | done |" in report
    for told in (
        "the account's own: 0, zones of others: 1; permission READ_ONLY",
        "3 rules; DaysOfTheWeek: STRING JSON list of {?: text}",
        "1 softly deleted, the oldest for 0 days",
        "the SHA-512 of the file | Sections | 1 of 1",
        "| holds | an early reminder names the account's record |",
    ):
        assert told in report
    secrets = [world.account.apple_id, world.account.password, "Reminder/", "List/", "scratch 1"]
    secrets += [title for _, titles in shown(world) for title in titles]
    secrets += [str(home.folder), secret, world.zone.owner]
    assert [secret for secret in secrets if secret and secret in report] == []


def test_each_belief_says_where_it_stands() -> None:
    headings = re.findall(r"^#+ (.+)$", (REPOSITORY / "docs" / "wire.md").read_text(), re.M)
    assert {one.where for one in (*BELIEFS, *QUESTIONS)} - set(headings) == set()


def test_nothing_is_done_without_consent(home: Home, world: World) -> None:
    before = living(world)
    result = home.run("doctor", "--live", stdin="\n")
    assert (result.exit_code, "nothing was done" in result.stderr) == (0, True)
    assert living(world) == before


def test_without_a_terminal_nobody_can_consent(home: Home) -> None:
    result = home.run("doctor", "--live")
    assert (result.exit_code, "consent" in result.stderr) == (2, True)


def _killed(number: int, _scene: Scene) -> Outcome:
    os.kill(os.getpid(), number)
    return Outcome(Seen.HOLDS, "it lived on")


def _bug(_scene: Scene) -> Outcome:
    raise RuntimeError("a bug")


@pytest.fixture
def heeded() -> Iterator[None]:
    """Signals end a process, also where whoever started the tests ignores some, as `nohup` does."""
    before = {each: signal.getsignal(each) for each in SIGNALS}
    for each in SIGNALS:
        end = signal.default_int_handler if each is signal.SIGINT else signal.SIG_DFL
        signal.signal(each, end)
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.usefixtures("heeded")
def test_whatever_ends_it_the_account_is_as_it_was(
    home: Home, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, handlers = living(world), [signal.getsignal(each) for each in SIGNALS]
    for look in (*(partial(_killed, each) for each in SIGNALS), _bug):
        spoiled(monkeypatch, look)
        result = home.run("doctor", "--live", stdin=NO_PHONE)
        assert result.exit_code != 0
        assert "removing what was made" in result.stderr
        assert living(world) == before
        assert not list(home.state.glob("scratch*"))
        assert [signal.getsignal(each) for each in SIGNALS] == handlers


def test_a_request_that_is_lost_ends_nothing(
    home: Home, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_scene: Scene) -> Outcome:
        raise NetworkError("cut")

    before = living(world)
    spoiled(monkeypatch, lost, (BRIEF[0], replace(BELIEFS[-2], look=lost), *BRIEF[1:]))
    told = seen(home.run("doctor", "--live", "--json", stdin=NO_PHONE))
    assert [one for one, _ in told.values()].count("holds") == 3
    assert living(world) == before


def test_what_a_lost_network_leaves_behind_is_told_and_goes_with_the_next_try(
    home: Home, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unplugged(scene: Scene) -> Outcome:
        world.faults.fail("cut_before", "/database/", times=1000)
        scene.record("list")
        raise AssertionError

    before = living(world)
    spoiled(monkeypatch, unplugged, (*BRIEF, replace(BELIEFS[-2], look=unplugged)))
    result = home.run("doctor", "--live", "--json", stdin=NO_PHONE)
    told = seen(result)
    assert list(told.values())[-1] == (
        "unclear",
        "it ended with network; nothing after it was tried",
    )
    assert (result.exit_code, json.loads(result.stdout)["left"]) == (1, 4)
    assert "4 records could not be removed: run this again" in result.stderr
    assert living(world) - before == set(json.loads((home.state / "scratch.json").read_text()))
    world.faults.clear()
    assert "4 records of a `doctor --live` that was cut off" in home.run("doctor").stdout
    again = home.run("doctor", "--live", stdin="y\nn\n")
    assert "left 4 records in your account" in again.stderr
    assert "they are removed" in again.stderr
    assert "nothing was done" in again.stderr
    assert living(world) == before
    assert "cut off" not in home.run("doctor").stdout


def test_what_was_not_seen_to_be_gone_stays_noted(
    home: Home, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(scene: Scene) -> Outcome:
        monkeypatch.setattr(CloudKit, "lookup", _unknown)
        return Outcome(Seen.HOLDS, "")

    before = living(world)
    with monkeypatch.context() as patched:
        spoiled(patched, refusing)
        result = home.run("doctor", "--live", "--json", stdin=NO_PHONE)
    assert json.loads(result.stdout)["left"] == 4
    monkeypatch.undo()
    monkeypatch.setattr(livedoctor, "talking", lambda: True)
    monkeypatch.setattr(walking, "BELIEFS", BRIEF[:1])
    home.run("doctor", "--live", stdin="n\n" + NO_PHONE)  # the walk begins with it all the same
    assert living(world) == before


def _unknown(_cloud: CloudKit, _zone: Any, names: list[str]) -> list[Any]:
    from sync.remote.cloudkit import Failure

    return [Failure(name, "TRY_AGAIN_LATER") for name in names]


def test_what_a_phone_hung_on_the_list_goes_and_what_was_somebodys_stays(
    home: Home, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def by_hand(scene: Scene) -> Outcome:
        world.phone.sync()
        world.phone.create(scene.title, "Mine", tags=["x"])
        world.phone.move(world.phone.find("Call the dentist").id, scene.title)
        return Outcome(Seen.HOLDS, "")

    before = living(world)
    spoiled(monkeypatch, by_hand)
    result = home.run("doctor", "--live", "--json", stdin=NO_PHONE)
    assert json.loads(result.stdout)["left"] == 1  # the list, for somebody's reminder is in it
    (left,) = living(world) - before
    assert left.startswith("List/")
    assert before <= living(world)


def test_what_the_person_does_not_see_differs(
    home: Home, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "BELIEFS", BRIEF)
    answers = "y\ny\n" + "n\n" + "?\n" * (len(QUESTIONS) - 1)
    result = home.run("doctor", "--live", "--json", stdin=answers)
    by_phone = json.loads(result.stdout)["beliefs"][-len(QUESTIONS) :]
    assert result.exit_code == 1
    assert [one["seen"] for one in by_phone if one["seen"] != "untried"] == ["differs"] + [
        "unclear"
    ] * (len(QUESTIONS) - 3)


def test_a_service_that_does_otherwise_is_told_apart(
    home: Home, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def walked(**rules: modify.Rule) -> dict[str, str]:
        with monkeypatch.context() as patched:
            for name, rule in rules.items():
                patched.setitem(modify.RULES, name, rule)  # type: ignore[arg-type]
            patched.setattr(modify.ItemError, "__init__", _wordless)
            result = home.run("doctor", "--live", "--json", stdin=NO_PHONE)
        assert (result.exit_code, living(world)) == (1, before)
        return {said: one[1] for said, one in seen(result).items() if one[0] == "differs"}

    before = living(world)
    wordless = {
        "a refused deletion names what is in the way": "VALIDATING_REFERENCE_ERROR names nothing"
    }
    careless, careful = modify.Rule(changes=True, keeps_unnamed=True), modify.Rule(tagged=True)
    assert walked(update=careless, forceDelete=replace(careful, deletes=True)) == {
        "an update with an old change tag is CONFLICT": "done",
        **wordless,
        "forceDelete deletes without a tag": "BAD_REQUEST",
        "forceDelete of nothing is done, or NOT_FOUND": "BAD_REQUEST",
    }
    assert walked(forceUpdate=careless) == {
        **wordless,
        "what went for good comes back by forceUpdate": "NOT_FOUND",
    }


def _wordless(error: modify.ItemError, code: str, _reason: str, **more: object) -> None:
    Exception.__init__(error)
    error.answer = {"reason": "no", "serverErrorCode": code, **more}
