"""The official client of the ricloud API, unchanged, in an environment of its own."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.processes import DEADLINE_S, Done

VERSION = "3.2.0"
_INSTALL_S = 100.0


@dataclass(frozen=True)
class Official:
    """The client; ``python`` is that of its environment, ``place`` what it may write to."""

    python: Path
    place: Path
    url: str
    token: str

    @property
    def environment(self) -> dict[str, str]:
        """What it is told."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.place),
            "NO_PROXY": "*",
            "RICLOUD_URL": self.url,
            "RICLOUD_TOKEN": self.token,
            "RICLOUD_OUTPUT_DIRECTORY": str(self.place / "output"),
        }

    def run(self, *arguments: str, typed: str = "") -> Done:
        """``ricloud icloud ARGUMENTS``."""
        return self._run(["-m", "ricloud", "icloud", *arguments], typed)

    def script(self, text: str) -> Done:
        """A program that uses its classes."""
        return self._run(["-c", text], "")

    def _run(self, arguments: list[str], typed: str) -> Done:
        done = subprocess.run(
            [str(self.python), *arguments],
            input=typed,
            env=self.environment,
            cwd=self.place,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)


def installed(root: Path) -> Path:
    """The Python of an environment with the client, made once for all processes of the tests."""
    home = root / f"ricloud-{VERSION}"
    python = home / "bin" / "python"
    with _alone(root / f"ricloud-{VERSION}.lock"):
        if not (home / "done").exists():
            venv.create(home, clear=True, with_pip=False)
            command = [sys.executable, "-m", "pip", "--python", str(python), "install"]
            quiet = ["--quiet", "--disable-pip-version-check", "--no-compile"]
            try:
                done = subprocess.run(
                    [*command, *quiet, f"ricloud=={VERSION}"],
                    capture_output=True,
                    text=True,
                    timeout=_INSTALL_S,
                    check=False,
                )
                trouble = done.stderr.strip().rpartition("\n")[2] if done.returncode else ""
            except subprocess.TimeoutExpired:
                trouble = f"it took longer than {_INSTALL_S:g} s"
            (home / "done").write_text(trouble)
        trouble = (home / "done").read_text()
    if trouble:
        sentence = f"needs ricloud {VERSION}, which could not be installed: {trouble}"
        if os.environ.get("REMINDERSD_NO_SKIP") == "1":
            pytest.fail(sentence, pytrace=False)
        pytest.skip(sentence)
    return python


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
