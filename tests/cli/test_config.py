"""What is wrong with a config is said with its line, its key and the way out; nothing starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.settings.config import load_config
from sync.errors import UsageError
from tests.children import REPOSITORY
from tests.cli.conftest import Home

GOOD = """\
account:
  apple_id: ada@example.test
folder: /nowhere/Todo
"""


def refusal(path: Path, content: str | bytes) -> UsageError:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UsageError) as caught:
        load_config(path)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("folder: /nowhere/else\n", "line 4: the key `folder` is there already, in line 3"),
        (
            "reminders:\n  deletions:\n    hold_above: 5\n    grace: 2m\n    hold_above: 500\n",
            "line 8: the key `reminders.deletions.hold_above` is there already, in line 6",
        ),
        (
            'reminders:\n  lists:\n    "*": ignore\n    "*": two-way\n',
            "line 7: the key `reminders.lists.*` is there already, in line 6",
        ),
        ("control: &a\n  socket: *a\n", "control.socket"),  # a value that holds itself
    ],
)
def test_a_key_that_is_there_twice_is_refused(tmp_path: Path, more: str, says: str) -> None:
    assert says in refusal(tmp_path / "config.yaml", GOOD + more).message


@pytest.mark.parametrize(
    "name", ["../Pictures", "/Pictures", "a/b", ".remindersd", "", "My Pictures", "a(b)", "a" * 101]
)
def test_a_directory_for_images_stands_inside_the_folder(tmp_path: Path, name: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(GOOD + f"reminders:\n  images: {name!r}\n")
    with pytest.raises(UsageError, match=r"line 5: `reminders.images`: name one directory"):
        load_config(path)
    path.write_text(GOOD + "reminders:\n  images: Bilder\n")
    assert load_config(path).reminders.images == "Bilder"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("reminders: {completed: {archive: month}}", "a vdir has no archive"),
        ("markers: none", "for Markdown alone"),
    ],
)
def test_what_a_vdir_has_no_place_for_is_refused(tmp_path: Path, more: str, says: str) -> None:
    message = refusal(tmp_path / "config.yaml", GOOD + f"format: vdir\n{more}\n").message
    assert "line 5" in message
    assert says in message


def test_the_same_key_may_stand_in_two_places(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(GOOD + "reminders: {lists: {folder: ignore, format: ignore}}\n")
    assert load_config(path).reminders.lists == {"folder": "ignore", "format": "ignore"}


@pytest.mark.parametrize(
    ("content", "says", "way_out"),
    [
        (GOOD + "reminders:\n\tevery: 1m\n", "line 5: there is a tab", "spaces"),
        (GOOD + "\tformat: markdown\n", "line 4: there is a tab", "spaces"),
        (b"\x7fELF\x02\x01\x01\x00\xff\xfe", "no text in UTF-8", "--config"),
        ("folder: \x00\x01\n", "no text in UTF-8", "--config"),
        (GOOD + "profile: 2026-02-31\n", "not YAML", "config example"),
        (GOOD + "colour: red\n", "line 4: unknown key `colour`", "config example"),
        ("folder: /nowhere\n", "`account` is missing", "config example"),
        ("- a\n", "keys and values", "config example"),
        ("folder: " + "[" * 5000, "nested too deep", "config example"),
        (GOOD + "format: todo.txt\nmarkers: none\n", "for Markdown alone", "correct"),
        (GOOD + "reminders: {completed: {archive: year}}\n", "completed.archive", "correct"),
    ],
)
def test_what_is_no_config_is_told_with_the_way_out(
    tmp_path: Path, content: str | bytes, says: str, way_out: str
) -> None:
    error = refusal(tmp_path / "config.yaml", content)
    assert says in error.message
    assert way_out in error.hint


def test_a_command_without_brackets_is_shown_them_and_not_repeated(tmp_path: Path) -> None:
    content = GOOD.replace("folder", "  password_command: correct horse\nfolder")
    error = refusal(tmp_path / "config.yaml", content)
    assert "line 3" in error.message
    assert "[pass, apple]" in error.message
    assert "horse" not in error.message + error.hint


@pytest.mark.parametrize(
    ("folder", "says"),
    [
        ("/", "the root of the file system"),
        ("~", "your home directory"),
        ("~/", "your home directory"),
        ("{home}/config/..", "your home directory"),
        ("{home}/file", "no folder but a file"),
        ("~nobody-of-this-name/Todo", "nobody's home"),
        ("Todo", "an absolute path"),
    ],
)
@pytest.mark.parametrize("verb", [("config", "check"), ("run",)])
def test_a_folder_that_cannot_be_one_is_refused(
    home: Home, verb: tuple[str, ...], folder: str, says: str
) -> None:
    (home.path / "file").touch()
    home.write(folder=folder.format(home=home.path))
    result = home.run(*verb)
    assert result.exit_code == 2
    assert "`folder`: " in result.stderr
    assert "line " in result.stderr
    assert says in result.stderr


@pytest.mark.parametrize("verb", [("config", "check"), ("run",), ("sync",), ("status",)])
def test_a_socket_path_that_is_too_long_is_refused(home: Home, verb: tuple[str, ...]) -> None:
    home.write(control={"socket": str(home.path / ("s" * 120))})
    result = home.run(*verb)
    assert result.exit_code == 2
    assert "107 are possible" in result.stderr
    assert "control.socket" in result.stderr


def test_the_example_is_printed_and_is_the_one_of_the_repository(home: Home) -> None:
    result = home.run("config", "example")
    assert result.exit_code == 0
    assert result.stdout == (REPOSITORY / "config.example.yaml").read_text(encoding="utf-8")


def test_a_password_program_that_is_not_there_is_told_with_the_way_out(home: Home) -> None:
    home.write(account={"password_command": ["no-such-program-here"]})
    result = home.run("login")
    assert result.exit_code == 2
    assert "there is no program no-such-program-here" in result.stderr
    assert "hint: correct account.password_command" in result.stderr


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("  listen: 0.0.0.0:80\n", "line 5: `control.listen`: 0.0.0.0 is not this machine alone"),
        ("  listen: 8474\n", "line 5: `control.listen`: "),
        ("  token: short\n", "line 5: `control.token`: write 16 characters or more"),
    ],
)
def test_what_would_open_the_daemon_to_others_is_refused(
    tmp_path: Path, more: str, says: str
) -> None:
    refused = refusal(tmp_path / "config.yaml", f"{GOOD}control:\n{more}").message
    assert says in refused
    assert "short" not in refused
