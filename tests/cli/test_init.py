"""``init`` writes a config that works, for its owner alone, and never over another unasked."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from daemon.settings.config import load_config
from tests.cli.conftest import Home, documents

ANSWERS = ("--apple-id", "ada@example.com", "--folder")


@pytest.fixture(autouse=True)
def _no_systemd(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("daemon.cli.setup.SYSTEMD", tmp_path / "nowhere")


@pytest.fixture
def newcomer(home: Home) -> Home:
    """A home without a config."""
    home.config.unlink()
    home.config.parent.rmdir()
    return home


def test_options_alone_make_a_config(newcomer: Home) -> None:
    folder = newcomer.path / "My: #todo's"
    result = newcomer.run("init", *ANSWERS, str(folder), "--endpoint", "http://127.0.0.1:8475")
    assert result.exit_code == 0, result.output
    config = load_config(newcomer.config)
    assert config.account.apple_id == "ada@example.com"
    assert config.account.endpoint == "http://127.0.0.1:8475"
    assert config.account.password_command is None
    assert config.folder == folder
    assert folder.is_dir()
    assert "login" in result.stdout
    assert "sync --dry-run" in result.stdout


def test_the_config_is_its_owners_alone_and_explains_itself(newcomer: Home) -> None:
    newcomer.run("init", *ANSWERS, str(newcomer.folder), "--password-command", "pass 'my apple'")
    assert stat.S_IMODE(newcomer.config.stat().st_mode) == 0o600
    assert stat.S_IMODE(newcomer.config.parent.stat().st_mode) == 0o700
    assert newcomer.config.read_text().startswith("# ")
    assert load_config(newcomer.config).account.password_command == ["pass", "my apple"]
    assert [entry.name for entry in newcomer.config.parent.iterdir()] == ["config.yaml"]


def test_a_tilde_stays_one(newcomer: Home) -> None:
    newcomer.run("init", *ANSWERS, "~/Todo")
    assert '"~/Todo"' in newcomer.config.read_text()


def test_a_config_that_is_there_is_not_replaced_unasked(home: Home) -> None:
    before = home.config.read_text()
    result = home.run("init", *ANSWERS, str(home.folder))
    assert result.exit_code == 2
    assert str(home.config) in result.stderr
    assert home.config.read_text() == before


@pytest.mark.parametrize(("answer", "replaced"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_with_a_terminal_it_asks_before_it_replaces(
    home: Home, monkeypatch: pytest.MonkeyPatch, answer: str, replaced: bool
) -> None:
    monkeypatch.setattr("daemon.cli.setup.talking", lambda: True)
    before = home.config.read_text()
    result = home.run("init", *ANSWERS, str(home.folder), stdin=answer + "\n\nn\n")
    assert (home.config.read_text() != before) is replaced
    assert result.exit_code == 0


def test_the_conversation_asks_for_everything(
    newcomer: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.cli.setup.talking", lambda: True)
    said = f"ada@example.com\n{newcomer.folder}\n\ncat apple\nn\n"
    result = newcomer.run("init", stdin=said)
    assert result.exit_code == 0, result.output
    config = load_config(newcomer.config)
    assert (config.account.apple_id, config.folder) == ("ada@example.com", newcomer.folder)
    assert (config.format, config.account.password_command) == ("markdown", ["cat", "apple"])


def test_an_answer_that_does_not_fit_is_asked_for_again_at_once(
    newcomer: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.cli.setup.talking", lambda: True)
    (newcomer.path / "file").touch()
    said = ["ada", "ada@example.com", "Todo", "~", f"{newcomer.path}/file", "~/Todo", ""]
    result = newcomer.run(
        "init", stdin="\n".join([*said, "cat 'apple", "qwert apple", "cat 'my apple'", "n", ""])
    )
    assert result.exit_code == 0, result.output
    for complaint in (
        "e-mail address, such as",
        "absolute path",
        "your home",
        "but a file",
        "no program qwert",
    ):
        assert result.output.count(complaint) == 1, complaint
    assert result.output.count("Error: ") == 6
    config = load_config(newcomer.config)
    assert (config.account.apple_id, config.folder.name) == ("ada@example.com", "Todo")
    assert config.account.password_command == ["cat", "my apple"]


def test_without_a_terminal_it_names_what_is_needed(newcomer: Home) -> None:
    result = newcomer.run("init", "--apple-id", "ada@example.com")
    assert result.exit_code == 2
    assert "--folder" in result.stderr
    assert not newcomer.config.exists()


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        (["--apple-id", "ada"], "account.apple_id"),
        (["--endpoint", "https://icloud.com:443"], "account.endpoint"),
        (["--password-command", "pass 'apple"], "password command"),
    ],
)
def test_an_answer_that_does_not_fit_is_named_and_leaves_nothing(
    newcomer: Home, wrong: list[str], names: str
) -> None:
    result = newcomer.run("init", *ANSWERS, str(newcomer.folder), *wrong)
    assert result.exit_code == 2
    assert names in result.stderr
    assert ".new" not in result.stderr
    assert not newcomer.config.exists()
    assert not list(newcomer.config.parent.glob("*"))


def test_a_config_that_is_a_link_stays_one(newcomer: Home, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "remindersd.yaml"
    newcomer.config.parent.mkdir(parents=True)
    newcomer.config.symlink_to(real)
    result = newcomer.run("init", *ANSWERS, str(newcomer.folder))
    assert result.exit_code == 0, result.output
    assert newcomer.config.is_symlink()
    assert load_config(real).account.apple_id == "ada@example.com"


def test_config_check_says_what_is_used(home: Home) -> None:
    result = home.run("config", "check", "--json")
    assert result.exit_code == 0
    (told,) = documents(result)
    assert (told["schema"], told["result"]) == (1, "ok")
    assert told["socket"] == str(home.socket)
    assert told["state"] == str(home.state)
    assert "correct horse" not in result.output
