"""The demo: one round trip both ways, as a transcript or live, with everything pretended but us."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from types import FrameType

from daemon.demo.agreement import differences
from daemon.demo.folder import Folder
from daemon.demo.live import Lines, live
from daemon.demo.script import SCENE_S, Scene, script
from daemon.demo.stage import Stage, TooLate, pause, set_stage, wait_until
from daemon.wording.output import plural, say

__all__ = ["run_demo"]

AGREE_S = 15.0

_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_demo(folder: Path | None, *, once: bool) -> int:
    """Show the demo in ``folder``, or in one that is gone afterwards; returns an exit code.

    Live, it lasts until SIGINT or SIGTERM, which are its proper end. Call it from the main thread.
    Raises UsageError for a folder that it may not use, DemoFailed when something does not start.
    """
    with _stops_once():
        try:
            with set_stage(folder) as stage:
                if once:
                    return _transcript(stage)
                _live(stage)
        except KeyboardInterrupt:
            if once:
                raise
    kept = (
        ""
        if folder is None
        else f"; what is in {folder} stays, and a demo of it goes on from there"
    )
    say(f"the demo has ended{kept}")
    return 0


def _live(stage: Stage) -> None:
    if sys.stdout.isatty():
        # Imported late: a pipe needs no drawing.
        from daemon.demo.screen import Screen

        with Screen() as screen:
            live(stage, screen)
    else:
        live(stage, Lines())


def _transcript(stage: Stage) -> int:
    folder = Folder(stage.folder)
    say(f"a pretend iCloud, a real daemon, and todo files in {stage.folder}:")
    for name in folder.files():
        say(f"    {name}")
    for number, scene in enumerate(script(stage.phone, folder, date.today()), start=1):
        say(f"{number}. {scene.does}")
        began = time.monotonic()
        scene.act()
        try:
            seen = wait_until(scene.where, partial(_seen, stage, scene), SCENE_S)
        except TooLate:
            say(f"   {scene.where} does not show it after {SCENE_S:g} s")
            break
        say(f"   {scene.where} shows, {time.monotonic() - began:.1f} s later:  {seen}")
    return _verdict(stage, folder)


def _seen(stage: Stage, scene: Scene) -> str | None:
    stage.check()
    return scene.shows()


def _verdict(stage: Stage, folder: Folder) -> int:
    """Say whether both sides agree; they get a moment to."""
    deadline = time.monotonic() + AGREE_S
    while True:
        shown, files = stage.phone.reminders(), folder.files()
        unlike = differences(shown, files, stage.home_zone)
        if not unlike:
            reminders = plural(len(shown), "reminder")
            say(f"phone and files agree: {reminders}, {plural(len(files), 'file')}")
            return 0
        if time.monotonic() > deadline:
            break
        pause()
    say("phone and files differ:")
    for sentence in unlike:
        say(f"    {sentence}")
    return 1


@contextmanager
def _stops_once() -> Iterator[None]:
    """Every stop signal is a KeyboardInterrupt; after the first, the end is not disturbed."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for which in _STOPS:
            signal.signal(which, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {which: signal.signal(which, stop) for which in _STOPS}
    try:
        yield
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)
