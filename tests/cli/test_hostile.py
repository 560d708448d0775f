"""A day on which everything is odd: each gets a sentence that names the place and the way out."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from daemon.cli.carrying import _write
from daemon.wording.output import document, dumped, table
from sync.errors import UsageError
from tests.cli.conftest import FakeDaemon, Home


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"account:\n\tapple_id: a", b"folder: 3"]
)
def test_status_tells_of_a_config_that_cannot_be_used(home: Home, content: bytes) -> None:
    home.config.write_bytes(content)
    shown = home.run("status")
    assert shown.exit_code == 0
    assert f"{home.config} cannot be used: `remindersd config check` says why" in shown.stdout
    assert home.run("config", "check").exit_code == 2


def test_status_says_nothing_of_a_config_that_is_well(home: Home) -> None:
    assert "cannot be used" not in home.run("status").stdout


def test_a_section_without_keys_is_told_in_plain_words(home: Home) -> None:
    home.config.write_text("account: [1, 2]\nfolder: ~/Todo\n")
    refused = home.run("config", "check")
    assert refused.exit_code == 2
    assert f"{home.config}, line 1: `account` has to have keys below it" in refused.stderr


def test_adding_before_there_is_a_list_says_what_comes_first(home: Home) -> None:
    refused = home.run("add", "Milk")
    assert (refused.exit_code, "there is no list yet" in refused.stderr) == (2, True)
    assert "`remindersd sync`" in refused.stderr


def test_searching_for_nothing_is_a_mistake(home: Home) -> None:
    refused = home.run("search", "  ")
    assert (refused.exit_code, "no word to look for" in refused.stderr) == (2, True)


@pytest.mark.parametrize("verb", [["show"], ["search"], ["log", "--reminder"]])
def test_bytes_that_are_no_text_are_asked_for_and_found_nowhere(
    home: Home, fake_daemon: FakeDaemon, verb: list[str]
) -> None:
    told = home.run(*verb, "a\udcff")  # as a shell gives the byte FF
    assert fake_daemon.asked[-1][0].endswith("a%EF%BF%BD")
    assert (told.exit_code, "a bug" in told.stderr) == (2, False)


def test_an_export_into_a_folder_that_is_not_there_names_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"there is no folder {tmp_path}/away"):
        _write(tmp_path / "away" / "all.json", b"")


@pytest.mark.parametrize("closed", ["stdout", "stderr", "stdin"])
def test_a_stream_that_was_closed_before_is_no_bug(home: Home, closed: str) -> None:
    script = "import sys; from daemon.cli import main; sys.argv = ['remindersd', 'status']"
    run = home.start_python("-c", f"{script}; sys.{closed} = None; main()")
    _, err = run.communicate(timeout=60)
    assert (run.returncode, err) == (0, "")


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-8"])
def test_json_is_json_whatever_the_terminal_can_show(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, written = {"title": "Käse 🧀 \udcff"}, io.BytesIO()
    out = io.TextIOWrapper(written, encoding=encoding, errors="backslashreplace")
    monkeypatch.setattr("sys.stdout", out)
    document(said)
    print(dumped(said), flush=True)
    assert json.loads(written.getvalue().decode("utf-8").partition("\n}\n")[0] + "}") == said
    assert json.loads(written.getvalue().splitlines()[-1]) == said


def test_columns_stand_whatever_is_in_them(capsys: pytest.CaptureFixture[str]) -> None:
    table(("LIST", "OPEN"), [("Birthdays 🎂", 2), ("Café", 1), ("Groceries", 15)])
    assert capsys.readouterr().out.splitlines() == [
        "LIST          OPEN",
        "Birthdays 🎂  2",
        "Café          1",
        "Groceries     15",
    ]
