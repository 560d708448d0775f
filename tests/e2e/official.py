"""The official client of the ricloud API, unchanged, in an environment of its own."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.harness import Daemon, Home, Sandbox
from tests.e2e.processes import DEADLINE_S, Done, until

if TYPE_CHECKING:
    from tests.e2e.conftest import Making

VERSION = "3.2.0"
_INSTALL_S = 80.0


class Served:
    """A pretend iCloud that asks for ``mfa``, and a daemon that serves TCP and is signed out."""

    def __init__(self, making: Making, mfa: str) -> None:
        self.sandbox: Sandbox = making.sandbox("--mfa", mfa)
        self.home: Home = making.home(self.sandbox)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        listen = f"127.0.0.1:{port}"
        self.url = f"http://{listen}"
        self.home.write(account={"password_command": None}, control={"listen": listen})
        self.daemon = Daemon(self.home, "--debug")  # the most that it ever says
        until(lambda: self.daemon.status()["state"] == "sign-in")
        self.token = self.home.run("token").out.strip()
        told = self.sandbox.invitation
        self.apple_id, self.password, self.code = told["apple_id"], told["password"], told["code"]

    def is_signed_in(self) -> bool:
        """Whether the reminders are kept."""
        return self.daemon.status()["state"] == "ok"


def client_environment(home: Path) -> dict[str, str]:
    """What a client is told by its surroundings."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "NO_PROXY": "*"}


@dataclass(frozen=True)
class Official:
    """The client; ``python`` is that of its environment, ``served`` what it asks."""

    python: Path
    served: Served

    @property
    def output(self) -> Path:
        """Where it puts what it downloads."""
        return self.served.home.place / "output"

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
            env={
                **client_environment(self.served.home.place),
                "RICLOUD_URL": self.served.url,
                "RICLOUD_TOKEN": self.served.token,
                "RICLOUD_OUTPUT_DIRECTORY": str(self.output),
            },
            cwd=self.served.home.place,
            capture_output=True,
            text=True,
            timeout=2 * DEADLINE_S,  # it waits for so long itself
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
            quiet = ["--quiet", "--disable-pip-version-check", "--no-compile", "--retries", "1"]
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
        pytest.skip(f"needs ricloud {VERSION}, which could not be installed: {trouble}")
    return python


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
