"""The demo keeps its promises: both directions, nothing left behind, nothing of yours touched."""

from __future__ import annotations

import json
import os
import socket
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from daemon.demo.agreement import differences
from daemon.demo.live import ourselves
from daemon.demo.phone import Shown
from daemon.demo.process import surroundings
from daemon.demo.screen import Screen
from daemon.demo.script import FILE, on_screen
from daemon.demo.watch import file_news, phone_news
from tests.cli.conftest import Home

MILK = Shown("1", "Groceries", "Milk", "", False, "", False, 0)


def _changed(shown: Shown, **changes: object) -> Shown:
    return Shown(**{name: changes.get(name, getattr(shown, name)) for name in Shown.__slots__})


# ---- end to end, with real processes


def test_once_makes_a_round_trip_both_ways_and_leaves_nothing(home: Home) -> None:
    temporary = home.path / "tmp"
    temporary.mkdir()
    demo = home.start_afresh("-m", "daemon", "demo", "--once", more=_traps(temporary))
    said, errors = demo.communicate(timeout=110)
    assert demo.returncode == 0, said + errors
    assert errors == ""
    assert [line[:2] for line in said.splitlines() if line[:1].isdigit()] == [
        "1.",
        "2.",
        "3.",
        "4.",
    ]
    assert "- [ ] Oat milk ^r-" in said
    assert "○ Rye bread  due " in said
    assert "● Oat milk" in said
    assert "- [ ] Rye bread, sliced 📅" in said
    assert said.splitlines()[-1].startswith("phone and files agree: ")
    assert list(temporary.iterdir()) == []
    assert not home.state.parent.exists()


def test_live_goes_on_in_a_kept_folder_and_ends_its_processes(home: Home) -> None:
    kept = home.path / "kept"
    first = home.start("demo", "--folder", str(kept))
    assert first.stdout is not None
    assert str(kept) in first.stdout.readline()
    children = _children(first.pid)
    assert len(children) == 2
    first.terminate()
    said, errors = first.communicate(timeout=60)
    assert first.returncode == 0, said + errors
    assert not any(_is_running(child) for child in children)

    (kept / "Work.md").write_text((kept / "Work.md").read_text() + "- [ ] Typed in between\n")
    again = home.start("demo", "--folder", str(kept), "--once")
    said, errors = again.communicate(timeout=110)
    assert again.returncode == 0, said + errors
    assert "- [ ] Typed in between ^r-" in (kept / "Work.md").read_text()


def _traps(temporary: Path) -> dict[str, str]:
    """What a person's environment may have: none of it may matter."""
    proxy = "http://127.0.0.1:1"
    return {
        **{"TMPDIR": str(temporary), "NOTIFY_SOCKET": "/nowhere"},
        **{"http_proxy": proxy, "HTTP_PROXY": proxy, "https_proxy": proxy, "ALL_PROXY": proxy},
    }


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in text.split()]


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# ---- which folders it takes


def test_a_folder_with_something_in_it_is_refused(home: Home) -> None:
    (home.path / "mine").mkdir()
    (home.path / "mine" / "Diary.md").write_text("dear diary\n")
    result = home.run("demo", "--once", "--folder", str(home.path / "mine"))
    assert result.exit_code == 2
    assert "is not empty" in result.stderr
    assert [entry.name for entry in (home.path / "mine").iterdir()] == ["Diary.md"]


def test_a_damaged_demo_folder_is_refused(home: Home) -> None:
    about = home.path / "mine" / ".remindersd" / "demo" / "about.json"
    about.parent.mkdir(parents=True)
    about.write_text("{}")
    result = home.run("demo", "--once", "--folder", str(home.path / "mine"))
    assert result.exit_code == 2
    assert "about.json is damaged" in result.stderr


