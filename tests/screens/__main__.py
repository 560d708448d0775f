"""Makes the screens that the documents show: the real programs, a pretend account, a morning.

    python -m tests.screens            all of them, into docs/screens
    python -m tests.screens FOLDER     to look at: each page in all four ways

It needs tmux, faketime, Chromium with its driver, and a font with emoji. It uses the ports 8474 and
8475, which are to be seen.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

import yaml

from daemon.control.client import call
from daemon.control.token import find_token
from tests.children import REPOSITORY
from tests.e2e.harness import Sandbox
from tests.e2e.processes import until
from tests.e2e.saving import in_place
from tests.screens.household import Household, Started, household
from tests.screens.pages import PHONE, WIDE, camera
from tests.screens.scenes import Scenes

LISTEN = "127.0.0.1:8474"
PORT = "8475"
REFUSED = "Swap winter tyres"
CHANGED, WRITTEN, SPOKEN = "Expenses for March", "Expenses, March", "March expenses"
"""What both sides change: short, so that no age makes a table break otherwise."""
PAGES = {
    "reminders": "Pay Müller",
    "decide": WRITTEN,
    "runs": "Why",
    "account": "ada@example.test",
    "devices": "iPhone",
    "photos": "IMG_0002.HEIC",
}
SHOWN = {
    *(("reminders", size, scheme) for size in ("wide", "phone") for scheme in ("light", "dark")),
    *((page, "wide", "light") for page in ("decide", "runs", "devices")),
    *((page, "phone", "dark") for page in ("decide", "runs")),
}
"""The pictures that documents show."""


def main(place: Path, *, everything: bool) -> None:
    """Make the screens in ``place``, or also those of pages that no document shows."""
    place.mkdir(parents=True, exist_ok=True)
    with household() as home:
        cloud = Cloud(home.start("sandbox", "--port", PORT, "--mfa", "2fa", "--photos", "7"))
        Morning(home, cloud, place, everything).pass_by()


class Cloud(Sandbox):
    """A sandbox that is there already."""

    def __init__(self, process: Started) -> None:
        self.meet(process)


class Morning:
    """What Ada does, in this order."""

    def __init__(self, home: Household, cloud: Sandbox, place: Path, everything: bool) -> None:
        self._home = home
        self._cloud = cloud
        self._place = place
        self._everything = everything
        self._scenes = Scenes(home, place)
        self._todo = home.path / "Todo"
        self._socket = home.path / ".run" / "remindersd" / "default.sock"

    def pass_by(self) -> None:
        """All of it."""
        self._scenes.meeting(self._cloud.invitation)
        self._settle_in()
        daemon = self._home.start("run")
        until(lambda: self._socket.exists() and self._ask("GET", "/status")["last_success"])
        for service in ("photos", "devices"):
            self._ask("POST", "/poll", {"service": service})
        self._in_the_terminal()
        self._trouble(daemon)
        self._on_the_page()
        daemon.kill()
        self._scenes.demo()

    def _settle_in(self) -> None:
        config = self._home.path / ".config" / "remindersd" / "config.yaml"
        told = yaml.safe_load(config.read_text())
        told["reminders"] = {
            **told.get("reminders", {}),
            "deletions": {"hold_above": 2, "grace": "0s"},
        }
        config.write_text(yaml.safe_dump({**told, "control": {"listen": LISTEN}}))

    def _in_the_terminal(self) -> None:
        with self._scenes.window() as window:
            keep = self._scenes.commands
            keep(window, "status", "remindersd status", "remindersd status")
            keep(window, "doctor", "remindersd doctor", "remindersd doctor")
            self._ask("POST", "/pause", {})  # so that all of it goes with the sync, and not before
            keep(
                window,
                "acting",
                "add, edit, snooze and done, and what they say",
                'remindersd add "call mum tomorrow 9am #family"',
                'remindersd edit "call mum" --due "friday 14:00"',
                "remindersd snooze call 1h",
                'remindersd done "Water the plants"',
                "remindersd today",
                "remindersd sync",
                "remindersd log",
            )
            self._ask("POST", "/resume", {})

    def _trouble(self, daemon: Started) -> None:
        """Both change one thing, many lines go, and iCloud refuses something."""
        work, home, groceries = (
            self._todo / n for n in ("Work.md", "Family/Home.md", "Groceries.md")
        )
        changed = self._cloud.shown(CHANGED)["id"]
        tyres = self._cloud.shown(REFUSED)["id"]
        refusal = {"code": "INVALID_ARGUMENTS", "reason": "not accepted"}
        self._cloud.faults(items=[{**refusal, "match": tyres, "times": 99}])
        daemon.send(signal.SIGSTOP)
        in_place(work, work.read_text().replace(CHANGED, WRITTEN))
        in_place(home, home.read_text().replace(REFUSED, f"{REFUSED} for summer ones"))
        lines = groceries.read_text().splitlines(keepends=True)
        in_place(groceries, "".join(line for line in lines if "[x]" in line or "Milk" in line))
        self._cloud.edit(changed, title=SPOKEN)
        daemon.send(signal.SIGCONT)
        until(lambda: all(self._sync()[name] for name in ("held", "parked", "open_conflicts")))
        with self._scenes.window() as window:
            self._scenes.commands(
                window, "decide", "What waits for a person, and the way out",
                "remindersd status", "remindersd conflicts", "remindersd parked",
            )  # fmt: skip

    def _on_the_page(self) -> None:
        token = find_token(self._home.path / ".local" / "state" / "remindersd" / "default")
        profile = self._home.path / "chromium"
        with camera(profile, f"http://{LISTEN}/", token, self._place) as view:
            for scheme in ("light", "dark"):
                for size, kind in (("wide", WIDE), ("phone", PHONE)):
                    view.see(kind, scheme)
                    for page, word in PAGES.items():
                        if self._everything or (page, size, scheme) in SHOWN:
                            view.turn(page, word)
                            view.take(f"{page}-{size}-{scheme}")

    def _sync(self) -> dict[str, Any]:
        return self._ask("POST", "/sync", {})

    def _ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        return call(self._socket, method, path, body, timeout=60)[1]


if __name__ == "__main__":
    where = Path(sys.argv[1]) if sys.argv[1:] else REPOSITORY / "docs" / "screens"
    main(where, everything=bool(sys.argv[1:]))
