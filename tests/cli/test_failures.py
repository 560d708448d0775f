"""Whatever goes wrong is told in one line with the way out, and by the exit code."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from daemon import cli as command_line
from daemon.cli import Interrupts, working
from daemon.cli.common import Globals
from daemon.control.client import NotRunning
from daemon.process.lock import held_lock
from tests.cli.conftest import FakeDaemon, Home, documents

REPORT = {
    "schema": 1,
    "result": "done",
    "changes": [],
    "held": [],
    "problems": [],
    "pulled": 0,
    "pushed": 0,
    "rendered": 0,
    "files": 0,
    "pending": 0,
    "parked": 0,
    "open_conflicts": 0,
}


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["frobnicate"], "frobnicate"),
        (["status", "--frobnicate"], "--frobnicate"),
        (["--config"], "--config"),
        (["sandbox", "--port", "65536"], "65536"),
        (["sandbox", "--reminders", "-1"], "-1"),
        (["sandbox", "--mfa", "sms"], "sms"),
        (["sandbox", "--set", "adp"], "adp: must be NAME=VALUE"),
        (["sandbox", "--set", "colour=red"], "colour: unknown"),
        (["sandbox", "--service", "notes"], "notes: must be NAME=STATE"),
        (["sandbox", "--service", "telex=absent"], "telex: unknown service"),
        (["sandbox", "--service", "notes=gone"], "notes: must be one of active"),
        (["login", "--code", "123456"], "`-`"),
        (["sync", "--dry-run", "--yes"], "--yes"),
        (["config"], "check"),
    ],
)
def test_wrong_arguments_are_named_and_end_with_2(
    home: Home, arguments: list[str], names: str
) -> None:
    result = home.run(*arguments)
    assert result.exit_code == 2
    assert names in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "verb",
    [["status"], ["lists"], ["conflicts"], ["sync"], ["plan"], ["login"], ["config", "check"]],
)
def test_a_missing_config_ends_with_2_and_says_how_to_make_one(home: Home, verb: list[str]) -> None:
    home.config.unlink()
    result = home.run(*verb)
    assert result.exit_code == 2
    first, second = result.stderr.splitlines()
    assert first.startswith("remindersd: ")
    assert str(home.config) in first
    assert second.startswith("hint: ")
    assert "remindersd init" in second


@pytest.mark.parametrize("verb", [["sync"], ["plan"], ["login"], ["logout"], ["config", "check"]])
def test_an_unknown_key_is_named_with_its_line_and_nothing_starts(
    home: Home, verb: list[str]
) -> None:
    with home.config.open("a") as file:
        file.write("deletons: {}\n")
    line = len(home.config.read_text().splitlines())
    result = home.run(*verb)
    assert result.exit_code == 2
    assert f"line {line}: unknown key `deletons`" in result.stderr
    assert not home.state.exists()


def test_a_failure_with_json_is_one_document(home: Home) -> None:
    home.config.unlink()
    result = home.run("sync", "--json")
    assert result.exit_code == 2
    (told,) = documents(result)
    assert told["schema"] == 1
    assert told["error"].keys() == {"code", "message", "hint"}
    assert told["error"]["code"] == "usage"


def test_a_wrong_argument_with_json_is_a_document_too(home: Home) -> None:
    (told,) = documents(home.run("sync", "--json", "--frobnicate"))
    assert told["error"]["code"] == "usage"
    assert "--frobnicate" in told["error"]["message"]


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [
        ("usage", 2),
        ("busy", 5),
        ("network", 6),
        ("throttled", 6),
        ("bad-response", 6),
        ("sign-in", 11),
        ("wrong-password", 12),
        ("account", 13),
        ("no-zone", 13),
        ("mirror", 20),
        ("never-heard-of", 1),
    ],
)
def test_an_error_of_the_daemon_ends_as_if_it_were_ours(
    home: Home, fake_daemon: FakeDaemon, code: str, exit_code: int
) -> None:
    error = {"code": code, "message": "so it is", "hint": "do that"}
    fake_daemon.answers["POST /sync"] = 503, {"schema": 1, "error": error}
    result = home.run("sync", "--json")
    assert result.exit_code == exit_code
    assert result.stderr == "remindersd: so it is\nhint: do that\n"
    assert documents(result)[0]["error"]["message"] == "so it is"


@pytest.mark.parametrize(
    ("status", "code", "exit_code"),
    [(400, "not-a-date", 2), (413, "too-large", 2), (502, "service-disabled", 1)],
)
def test_an_error_that_only_the_daemon_knows_keeps_its_code(
    home: Home, fake_daemon: FakeDaemon, status: int, code: str, exit_code: int
) -> None:
    error = {"code": code, "message": "so it is", "hint": "do that"}
    fake_daemon.answers["POST /sync"] = status, {"schema": 1, "error": error}
    result = home.run("sync", "--json")
    assert result.exit_code == exit_code
    assert documents(result)[0]["error"] == error


@pytest.mark.parametrize(("outcome", "exit_code"), [("done", 0), ("partly", 3), ("attention", 4)])
def test_sync_ends_with_what_came_of_it(
    home: Home, fake_daemon: FakeDaemon, outcome: str, exit_code: int
) -> None:
    fake_daemon.answers["POST /sync"] = 200, {**REPORT, "result": outcome}
    assert home.run("sync").exit_code == exit_code


def test_another_process_at_work_ends_with_5(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "PATIENCE_S", 0.0)
    with held_lock(home.state):
        result = home.run("sync")
    assert result.exit_code == 5
    assert str(os.getpid()) in result.stderr


def test_a_daemon_that_does_not_listen_yet_is_waited_for(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[dict[str, Any] | None] = [None, None, {"state": "ok"}]

    def status(_options: Globals) -> dict[str, Any]:
        found = answers.pop(0)
        if found is None:
            raise NotRunning("nobody listens")
        return found

    def work(_engine: object) -> dict[str, Any]:
        raise AssertionError("the lock is another's")

    for name, value in home.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Globals, "status", status)
    monkeypatch.setattr(working, "_AGAIN_S", 0.0)
    with held_lock(home.state):
        told = working.through_daemon_or(Globals(home.config), lambda: {"by": "daemon"}, work)
    assert (told, answers) == ({"by": "daemon"}, [])


def test_an_interrupted_client_ends_with_130(
    home: Home, fake_daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("daemon.control.client.call", interrupt)
    result = home.run("status")
    assert result.exit_code == 130
    assert "Traceback" not in result.stderr


def test_a_bug_is_called_one_and_shows_neither_traceback_nor_what_was_in_it(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("daemon.control.client.call", fail)
    result = home.run("status", "--json")
    assert result.exit_code == 1
    assert result.stderr.startswith("remindersd: this is a bug: RuntimeError in test_failures.py")
    assert "hunter2" not in result.output
    assert "Traceback" not in result.output
    assert documents(result)[0]["error"]["code"] == "bug"


def test_debug_shows_the_traceback(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("what happened")

    monkeypatch.setattr("daemon.control.client.call", fail)
    result = home.run("--debug", "status")
    assert result.exit_code == 1
    assert "RuntimeError: what happened" in result.stderr


def test_a_reader_that_goes_away_is_no_error(home: Home, fake_daemon: FakeDaemon) -> None:
    entry = {"name": "x" * 100, "group": None, "open": 1, "total": 1, "file": None}
    fake_daemon.answers["GET /lists"] = 200, {"schema": 1, "lists": [entry] * 2000}
    process = home.start("lists")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(60) == 0


_INTO_A_FULL_DISK = """
import sys
from daemon.cli import main
for name in sys.argv.pop(1).split(","):
    setattr(sys, name, open("/dev/full", "w"))
