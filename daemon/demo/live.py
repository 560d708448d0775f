"""Shows the demo live: phone and file side by side and what just happened; then it is your turn."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Protocol

from daemon.demo.folder import Folder
from daemon.demo.script import FILE, LIST, SCENE_S, script
from daemon.demo.stage import Stage, TooLate, pause
from daemon.demo.watch import Watch
from daemon.wording.output import say

__all__ = ["Face", "Lines", "live", "ourselves"]

BEFORE_S = 2.0  # between two scenes, for the eye


class Face(Protocol):
    """Where a live demo is seen."""

    def tell(self, sentence: str) -> None:
        """Something happened, or is about to."""

    def hint(self, lines: list[str]) -> None:
        """What a person may try now."""

    def show(self, watch: Watch) -> None:
        """Both sides as they are now."""


class Lines:
    """A face for a pipe: one line for each thing that happens."""

    def tell(self, sentence: str) -> None:
        """Print it."""
        say(sentence)

    def hint(self, lines: list[str]) -> None:
        """Print them."""
        for line in lines:
            say(line)

    def show(self, watch: Watch) -> None:
        """Nothing to draw on."""


def live(stage: Stage, face: Face) -> None:
    """Play the scenes before ``face``, then go on until KeyboardInterrupt.

    Raises DemoFailed when the daemon ends, NetworkError when the phone does.
    """
    folder = Folder(stage.folder)
    watch, mood = Watch(stage.phone, folder), _Mood(stage)

    def look() -> None:
        stage.check()
        for sentence in watch.look() + mood.look():
            face.tell(sentence)
        face.show(watch)

    face.hint([f"the todo files are in {stage.folder}"])
    for scene in script(stage.phone, folder, date.today()):
        _until(lambda: False, look, BEFORE_S)
        face.tell(f"── {scene.does}")
        scene.act()
        if not _until(scene.shows, look, SCENE_S):
            raise TooLate(f"{scene.where} does not show it after {SCENE_S:g} s")
    face.hint(_your_turn(stage))
    while True:
        look()
        pause()


class _Mood:
    """Notices when the daemon has something to say about itself."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._last = ("ok", "")
        self._next = 0.0

    def look(self) -> list[str]:
        """What is new since the last look; at most once a second."""
        if time.monotonic() < self._next:
            return []
        self._next = time.monotonic() + 1.0
        status = self._stage.status()
        now = (status["state"], status["reason"])
        if now == self._last or now[0] == "syncing":
            return []
        self._last = now
        return [f"daemon: {': '.join(part for part in now if part)}"]


def _until(is_so: Callable[[], object], look: Callable[[], None], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        look()
        if is_so():
            return True
        pause()
    return False


def _your_turn(stage: Stage) -> list[str]:
    file, config = shlex.quote(str(stage.folder / FILE)), shlex.quote(str(stage.config))
    return [
        "now it is your turn; in another terminal:",
        f"  edit {file} and save",
        f"  curl {stage.phone.url}/reminders -d "
        f"""'{{"list": "{LIST}", "title": "Figs"}}'    # be the phone""",
        f"  curl {stage.phone.url}    # what else the phone can do",
        f"  {ourselves()} --config {config} status    # or plan, lists, conflicts, approve",
        "Ctrl-C ends the demo",
    ]


def ourselves() -> str:
    """How this command can be typed again, here and now."""
    started = os.path.abspath(sys.argv[0])
    if os.path.basename(started) == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m daemon"
    found = shutil.which("remindersd")
    is_found = found is not None and os.path.realpath(found) == os.path.realpath(started)
    return "remindersd" if is_found else shlex.quote(started)
