"""What `remindersd token` prints is what the daemon wants to see."""

from __future__ import annotations

import stat

from tests.cli.conftest import Home, documents


def test_the_token_is_made_once_and_kept_for_its_owner(home: Home) -> None:
    first = home.run("token")
    assert first.exit_code == 0
    token = first.stdout.strip()
    path = home.state / "token"
    assert (path.read_text().strip(), stat.S_IMODE(path.stat().st_mode)) == (token, 0o600)
    assert home.run("token").stdout == first.stdout
    assert home.run("token", "--new").stdout.strip() == path.read_text().strip() != token


def test_as_json_it_says_where_it_is_for(home: Home) -> None:
    assert documents(home.run("token", "--json"))[0]["url"] is None
    assert documents(home.run("config", "check", "--json"))[0]["listen"] is None
    home.write(control={"listen": "localhost:8474"})
    assert "listen    http://127.0.0.1:8474" in home.run("config", "check").stdout
    (told,) = documents(home.run("token", "--json"))
    assert told == {
        "schema": 1,
        "token": (home.state / "token").read_text().strip(),
        "url": "http://127.0.0.1:8474",
    }


def test_the_token_of_the_config_is_printed_and_not_replaced(home: Home) -> None:
    home.write(control={"token": "a-token-of-my-own"})
    home.config.chmod(0o644)
    for verb in (("token",), ("config", "check")):
        told = home.run(*verb)
        assert (told.exit_code, "a-token" in told.output) == (2, False)
        assert "chmod 600" in told.stderr
    home.config.chmod(0o600)
    assert home.run("token").stdout == "a-token-of-my-own\n"
    refused = home.run("token", "--new")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert not (home.state / "token").exists()
