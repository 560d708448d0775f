"""The units that are shipped, and those with a person's paths in them, as systemd reads them."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest

from daemon.settings.config import Config
from daemon.systemd.unitcheck import shortcomings, unfindable
from daemon.systemd.units import NO_NAMESPACES, unit_name, unit_of, writable

UNITS = Path(__file__).parents[2] / "systemd"
MOST_EXPOSED = {"user": 22, "system": 17}  # tenths, of 100


def config(home: Path, **values: object) -> Config:
    return Config.model_validate(
        {
            "account": {"apple_id": "you@example.com"},
            "folder": str(home / "Todo"),
            "source": home / "config.yaml",
            **values,
        }
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's home with the program in it where `uv tool install` puts it."""
    program = tmp_path / ".local" / "bin" / "remindersd"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def analyze(home: Path, *words: str) -> tuple[int, str]:
    environment = {**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "LC_ALL": "C"}
    done = subprocess.run(
        ["systemd-analyze", *words], env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def exposure(home: Path, kind: str, unit: Path) -> int:
    """As `systemd-analyze security` sees it, in tenths."""
    manager = ("--user",) if kind == "user" else ()
    _, said = analyze(home, *manager, "security", "--offline=true", str(unit))
    found = re.search(r"Overall exposure level for .*: (\d+)\.(\d)", said)
    assert found, said
    return int(found[1] + found[2])


def shipped(home: Path, kind: str) -> Path:
    """A copy, for a person who is there: that of the system names root, whose home this is."""
    if kind == "user":
        return UNITS / "remindersd.service"
    text = (UNITS / "remindersd@.service").read_text().replace("/home/%i", str(home))
    (home / "remindersd@root.service").write_text(text)
    return home / "remindersd@root.service"


@pytest.mark.needs("systemd-analyze")
@pytest.mark.parametrize("kind", ["user", "system"])
def test_what_is_shipped_is_sound_and_hardly_exposed(home: Path, kind: str) -> None:
    unit = shipped(home, kind)
    manager = ("--user",) if kind == "user" else ()
    assert analyze(home, *manager, "verify", str(unit)) == (0, "")
    assert exposure(home, kind, unit) <= MOST_EXPOSED[kind]


@pytest.mark.needs("systemd-analyze")
def test_the_drop_in_for_old_kernels_is_sound_and_keeps_what_needs_no_namespace(
    home: Path,
) -> None:
    unit = home / "remindersd.service"
    unit.write_bytes((UNITS / "remindersd.service").read_bytes())
    (home / "remindersd.service.d").mkdir()
    (home / "remindersd.service.d" / NO_NAMESPACES.name).write_bytes(NO_NAMESPACES.read_bytes())
    assert analyze(home, "--user", "verify", str(unit)) == (0, "")
    assert MOST_EXPOSED["user"] < exposure(home, "user", unit) < 70


@pytest.mark.needs("systemd-analyze")
@pytest.mark.parametrize("kind", ["user", "system"])
def test_a_units_paths_may_have_any_characters(home: Path, kind: str) -> None:
    place = home / 'odd "%h" $HOME \\ plåce'
    program = home / "odd %h $HOME plåce" / "remindersd"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    settings = config(place, polls={"photos": {"download": str(place / "Pictures")}})
    environment = {"XDG_STATE_HOME": str(place / "state")}
    made = unit_of(
        settings,
        [str(program)],
        environment,
        user="root" if kind == "system" else None,
        credential=place / "password.cred",
    )
    unit = home / made.name
    unit.write_text(made.text)
    manager = ("--user",) if kind == "user" else ()
    assert analyze(home, *manager, "verify", str(unit)) == (0, "")
    assert shortcomings(settings, made.text, made.text) == []


def test_a_unit_has_the_paths_of_its_config(home: Path) -> None:
    settings = config(
        home,
        profile="work",
        polls={"photos": {"download": str(home / "Pictures")}},
        control={"socket": str(home / "own" / "socket")},
    )
    made = unit_of(settings, ["/opt/bin/remindersd"], {})
    state = home / ".local" / "state" / "remindersd" / "work"
    assert made.name == "remindersd-work.service"
    assert f"ExecStart=/opt/bin/remindersd --config {settings.source} run\n" in made.text
    named = f"-{home / 'Todo'} -{state} -{home / 'Pictures'} -{home / 'own'}"
    assert f"\nReadWritePaths={named}\n" in made.text
    assert writable(settings) == [Path(word[1:]) for word in named.split()]


def test_the_usual_config_needs_no_option(home: Path) -> None:
    usual = config(home, source=home / ".config" / "remindersd" / "config.yaml")
    assert "ExecStart=/opt/bin/remindersd run\n" in unit_of(usual, ["/opt/bin/remindersd"], {}).text
    assert unit_name("default") == "remindersd.service"


def test_what_is_in_the_shared_directory_is_not_hidden(home: Path) -> None:
    private = unit_of(config(Path("/home/ada")), ["/opt/bin/remindersd"], {}).text
    trial = config(Path("/home/ada"), folder="/tmp/trial/Todo")
    assert "\nPrivateTmp=yes\n" in private
    assert "\nPrivateTmp=no\n" in unit_of(trial, ["/opt/bin/remindersd"], {}).text
    (home / "link").symlink_to("/tmp/trial")
    with tempfile.TemporaryDirectory(dir="/tmp") as shared:
        leads_out = Path(shared) / "remindersd"
        leads_out.symlink_to("/opt/bin/remindersd")
        for program in (home / "link" / "remindersd", leads_out):
            text = unit_of(config(Path("/home/ada")), [str(program)], {}).text
            assert "\nPrivateTmp=no\n" in text


def test_a_unit_that_no_longer_fits_is_told(home: Path) -> None:
    before = unit_of(config(home), ["/opt/bin/remindersd"], {}).text
    moved = config(home, folder=str(home / "Notes"))
    wanted = unit_of(moved, ["/opt/bin/remindersd"], {}).text
    assert shortcomings(moved, before, wanted) == [f"the service may not write to {home / 'Notes'}"]
    other = unit_of(config(home), ["/usr/bin/remindersd"], {}).text
    assert shortcomings(config(home), before, other) == [
        "the service starts another program, or with another config"
    ]
    inside = config(home, folder=str(home / "Todo" / "Lists"))
    assert shortcomings(inside, before, before) == []
    assert shortcomings(config(home), before, before + "Nice=5\n") == [
        "the unit is of another version"
    ]


def test_the_unit_that_is_shipped_fits_the_usual_config(home: Path) -> None:
    usual = config(home, source=home / ".config" / "remindersd" / "config.yaml")
    text = (UNITS / "remindersd.service").read_text()
    wanted = text.replace("%h", str(home))
    assert shortcomings(usual, text.replace("=%h/.local/bin", f"={home}/.local/bin"), wanted) == []


@pytest.mark.parametrize(
    ("command", "is_found"), [(["sh", "-c", "x"], True), (["./own"], True), (["own"], False)]
)
def test_a_password_command_that_a_service_would_not_find(
    home: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], is_found: bool
) -> None:
    own = home / "bin" / "own"
    own.parent.mkdir()
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", f"{own.parent}:{os.environ['PATH']}")
    account = {"apple_id": "you@example.com", "password_command": command}
    told = unfindable(config(home, account=account))
    assert told is None if is_found else told is not None and str(own) in told
