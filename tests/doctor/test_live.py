"""`doctor --live` in a pretend account: all beliefs are tried, and the account is as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from daemon.live import walk as walking
from daemon.live.beliefs import BELIEFS, Outcome
from daemon.live.phone import QUESTIONS
from daemon.live.scene import Scene
from sandbox.world import World
from sync.errors import NetworkError
from tests.cli.conftest import Home, served_to

PHONE = "y\ny\n" + "y\n" * len(QUESTIONS)
NO_PHONE = "y\nn\n"


@pytest.fixture
def world(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A pretend account, signed in and synced, and somebody at the terminal."""
    monkeypatch.setattr("daemon.cli.livedoctor.talking", lambda: True)
    with served_to(home) as world:
        yield world


def shown(world: World) -> list[tuple[str, list[str]]]:
    """All that a phone of the account shows."""
    world.phone.sync()
    titles = {
        one.name: [each.title for each in world.phone.reminders(one.name)] for one in lists(world)
    }
    return sorted(titles.items())


def lists(world: World) -> list[Any]:
    return list(world.phone.lists())


def test_every_belief_holds_in_the_pretend_account_and_nothing_is_left(
    home: Home, world: World
) -> None:
    before = shown(world)
    result = home.run("doctor", "--live", "--json", stdin=PHONE)
    told = json.loads(result.stdout)
    assert [one["seen"] for one in told["beliefs"] if one["seen"] not in ("holds", "learned")] == []
    assert (result.exit_code, told["left"]) == (0, 0), result.output
    assert len(told["beliefs"]) == len(BELIEFS) + len(QUESTIONS)
    assert shown(world) == before
    assert not (home.state / "scratch.json").exists()
    assert home.run("sync").stdout.startswith("synced: ")
    assert not list(home.folder.glob("*scratch*"))


def test_the_report_says_nothing_of_the_account(home: Home, world: World) -> None:
    result = home.run("doctor", "--live", stdin=NO_PHONE)
    report = result.stdout
    assert "| holds | a list is taken as we write it | Field types | done |" in report
    secrets = [world.account.apple_id, world.account.password, "Reminder/", "List/", "scratch 1"]
    secrets += [title for _, titles in shown(world) for title in titles]
    secrets += [home.run("config", "check", "--json").stdout.partition('"folder": "')[2][:20]]
    assert [secret for secret in secrets if secret and secret in report] == []


def test_nothing_is_done_without_consent(home: Home, world: World) -> None:
    before = shown(world)
    result = home.run("doctor", "--live", stdin="\n")
    assert (result.exit_code, "nothing was done" in result.stderr) == (0, True)
    assert shown(world) == before


def test_without_a_terminal_nobody_can_consent(home: Home) -> None:
    result = home.run("doctor", "--live")
    assert (result.exit_code, "consent" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("at", "end"),
    [(2, NetworkError("cut")), (3, KeyboardInterrupt), (len(BELIEFS) - 1, RuntimeError("a bug"))],
)
def test_whatever_ends_it_the_account_is_as_it_was(
    home: Home, world: World, monkeypatch: pytest.MonkeyPatch, at: int, end: Any
) -> None:
    def ends(_scene: Scene) -> Outcome:
        raise end

    before = shown(world)
    spoiled = replace(BELIEFS[at], look=ends)
    monkeypatch.setattr(walking, "BELIEFS", (*BELIEFS[:at], spoiled, *BELIEFS[at + 1 :]))
    result = home.run("doctor", "--live", stdin=NO_PHONE)
    assert result.exit_code != 0
    assert shown(world) == before
    assert not (home.state / "scratch.json").exists()


def test_what_a_kill_left_behind_goes_with_the_next_try(
    home: Home, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_scene: Scene) -> int:
        return 3

    before = shown(world)
    with monkeypatch.context() as patched:
        patched.setattr(Scene, "clear", killed)
        result = home.run("doctor", "--live", stdin=NO_PHONE)
    assert (result.exit_code, "3 records could not be removed" in result.stderr) == (1, True)
    assert shown(world) != before
    noted = json.loads((home.state / "scratch.json").read_text())
    assert len(noted) > 3
    home.run("doctor", "--live", stdin=NO_PHONE)
    assert shown(world) == before


def test_what_the_person_does_not_see_differs(home: Home, world: World) -> None:
    answers = "y\ny\n" + "n\n" + "?\n" * (len(QUESTIONS) - 1)
    result = home.run("doctor", "--live", "--json", stdin=answers)
    by_phone = json.loads(result.stdout)["beliefs"][-len(QUESTIONS) :]
    assert result.exit_code == 1
    assert [one["seen"] for one in by_phone] == ["differs"] + ["unclear"] * (len(QUESTIONS) - 1)


def test_a_service_that_does_otherwise_is_told_apart(
    home: Home, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (stale,) = (one for one in BELIEFS if "old change tag" in one.believed)

    def look(scene: Scene) -> Outcome:
        with monkeypatch.context() as patched:
            patched.setattr(scene.cloud, "modify", lambda *_, **__: [{"recordName": "x"}])
            return stale.look(scene)

    mine = tuple(replace(one, look=look) if one is stale else one for one in BELIEFS)
    monkeypatch.setattr(walking, "BELIEFS", mine)
    result = home.run("doctor", "--live", stdin=NO_PHONE)
    assert result.exit_code == 1
    assert f"| differs | {stale.believed} | records/modify | done |" in result.stdout
