"""`doctor` as a person uses it: everything is looked at, and each thing amiss has its way out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from daemon.doctor.judgements import Answer
from sync.errors import NetworkError
from tests.cli.conftest import FakeDaemon, Home, documents, served_to

CHECKS = ["config", "network", "clock", "sign-in", "password", "folder", "file system", "watching"]
CHECKS += ["permissions", "database", "space", "service", "daemon"]


def looked(home: Home) -> tuple[int, dict[str, dict[str, str]]]:
    result = home.run("doctor", "--json")
    (told,) = documents(result)
    assert (told["schema"], told["result"]) == (1, "attention" if result.exit_code else "ok")
    assert [one["check"] for one in told["checks"]] == CHECKS
    return result.exit_code, {one["check"]: one for one in told["checks"]}


@pytest.fixture(autouse=True)
def apple(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is answered to the one request; no test may reach further than this machine."""
    given: dict[str, Any] = {"answer": Answer("icloud.test", 421, 0.5)}

    def ask(_account: object) -> Answer:
        if isinstance(given["answer"], Exception):
            raise given["answer"]
        return given["answer"]  # type: ignore[no-any-return]

    monkeypatch.setattr("daemon.doctor.probes.ask_apple", ask)
    return given


def test_a_machine_on_which_all_is_well(home: Home) -> None:
    with served_to(home):
        result = home.run("doctor")
        assert result.exit_code == 0, result.output
        assert result.stdout.splitlines()[-1] == "all is well"
        code, checks = looked(home)
    wrong = {name: one for name, one in checks.items() if one["verdict"] == "wrong"}
    assert (code, wrong) == (0, {})
    assert checks["daemon"]["verdict"] == checks["service"]["verdict"] == "note"
    assert "correct horse" not in result.output


def test_without_a_config_it_says_how_to_begin(home: Home) -> None:
    home.config.unlink()
    code, checks = looked(home)
    assert (code, checks["config"]["fix"]) == (1, "run `remindersd init`")
    assert checks["network"]["verdict"] == "ok"
    assert checks["folder"]["verdict"] == "unknown"


def test_a_config_with_a_mistake_is_told_with_its_line(home: Home) -> None:
    home.write(colour="red")
    code, checks = looked(home)
    assert (code, "unknown key `colour`" in checks["config"]["said"]) == (1, True)


def test_offline_and_a_wrong_clock(home: Home, apple: dict[str, Any]) -> None:
    apple["answer"] = NetworkError("icloud.test could not be reached")
    _, checks = looked(home)
    assert (checks["network"]["verdict"], checks["clock"]["verdict"]) == ("wrong", "unknown")
    apple["answer"] = Answer("icloud.test", 421, -900.0)
    _, checks = looked(home)
    assert "900 s behind" in checks["clock"]["said"]


def test_each_thing_that_is_amiss_is_found_with_its_way_out(home: Home) -> None:
    with served_to(home):
        home.write(account={"password_command": ["false"]})
        (home.state / "session").chmod(0o755)
        (home.folder / ".remindersd" / "marker").unlink()
        unit = home.path / "config" / "systemd" / "user" / "remindersd.service"
        unit.parent.mkdir(parents=True)
        unit.write_text("[Service]\nProtectSystem=strict\nReadWritePaths=/elsewhere\n")
        code, checks = looked(home)
    assert code == 1
    for name, fix in {
        "password": "--credential",
        "permissions": f"chmod go-rwx {home.state / 'session'}",
        "folder": "approve folder",
        "service": "service install",
    }.items():
        assert (checks[name]["verdict"], fix in checks[name]["fix"]) == ("wrong", True), checks
    shown = home.run("doctor").stdout
    assert "of 13 checks found something to do" in shown
    assert "WRONG    folder" in shown


def test_a_damaged_mirror_is_found(home: Home) -> None:
    home.state.mkdir(mode=0o700, parents=True)
    (home.state / "mirror.sqlite").write_bytes(b"SQLite format 3\0" + bytes(500))
    _, checks = looked(home)
    assert checks["database"]["verdict"] == "wrong"
    assert "remindersd rebuild" in checks["database"]["fix"]


def test_what_the_daemon_says_of_itself_is_passed_on(home: Home, fake_daemon: FakeDaemon) -> None:
    told = home.status(state="attention", reason="the disk is full")
    fake_daemon.answers["GET /status"] = (200, told)
    _, checks = looked(home)
    assert "the disk is full" in checks["daemon"]["said"]


def test_nothing_is_left_behind(home: Home, tmp_path: Path) -> None:
    before = sorted(home.path.rglob("*"))
    home.run("doctor")
    assert sorted(home.path.rglob("*")) == before
