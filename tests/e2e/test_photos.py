"""Photos into a folder by processes of their own: killed in the middle of a file, and watched."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing

import pytest

from sandbox.photos.files import fingerprint
from tests.e2e.conftest import Making
from tests.e2e.harness import Home, Sandbox
from tests.e2e.processes import until
from tests.e2e.terminal import CTRL_C, typed

PICTURE, MOVIE = "2020/09/IMG_0002.heic", "2020/09/IMG_0002.mov"
PICTURE_BYTES, MOVIE_BYTES = 905_818, 2_456_163
CUT_AT = 1 << 20  # the last whole piece of the half that comes
SO_FAR = f"{(PICTURE_BYTES + CUT_AT) * 100 // (PICTURE_BYTES + MOVIE_BYTES)}%"
HELD_S = 90.0  # longer than this takes

DOWNLOAD = ("poll", "photos", "--download")
BAR = "\N{BOX DRAWINGS HEAVY HORIZONTAL}"


@pytest.fixture
def home(making: Making, sandbox: Sandbox) -> Home:
    """Signed in, with a folder for photos."""
    sandbox.ask("DELETE", "/sandbox/faults")
    made = making.home(sandbox)
    made.write(polls={"photos": {"every": None, "download": str(made.place / "Pictures")}})
    assert made.run("sync").code == 0
    return made


def hold_the_movie(sandbox: Sandbox) -> None:
    """The picture comes, the movie is cut in the middle, and its rest is waited for."""
    cut = {"kind": "cut_body", "path": "/B/", "skip": 1}
    slow = {"kind": "slow", "path": "/B/", "skip": 1, "seconds": HELD_S}
    sandbox.forget_requests()
    sandbox.faults(http=[cut, slow])


def is_held(sandbox: Sandbox) -> bool:
    """Whether the rest of the movie is waited for."""
    return [each["fault"] for each in sandbox.requests("/B/")] == [None, "cut_body", "slow"]


def half(home: Home) -> int:
    """How much of the movie is there."""
    [part] = (home.place / "Pictures").rglob("*.part")
    return part.stat().st_size


def kept(home: Home) -> dict[str, str]:
    """The fingerprint of every file in the folder, of its bytes."""
    root = home.place / "Pictures"
    return {
        path.relative_to(root).as_posix(): fingerprint(path.read_bytes())
        for path in root.rglob("*")
        if path.is_file()
    }


def named(home: Home) -> dict[str, str]:
    """What the library calls its originals."""
    with closing(sqlite3.connect(f"file:{home.mirror}?mode=ro", uri=True)) as mirror:
        ids = dict(mirror.execute("SELECT role, id FROM photo_files"))
    return {
        PICTURE: ids["resOriginal"].removeprefix("icpl://"),
        MOVIE: ids["resOriginalVidCompl"].removeprefix("icpl://"),
    }


def goes_on(home: Home, sandbox: Sandbox) -> bool:
    """Whether the rest of the movie alone is fetched now, and all of it is right."""
    assert half(home) == CUT_AT
    assert set(kept(home)) > {PICTURE}
    assert MOVIE not in kept(home)
    sandbox.ask("DELETE", "/sandbox/faults")
    sandbox.forget_requests()
    done = home.run(*DOWNLOAD)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("1 new file in ")
    assert [each["bytes"] for each in sandbox.requests("/B/")] == [MOVIE_BYTES - CUT_AT]
    return kept(home) == named(home)


def test_a_download_that_is_killed_in_the_middle_of_a_file_goes_on(
    home: Home, sandbox: Sandbox
) -> None:
    hold_the_movie(sandbox)
    verb = home.start(*DOWNLOAD)
    until(lambda: is_held(sandbox))
    verb.send(signal.SIGKILL)
    assert verb.done().code == -signal.SIGKILL
    assert goes_on(home, sandbox)


def test_so_does_that_of_a_daemon_which_a_terminal_watched(home: Home, sandbox: Sandbox) -> None:
    daemon = home.daemon()
    hold_the_movie(sandbox)
    left = typed(home, *DOWNLOAD, turns=[(SO_FAR, CTRL_C)], kind="xterm")
    assert (left.code, BAR in left.text) == (130, True)
    assert is_held(sandbox)  # the daemon does not care who watches
    daemon.process.send(signal.SIGKILL)
    assert daemon.process.done().code == -signal.SIGKILL
    home.daemon()
    assert goes_on(home, sandbox)


def test_a_terminal_shows_how_far_a_download_is(home: Home, sandbox: Sandbox) -> None:
    hold_the_movie(sandbox)
    stopped = typed(home, *DOWNLOAD, turns=[(SO_FAR, CTRL_C)], kind="xterm")
    assert (stopped.code, BAR in stopped.text) == (130, True)
    assert half(home) == CUT_AT
