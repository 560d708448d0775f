"""The conversations of the command line in a real terminal: what a person types, sees and gets."""

from __future__ import annotations

import pytest

from daemon.settings.config import load_config
from sandbox.world import make_world
from tests.cli.conftest import Home
from tests.cli.tmux import ENDED, screen
from tests.lending import serving

pytestmark = pytest.mark.needs("tmux")


def test_from_nothing_to_a_first_sync(home: Home) -> None:
    home.config.unlink()
    world = make_world(mfa="2fa")
    with serving(world) as url, screen(home, rows=40) as window:
        window.type(f"remindersd init --no-service --endpoint {url}")
        window.until("Apple ID (an e-mail address):")
        window.type(world.account.apple_id)
        window.until("Folder for the todo files [~/Todo]:")
        window.press("Enter")
        window.until("Format (markdown, todo.txt, vdir) [markdown]:")
        window.press("Enter")
        window.until("Command that prints the password")
        window.press("Enter")
        window.until("Sign in now? [Y/n]:")
        window.press("Enter")
        window.until(f"Password of {world.account.apple_id}:")
        window.type(world.account.password)
        window.until("Code (? to get it another way)")
        assert world.account.password not in window.shown()
        window.type(world.account.code)
        shown = window.until("Lists to leave out")
        number = next(row.split()[0] for row in shown.splitlines() if " Groceries " in row)
        window.type("99")
        window.until("write numbers from 1 to")
        window.type(number)
        shown = window.until("the plan:", "Do this now? [Y/n]:")
        assert "more, of which `remindersd plan` shows all" in shown
        window.press("Enter")
        window.until("synced: ", "remindersd run ")

        assert load_config(home.config).reminders.lists == {"*": "two-way", "Groceries": "ignore"}
        todo = home.path / "Todo"
        assert not (todo / "Groceries.md").exists()
        assert list(todo.glob("*.md"))

        shown = window.run("remindersd status")
        assert "not running" in shown
        assert "1 ended: 0" in shown
        window.type("clear; remindersd status --follow")
        window.until("ctrl-C ends")
        window.press("C-c")
        assert "nothing would change" in window.run("remindersd plan")
        assert "signed out" in window.run("remindersd logout")
        window.type("clear; remindersd login")
        window.until(f"Password of {world.account.apple_id}:")
        window.type(world.account.password)
        window.until("Code (? to get it another way)")
        window.type(world.account.code)
        window.until("signed in as", "next: ")


def test_the_demo_is_drawn_and_ends_with_ctrl_c(home: Home) -> None:
    with screen(home, rows=40) as window:
        window.type(f"remindersd demo; {ENDED}")
        shown = window.until("Groceries", "Milk")
        assert "\x1b" not in shown
        window.press("C-c")
        window.until("ended: 0")
