"""A real notification daemon shows what is due on the phone, and its buttons reach the phone."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from jeepney.bus import get_bus
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection

from tests.e2e.conftest import Making
from tests.e2e.harness import Home, Sandbox, Shown
from tests.e2e.processes import until

pytestmark = pytest.mark.needs("dbus-run-session", "dunst", "dunstctl", "Xvfb")

PARIS = ZoneInfo("Europe/Paris")

CONFIG = """\
[global]
    follow = none
    dmenu = {menu}
    notification_limit = 0
[urgency_normal]
    timeout = 0
"""
# What dunst runs to let a person choose a button: it is given all of them, one a line.
MENU = '#!/bin/sh\ntee -a "{seen}" | grep -m1 -F "#$(cat "{choice}") ("\n'
SESSION = 'printf "%s\\n" "$DBUS_SESSION_BUS_ADDRESS"; exec dunst -conf "$0"'


class Desktop:
    """A session with a screen that nobody sees, and dunst in it."""

    def __init__(self, place: Path, environment: dict[str, str]) -> None:
        self._environment = environment
        self._choice = place / "choice"
        self.seen = place / "seen"

    def count(self) -> int:
        """How many notices are on the screen."""
        return int(self._ctl("count", "displayed"))

    def press(self, label: str) -> None:
        """Press a button of the newest notice."""
        self._choice.write_text(label)
        self._ctl("context")

    def _ctl(self, *arguments: str) -> str:
        command = ["dunstctl", *arguments]
        done = subprocess.run(command, env=self._environment, capture_output=True, timeout=30)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode()


@contextmanager
def process(command: list[str], environment: dict[str, str], log: Path) -> Iterator[str]:
    """A process while the context lasts, with all that it starts; the first line that it says."""
    with (
        log.open("ab") as errors,
        subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            process_group=0,
        ) as running,
    ):
        assert running.stdout is not None
        try:
            yield running.stdout.readline().strip()
        finally:
            os.killpg(running.pid, signal.SIGTERM)  # dbus-run-session alone leaves its bus behind


@contextmanager
def a_desktop(place: Path, runtime: Path) -> Iterator[Desktop]:
    """The session, whose bus is where programs look for it that were started elsewhere."""
    config, menu = place / "dunstrc", place / "menu"
    config.write_text(CONFIG.format(menu=menu))
    menu.write_text(MENU.format(seen=place / "seen", choice=place / "choice"))
    menu.chmod(0o700)
    plain = {"PATH": os.environ["PATH"], "HOME": str(place), "XDG_RUNTIME_DIR": str(place)}
    screen = ["Xvfb", "-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp"]
    with process(screen, plain, place / "xvfb.log") as number:
        shown = plain | {"DISPLAY": f":{number}"}
        session = ["dbus-run-session", "--", "sh", "-c", SESSION, str(config)]
        with process(session, shown, place / "dunst.log") as address:
            (runtime / "bus").symlink_to(get_bus(address))
            desktop = Desktop(place, shown | {"DBUS_SESSION_BUS_ADDRESS": address})
            # Not by asking dunst: the bus would start another one to have it answer.
            until(lambda: is_owned(address))
            yield desktop


def is_owned(address: str) -> bool:
    """Whether anybody shows notices on that bus."""
    with open_dbus_connection(address) as bus:
        proxy = Proxy(message_bus, bus, timeout=30)
        (found,) = proxy.NameHasOwner("org.freedesktop.Notifications")
        return bool(found)


@pytest.fixture(scope="module")
def home(making: Making, sandbox: Sandbox) -> Home:
    home = making.home(sandbox)
    keep = ["sh", "-c", 'cat >>"$0"', str(home.place / "hooked")]
    home.write(today_file="Today.md", hooks={"due": keep})
    return home


@pytest.fixture(scope="module")
def desktop(making: Making, home: Home) -> Iterator[Desktop]:
    with a_desktop(making.place(), home.place / "run") as found:
        home.daemon()
        yield found


def soon() -> datetime:
    """In six seconds: not before it is known here, also on a busy machine."""
    return datetime.now(PARIS).replace(microsecond=0) + timedelta(seconds=6)


def rings(sandbox: Sandbox, desktop: Desktop, title: str, pressed: str) -> Callable[[], Shown]:
    """A reminder of the phone has rung here and a button was pressed; it as the phone shows it."""
    due = soon()
    sandbox.create("Home", title, due=f"{due:%Y-%m-%dT%H:%M:%S}[Europe/Paris]")
    until(lambda: desktop.count() == 1)
    desktop.press(pressed)
    until(lambda: desktop.count() == 0)
    return lambda: sandbox.shown(title)


def test_done_is_done_on_the_phone(sandbox: Sandbox, desktop: Desktop) -> None:
    shown = rings(sandbox, desktop, "Take the bread out", "Done")
    until(lambda: shown()["done"])
    menu = desktop.seen.read_text()
    for label in ("Done", "In 10 minutes", "In 1 hour", "Tomorrow"):
        assert f"#{label} (Take the bread out)" in menu


def test_tomorrow_is_tomorrow_on_the_phone(sandbox: Sandbox, desktop: Desktop) -> None:
    today = soon().date().isoformat()
    shown = rings(sandbox, desktop, "Water the ferns on the roof", "Tomorrow")
    until(lambda: shown()["due"][:10] > today)


def test_a_hook_heard_of_it_too(home: Home, sandbox: Sandbox, desktop: Desktop) -> None:
    rings(sandbox, desktop, "Close the windows", "Done")
    document = until(lambda: (home.place / "hooked").read_text().rpartition('{"schema":1')[2])
    assert '"event":"due"' in document
    assert "Close the windows" in document


def test_what_is_ticked_in_the_file_of_today_is_done_on_the_phone(
    home: Home, sandbox: Sandbox, desktop: Desktop
) -> None:
    title = "Cut the hedge"
    sandbox.create("Home", title, due=f"{datetime.now(PARIS):%Y-%m-%d}")
    line = until(lambda: home.line("Today.md", title))
    today = home.folder / "Today.md"
    today.write_text(today.read_text().replace(line, line.replace("[ ]", "[x]", 1)))
    until(lambda: sandbox.shown(title)["done"])
    assert "Today" not in sandbox.lists()
