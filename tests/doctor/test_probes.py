"""What the probes of `doctor` see on a real machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.doctor import probes
from daemon.doctor.confined import CONFINED, NO_NAMESPACES
from daemon.doctor.judgements import How, Loose
from daemon.systemd.manager import may_make_namespaces
from sandbox.world import make_world
from sync.errors import NetworkError
from sync.local.disk import Exchange, Renameat2
from sync.remote.account import Account
from tests.lending import serving

ANYWHERE = "/usr/bin:/bin"


def test_the_service_and_its_clock_are_asked_without_a_name() -> None:
    with serving(make_world()) as url:
        answer = probes.ask_apple(Account("ada@example.test", "world", url))
    assert (answer.host, answer.status < 500) == (url, True)
    assert answer.ahead_s is not None
    assert abs(answer.ahead_s) < 60


def test_where_nobody_listens_that_is_said() -> None:
    with pytest.raises(NetworkError, match=r"127\.0\.0\.1"):
        probes.ask_apple(Account("", "world", "http://127.0.0.1:9"))


class Poor(Exchange):
    def exchange(self, one: Path, other: Path) -> None:
        raise OSError(22, os.strerror(22))

    def rename_new(self, old: Path, new: Path) -> None:
        raise OSError(22, os.strerror(22))


def test_a_disk_is_tried_in_our_own_directory_alone(tmp_path: Path) -> None:
    assert probes.disk_of(tmp_path / "Todo" / "deep", Renameat2()).exchanges is None
    assert list(tmp_path.iterdir()) == []
    ours = tmp_path / ".remindersd"
    ours.mkdir()
    seen = probes.disk_of(tmp_path, Renameat2())
    assert (seen.exchanges, seen.kind != "an unknown file system") == (True, True)
    assert probes.disk_of(tmp_path, Poor()).exchanges is False
    assert list(ours.iterdir()) == []


def test_the_kind_of_the_nearest_mount_counts() -> None:
    assert probes.disk_of(Path("/proc/self/nothing"), Renameat2()).kind == "proc"


def test_a_watch_can_be_had(tmp_path: Path) -> None:
    assert probes.try_inotify(tmp_path / "not" / "there").refused is None


def test_what_others_can_read_is_found_however_deep(tmp_path: Path) -> None:
    private, deep = tmp_path / "state", tmp_path / "state" / "session"
    deep.mkdir(parents=True)
    private.chmod(0o700)
    deep.chmod(0o700)
    (deep / "cookies").touch(0o600)
    assert probes.loose([private, tmp_path / "missing"]) == []
    (deep / "cookies").chmod(0o640)
    assert probes.loose([private]) == [Loose(str(deep / "cookies"), False)]
    private.chmod(0o755)
    assert probes.loose([private]) == [Loose(str(private), False)]


def test_free_room_is_that_of_where_a_path_will_be(tmp_path: Path) -> None:
    ((path, free),) = probes.free([tmp_path / "a" / "b"])
    assert (path, free > 0) == (str(tmp_path / "a" / "b"), True)


# ---- the password command, as a service runs it


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "Todo").mkdir()
    return {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "SECRET_OF_A_SHELL": "x"}


def tried(home: dict[str, str], script: str) -> str | None:
    writable = [Path(home["HOME"]) / "Todo"]
    return probes.try_password(["sh", "-c", script], ANYWHERE, writable, home).error


def test_a_command_that_works_is_well(home: dict[str, str]) -> None:
    assert tried(home, "echo hunter2") is None


def test_one_that_fails_or_says_nothing_is_not(home: dict[str, str]) -> None:
    assert "exit code 3" in str(tried(home, "exit 3"))
    assert "exit code 0" in str(tried(home, "echo"))


def test_what_it_prints_is_never_told(home: dict[str, str]) -> None:
    said = probes.try_password(["sh", "-c", "echo hunter2; exit 1"], ANYWHERE, [], home)
    assert "hunter2" not in str(said)


def test_it_sees_neither_a_terminal_nor_a_shells_variables(home: dict[str, str]) -> None:
    assert tried(home, 'test -z "$SECRET_OF_A_SHELL" && ! test -t 0 && echo well') is None


def test_a_program_that_a_service_would_not_find(home: dict[str, str], tmp_path: Path) -> None:
    program = tmp_path / "mypass"
    program.write_text("#!/bin/sh\necho x\n")
    program.chmod(0o700)
    said = probes.try_password(["mypass"], ANYWHERE, [], home | {"PATH": str(tmp_path)})
    assert "would not find mypass" in str(said.error)
    assert str(program) in said.hint


@pytest.mark.skipif(not may_make_namespaces(), reason="this kernel gives no namespaces")
def test_it_cannot_write_to_the_home_but_to_what_the_daemon_may(home: dict[str, str]) -> None:
    assert tried(home, "touch $HOME/agent && echo x") is not None
    assert tried(home, "touch $HOME/Todo/mine && echo x") is None
    assert not Path(home["HOME"], "agent").exists()


def test_what_cannot_be_run_ends_with_127_or_says_that_it_is_not_confined() -> None:
    command = [sys.executable, "-I", CONFINED, "", "", "--", "/no/such"]
    assert subprocess.run(command, check=False).returncode in (127, NO_NAMESPACES)


def test_without_what_filters_are_made_of_the_rest_holds(
    home: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "SHIPPED", Path(home["HOME"]) / "no unit")
    said = probes.try_password(["sh", "-c", "echo x"], ANYWHERE, [], home)
    assert (said.error, said.how) in ((None, How.CONFINED), (None, How.ALONE))


@pytest.mark.skipif(not may_make_namespaces(), reason="this kernel gives no namespaces")
@pytest.mark.needs("systemd-analyze")
def test_one_that_the_filters_of_a_service_do_not_let_work_is_told_apart(
    home: dict[str, str],
) -> None:
    script = "import mmap; mmap.mmap(-1, 4096, prot=7); print('hunter2')"
    said = probes.try_password([sys.executable, "-c", script], ANYWHERE, [], home)
    assert "works only without the service's filters" in str(said.error)
    assert "MemoryDenyWriteExecute=no" in said.hint
    well = probes.try_password(["sh", "-c", "echo x"], ANYWHERE, [], home)
    assert (well.error, well.how) == (None, How.FILTERED)
