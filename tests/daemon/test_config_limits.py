"""Configs that are traps, and a client that has to find its daemon whatever the config says."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from daemon.settings.config import load_config
from daemon.settings.paths import find_place, state_dir
from sync.errors import UsageError

GOOD = "account: {apple_id: ada@example.test, password_command: [pass, apple]}\nfolder: /nowhere\n"
LISTS = "".join(f"{a}: &{a} [{', '.join([f'*{b}'] * 10)}]\n" for b, a in pairwise("zabcdefghij"))
MERGES = "".join(
    f"{a}: &{a} {{<<: [{', '.join([f'*{b}'] * 10)}]}}\n" for b, a in pairwise("zabcde")
)


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/nowhere/state")  # a socket in tmp_path could be too long
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("z: &z [x]\n" + LISTS, "with its anchors it has more than 20,000 values"),
        ("z: &z {x: 1}\n" + MERGES, "with its anchors it has more than 20,000 values"),
        ("z: &z [*z]\n", "unknown key `z`"),
        ("profile: " + "x" * 1_000_000, "longer than 256 KiB"),
        ("[" * 10_000, "nested too deep"),
        ("- " * 10_000, "nested too deep"),
        ("control: {socket: /" + "x" * 300 + "}\n", "bytes long, and 107 are possible"),
        ("control: {socket: x.sock}\n", "`control.socket`: write an absolute path"),
        ("reminders: {every: 36501d}\n", "`reminders.every`: must be at most 36500d"),
        ("polls: {devices: {history: 99999999999999d}}\n", "must be at most 36500d"),
        ('control: {socket: "/a\\0b"}\n', "has a character that no path can have"),
        ('control: {socket: "/a\\ud800b"}\n', "has a character that no path can have"),
    ],
)
def test_a_trap_is_told_in_one_line_that_names_the_file(
    tmp_path: Path, more: str, says: str
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text((GOOD if ":" in more else "") + more)
    with pytest.raises(UsageError) as caught:
        load_config(path)
    assert says in caught.value.message
    assert str(path) in caught.value.message
    assert len(caught.value.message.splitlines()) == 1


@pytest.mark.parametrize(
    "content",
    [
        "profile: 2026-02-31\n",
        "profile: " + "9" * 5000,
        'profile: "\\ud800"\n',
        "profile: ../../elsewhere\n",
        "profile: [" + "[" * 10_000,
        "control: {socket: ~nobody-of-this-name/s}\n",
        b"\xff\xfe",
        "z: &z {x: 1}\n" + MERGES,
    ],
)
def test_a_client_falls_back_to_the_default_profile(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    assert find_place(path).state == state_dir("default")