def test_a_second_demo_of_a_folder_is_told_so(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        about = home.path / "mine" / ".remindersd" / "demo" / "about.json"
        about.parent.mkdir(parents=True)
        about.write_text(json.dumps({"schema": 1, "port": port}))
        result = home.run("demo", "--once", "--folder", str(home.path / "mine"))
    assert result.exit_code == 1
    assert f"cannot listen on 127.0.0.1:{port}" in result.stderr
    assert "still running" in result.stderr


# ---- what its processes know


def test_the_processes_know_nothing_of_the_person(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("https_proxy", "NOTIFY_SOCKET", "JOURNAL_STREAM", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.setenv(name, "x")
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "HOME"):
        monkeypatch.setenv(name, "/home/ada")
    known = surroundings(tmp_path)
    assert "/home/ada" not in known.values()
    assert "x" not in known.values()


# ---- agreement


def test_the_same_on_both_sides_is_agreement() -> None:
    there = [
        _changed(MILK, title="Pay", due="2026-03-02", flagged=True, priority=1),
        _changed(MILK, id="2", title="Call", due="2026-03-02T09:30[Europe/Paris]", notes="a\nb "),
        _changed(MILK, id="3", title="Swim", due="2026-03-02T09:30", done=True),
        _changed(MILK, id="4", title="Done long ago", done=True),
    ]
    here = (
        "- [ ] Pay ⏫ 🚩 📅 2026-03-02\n"
        "- [ ] Call 📅 2026-03-02 ⏰ 09:30\n    > a\n    > b\n"
        "- [x] Swim 📅 2026-03-02 ⏰ 09:30 floating\n"
    )
    assert differences(there, {"Groceries.md": here.encode()}, "Europe/Paris") == []


@pytest.mark.parametrize(
    ("there", "here", "told"),
    [
        ([MILK], "", "“Milk” in Groceries: not in the files"),
        ([], "- [ ] Milk\n", "“Milk” in Groceries: not on the phone"),
        ([MILK], "- [x] Milk\n", "“Milk” in Groceries: done False on the phone, True here"),
        (
            [_changed(MILK, due="2026-03-02")],
            "- [ ] Milk 📅 2026-03-03\n",
            "“Milk” in Groceries: due '2026-03-02' on the phone, '2026-03-03' here",
        ),
    ],
)
def test_each_difference_is_named(there: list[Shown], here: str, told: str) -> None:
    assert differences(there, {"Groceries.md": here.encode()}, "UTC") == [told]


# ---- news


def test_news_of_the_phone() -> None:
    eggs = _changed(MILK, id="2", title="Eggs")
    before = {"1": MILK, "2": eggs}
    after = {"1": _changed(MILK, done=True), "3": _changed(MILK, id="3", title="Figs")}
    assert phone_news(before, after) == [
        "phone: ○ Milk  →  ● Milk",
        "phone: − ○ Eggs  (Groceries)",
        "phone: + ○ Figs  (Groceries)",
    ]
    assert phone_news(before, before) == []


def test_a_due_time_is_shown_with_its_zone_whole() -> None:
    shown = _changed(MILK, due="2026-11-22T09:30[America/Toronto]")
    assert on_screen(shown) == "○ Milk  due 2026-11-22 09:30[America/Toronto]"


def test_news_of_the_files() -> None:
    before = {"A.md": ["- [ ] a", "", "- [ ] a"], "B.md": ["- [ ] b"]}
    after = {"A.md": ["- [ ] a", "    > new"], "C.md": ["- [ ] b"]}
    assert file_news(before, after) == [
        "A.md: − - [ ] a",
        "A.md: + > new",
        "B.md: − - [ ] b",
        "C.md: + - [ ] b",
    ]


# ---- what a person may type


@pytest.mark.parametrize("on_path", [True, False])
def test_the_demo_names_itself_as_it_can_be_typed(
    home: Home, monkeypatch: pytest.MonkeyPatch, on_path: bool
) -> None:
    script = home.path / "a venv" / "bin" / "remindersd"
    script.parent.mkdir(parents=True)
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(script.parent) if on_path else "/nowhere")
    monkeypatch.setattr("sys.argv", [str(script)])
    assert ourselves() == ("remindersd" if on_path else f"'{script}'")


def test_another_remindersd_on_the_path_is_not_taken_for_this_one(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = home.path / "remindersd"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(home.path))
    monkeypatch.setattr("sys.argv", ["/opt/venv/bin/remindersd"])
    assert ourselves() == "/opt/venv/bin/remindersd"


def test_what_is_to_be_typed_is_shown_whole_on_a_narrow_screen() -> None:
    drawn = StringIO()
    console = Console(width=40, height=30, force_terminal=True, file=drawn)
    with Screen(console) as screen:
        screen.hint(["now:", f"  edit {'a' * 60}/END", "Ctrl-C ends"])
        screen.redraw()
    assert "END" in drawn.getvalue()
    assert "Ctrl-C ends" in drawn.getvalue()


def test_on_a_small_screen_the_end_of_a_long_file_is_shown() -> None:
    drawn = StringIO()
    console = Console(width=80, height=24, force_terminal=True, file=drawn)
    lines = [f"- [ ] line {number}." for number in range(40)]
    with Screen(console) as screen:
        screen.hint(["Ctrl-C ends"])
        screen.show(SimpleNamespace(shown={}, files={FILE: lines}))
    assert "line 39." in drawn.getvalue()
    assert "line 0." not in drawn.getvalue()
