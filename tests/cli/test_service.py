"""The service of a person's own, before a systemctl that remembers what it was asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from daemon.systemd import manager
from tests.cli.conftest import FakeDaemon, Home, documents

SYSTEMCTL = """#!/bin/sh
echo "$@" >>{log}
case "$2" in {refuses}) echo 'no' >&2; exit 1;; esac
"""


class Manager:
    """A `systemctl` in front of all others; it refuses the verbs that it is told to."""

    def __init__(self, place: Path) -> None:
        self._place = place
        place.mkdir()
        self.refuse()

    def refuse(self, *verbs: str) -> None:
        script = SYSTEMCTL.format(log=self._place / "asked", refuses="|".join(verbs) or "nothing")
        (self._place / "systemctl").write_text(script)
        (self._place / "systemctl").chmod(0o755)

    def asked(self) -> list[str]:
        log = self._place / "asked"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def systemctl(home: Home, monkeypatch: pytest.MonkeyPatch) -> Manager:
    made = Manager(home.path / "bin")
    monkeypatch.setenv("PATH", str(home.path / "bin"), prepend=":")
    monkeypatch.setattr(manager, "may_make_namespaces", lambda: True)
    return made


def unit(home: Home) -> Path:
    return home.path / "config" / "systemd" / "user" / "remindersd.service"


def test_install_writes_a_unit_for_the_config_and_starts_it(home: Home, systemctl: Manager) -> None:
    done = home.run("service", "install")
    assert done.exit_code == 0, done.output
    assert f"ReadWritePaths=-{home.folder} -{home.state}\n" in unit(home).read_text()
    assert home.folder.is_dir()
    assert home.state.is_dir()  # what is not there at the start could never be written to
    assert systemctl.asked() == [
        "--user show-environment",
        "--user daemon-reload",
        "--user enable remindersd.service",
        "--user restart remindersd.service",
    ]
    assert not unit(home).with_name("remindersd.service.d").exists()


def test_a_kernel_without_namespaces_gets_the_drop_in(
    home: Home, systemctl: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manager, "may_make_namespaces", lambda: False)
    assert "confined less" in home.run("service", "install").stderr
    drop_in = unit(home).with_name("remindersd.service.d") / "no-user-namespaces.conf"
    assert "PrivateUsers=no" in drop_in.read_text()
    assert home.run("service", "remove").exit_code == 0
    assert not drop_in.exists()


def test_without_a_manager_the_unit_is_written_and_the_way_out_told(
    home: Home, systemctl: Manager
) -> None:
    systemctl.refuse("show-environment")
    done = home.run("service", "install")
    assert done.exit_code == 3
    assert unit(home).exists()
    assert "log in as yourself" in done.stderr
    assert systemctl.asked() == ["--user show-environment"]
    [told] = documents(home.run("service", "install", "--json"))
    assert (told["result"], told["runs"], told["installed"]) == ("partly", False, str(unit(home)))
    [told] = documents(home.run("service", "remove", "--json"))
    assert (told["result"], unit(home).exists()) == ("partly", False)


def test_what_systemd_refuses_is_told(home: Home, systemctl: Manager) -> None:
    systemctl.refuse("restart")
    done = home.run("service", "install")
    assert done.exit_code == 1
    assert "`systemctl --user restart remindersd.service` failed: no" in done.stderr


def test_a_unit_of_somebody_else_stays(home: Home, systemctl: Manager) -> None:
    unit(home).parent.mkdir(parents=True)
    unit(home).write_text("# mine\n[Service]\n")
    for verb in ("install", "remove"):
        assert home.run("service", verb).exit_code == 2
        assert systemctl.asked() == []
        assert unit(home).read_text() == "# mine\n[Service]\n"


def test_remove_stops_it_first(home: Home, systemctl: Manager) -> None:
    assert home.run("service", "remove").exit_code == 1  # nothing is there
    home.run("service", "install")
    before = len(systemctl.asked())
    done = home.run("service", "remove")
    assert done.exit_code == 0, done.output
    assert not unit(home).exists()
    assert [line.split()[1] for line in systemctl.asked()[before:]] == [
        "show-environment",
        "disable",
        "daemon-reload",
    ]


def test_status_says_what_is_wrong(home: Home, systemctl: Manager) -> None:
    systemctl.refuse("is-active", "is-enabled")
    assert "service install" in home.run("service", "status").stdout
    systemctl.refuse()
    home.run("service", "install")
    well = home.run("service", "status", "--json")
    assert (well.exit_code, json.loads(well.stdout)["result"]) == (0, "ok")
    home.write(folder=str(home.path / "Notes"))
    told = home.run("service", "status")
    assert told.exit_code == 1
    assert f"may not write to {home.path / 'Notes'}" in told.stdout


@pytest.mark.parametrize(("answer", "is_installed"), [("y\n", True), ("\n", False)])
def test_init_asks_and_installs_it(
    home: Home,
    systemctl: Manager,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    is_installed: bool,
) -> None:
    monkeypatch.setattr("daemon.cli.setup.talking", lambda: True)
    monkeypatch.setattr("daemon.cli.setup.SYSTEMD", home.path)
    home.config.unlink()
    said = f"ada@example.com\n{home.folder}\n\n\n{answer}n\n"
    done = home.run("init", stdin=said)
    assert done.exit_code == 0, done.output
    assert unit(home).exists() is is_installed
    assert ("service install" in done.stdout) is not is_installed


def test_init_without_a_terminal_installs_it_only_if_told_to(
    home: Home, systemctl: Manager
) -> None:
    home.config.unlink()
    options = ("--apple-id", "ada@example.com", "--folder", str(home.folder))
    assert home.run("init", *options).exit_code == 0
    assert not unit(home).exists()
    home.config.unlink()
    assert home.run("init", *options, "--service").exit_code == 0
    assert unit(home).exists()


def test_show_prints_a_unit_for_the_system(home: Home) -> None:
    shown = home.run("service", "show", "--system").stdout
    assert home.folder.is_dir()
    assert home.state.is_dir()
    assert "\nUser=" in shown
    assert "WantedBy=multi-user.target" in shown
    assert not unit(home).exists()


def test_a_credential_that_is_not_there_is_told(home: Home) -> None:
    missing = home.path / "icloud.cred"
    refused = home.run("service", "show", "--system", "--credential", str(missing))
    assert (refused.exit_code, f"there is no file {missing}" in refused.stderr) == (2, True)


def test_a_service_of_the_system_is_found_by_its_socket_in_the_state(
    home: Home, fake_daemon: FakeDaemon
) -> None:
    fake_daemon.answers["GET /status"] = (200, home.status(state="offline", reason="no route"))
    home.state.mkdir(parents=True)
    home.socket.rename(home.state / "control.sock")
    assert "no route" in home.run("status").stdout