main()
"""


@pytest.mark.parametrize(
    ("full", "verb", "exit_code", "said"),
    [
        ("stdout", ["lists"], 1, "standard output: No space left on device"),
        ("stdout", ["show", "x", "--json"], 2, "there is no reminder"),
        ("stderr", ["show", "x"], 2, ""),
        ("stdout,stderr", ["--debug", "show", "x", "--json"], 2, ""),
    ],
)
def test_an_answer_that_cannot_be_written_leaves_the_exit_code_and_no_traceback(
    home: Home, fake_daemon: FakeDaemon, full: str, verb: list[str], exit_code: int, said: str
) -> None:
    fake_daemon.answers["GET /lists"] = 200, {"schema": 1, "lists": []}
    missing = {"code": "not-found", "message": "there is no reminder x", "hint": ""}
    fake_daemon.answers["GET /reminders/x"] = 404, {"schema": 1, "error": missing}
    process = home.start_python("-c", _INTO_A_FULL_DISK, full, *verb)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in err, "ignored" in err) == (exit_code, False, False)
    assert said in err


def test_every_verb_has_help_with_an_example() -> None:
    context = command_line.cli.make_context("remindersd", ["status"])
    for name in command_line.cli.list_commands(context):
        command = command_line.cli.commands[name]
        for each in getattr(command, "commands", {"": command}).values():
            assert "Example" in (each.help or ""), name


def test_help_of_the_whole_names_every_verb_and_exit_code(home: Home) -> None:
    text = home.run("--help").stdout
    for name in command_line.cli.commands:
        assert f"  {name} " in text
    for code in (0, 1, 2, 3, 4, 5, 6, 11, 12, 13, 20):
        assert f"{code:>4}  " in text or f"{code}  " in text


_LEFT = """
import ctypes, resource, sys
from daemon.cli import cli
most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
try:
    cli(sys.argv[1:])
finally:
    print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


@pytest.mark.parametrize("verb", [["sync"], ["poll", "contacts"], ["login"], ["logout"]])
def test_no_verb_that_has_secrets_could_leave_a_core(home: Home, verb: list[str]) -> None:
    process = home.start_python("-c", _LEFT, *verb)
    out, err = process.communicate()
    assert out.splitlines()[-1] == "(0, 0) 0", err


def test_ctrl_c_ends_a_command_once_and_again_if_nothing_came_of_it() -> None:
    times = iter((100.0, 100.5, 101.9, 102.0, 103.0))
    interrupts = Interrupts(lambda: next(times))
    with pytest.raises(KeyboardInterrupt):
        interrupts(signal.SIGINT, None)
    interrupts(signal.SIGINT, None)
    interrupts(signal.SIGINT, None)
    with pytest.raises(KeyboardInterrupt):
        interrupts(signal.SIGINT, None)
    interrupts(signal.SIGINT, None)
