"""The shell completes verbs, options, and names that stand in the mirror."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.cli.completing import COMPLETE
from store.activity.attention import Hold
from store.db import Store
from store.remote.glance import glance
from tests.cli.conftest import REPOSITORY, Home


@pytest.fixture
def asked(home: Home) -> Home:
    """A home in which two things wait and two conflicts are open, of which one is resolved."""
    with Store.open(home.state / "mirror.sqlite") as store, store.commit("waiting"):
        store.attention.set_holds(
            [Hold("a", "new-list", "Old list.md", "why", 1), Hold("b", "new-list", "New.md", "", 2)]
        )
        for id in ("A1", "B2"):
            store.attention.add_conflict(id, "title", "won", "lost", "file", 1)
        store.attention.resolve(1, 2)
    return home


def completed(
    home: Home, monkeypatch: pytest.MonkeyPatch, *words: str, shell: str = "fish"
) -> list[str]:
    monkeypatch.setenv(COMPLETE, f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", " ".join(["remindersd", *words[:-1]]))
    monkeypatch.setenv("COMP_CWORD", words[-1] if shell == "fish" else str(len(words)))
    return [line for line in home.run().stdout.splitlines() if line]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_that_asks_us(home: Home, shell: str) -> None:
    result = home.run("completion", shell)
    assert result.exit_code == 0, result.output
    assert f"{COMPLETE}={shell}_complete" in result.stdout
    assert result.stderr == ""


def test_another_shell_is_refused(home: Home) -> None:
    assert home.run("completion", "csh").exit_code == 2


def test_verbs_and_options_are_completed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    found = completed(home, monkeypatch, "st")
    assert found == ["plain,status\tSay how the daemon is, and what waits."]
    assert any("--follow" in one for one in completed(home, monkeypatch, "status", "--f"))


def test_names_come_from_the_mirror(asked: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert completed(asked, monkeypatch, "approve", "old") == ["plain,Old list.md\twhy"]
    assert completed(asked, monkeypatch, "resolve", "") == ["plain,2\ttitle"]
    assert completed(asked, monkeypatch, "undo", "") == []


def test_lists_and_reminders_are_completed_where_they_are_meant(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        "store.remote.glance.glance", lambda _path, what, _begins: asked.append(what) or []
    )
    for words in (("add", "--list", ""), ("move", "x", ""), ("search", "--list", "")):
        completed(home, monkeypatch, *words)
    for verb in ("edit", "done", "reopen", "snooze", "delete", "show"):
        completed(home, monkeypatch, verb, "")
    assert asked == ["lists"] * 3 + ["reminders"] * 6


def test_where_there_is_no_mirror_there_are_no_names(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert completed(home, monkeypatch, "approve", "") == []
    home.config.unlink()
    assert completed(home, monkeypatch, "approve", "") == []


def test_a_mirror_that_is_none_has_no_names(tmp_path: Path) -> None:
    (tmp_path / "mirror.sqlite").write_bytes(b"not a database, but long enough to be read as one")
    assert glance(tmp_path / "mirror.sqlite", "lists", lambda _: True) == []


@pytest.mark.parametrize("what", ["lists", "reminders", "holds", "conflicts", "parked", "runs"])
def test_each_kind_of_name_can_be_asked_for(asked: Home, what: str) -> None:
    found = glance(asked.state / "mirror.sqlite", what, lambda _: True)
    assert len(found) == {"holds": 2, "conflicts": 1}.get(what, 0)


@pytest.mark.needs("bash")
def test_bash_itself_completes_a_name_with_a_space(asked: Home) -> None:
    command = asked.path / "remindersd"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m daemon "$@"\n')
    command.chmod(0o700)
    script = """
        source <(remindersd completion bash)
        COMP_WORDS=(remindersd approve Old); COMP_CWORD=2
        _remindersd_completion remindersd
        printf '%s|' "${COMPREPLY[@]}"
    """
    environment = {**os.environ, **asked.environment}
    environment["PATH"] = f"{asked.path}:{environment['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        capture_output=True, text=True, cwd=REPOSITORY, check=False, env=environment,
    )  # fmt: skip
    assert done.stdout == "Old\\ list.md|", done.stderr
