"""Puts a unit in front of a person's service manager and takes it away: files and `systemctl`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from daemon.systemd.units import NO_NAMESPACES, Unit, is_ours
from sync.errors import RemindersdError, UsageError

__all__ = ["Manager", "NoManager", "may_make_namespaces"]

_PATIENCE_S = 120.0  # a start waits until the daemon says that it is ready
_DROP_IN = NO_NAMESPACES.name
# CLONE_NEWUSER | CLONE_NEWNS, which is what a hardened service of an ordinary user begins with.
_TRY = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x10020000) != 0)"


class NoManager(RemindersdError):
    """There is no service manager of this person's own to be asked."""

    code = "no-manager"


def may_make_namespaces() -> bool:
    """Whether this kernel lets an ordinary process have namespaces of its own; tried in a child."""
    return subprocess.run([sys.executable, "-c", _TRY], check=False).returncode == 0


@dataclass(frozen=True, slots=True)
class Manager:
    """The manager of a person's own services; ``units`` is where their units are."""

    units: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Manager:
        """That of whoever has this environment."""
        configs = environment.get("XDG_CONFIG_HOME", "")
        base = Path(configs) if configs.startswith("/") else Path.home() / ".config"
        return cls(base / "systemd" / "user")

    def installed(self, name: str) -> str | None:
        """The text of a unit that is there; ``None``: none is. Raises UsageError."""
        try:
            return (self.units / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{self.units / name} cannot be read: {error}") from None

    def refuse_foreign(self, name: str) -> None:
        """Raise UsageError where a unit stands that somebody else wrote."""
        there = self.installed(name)
        if there is not None and not is_ours(there):
            raise UsageError(
                f"{self.units / name} was not written by `remindersd service install`",
                "move it away, or keep it and do without this verb",
            )

    def write(self, unit: Unit, *, namespaces: bool) -> Path:
        """Write the unit, and what it needs on a kernel without ``namespaces``; its path.

        Raises UsageError as ``refuse_foreign``.
        """
        path = self.units / unit.name
        self.refuse_foreign(unit.name)
        drop_in = path.with_name(f"{unit.name}.d") / _DROP_IN
        self.units.mkdir(parents=True, exist_ok=True)
        if namespaces:
            drop_in.unlink(missing_ok=True)
        else:
            drop_in.parent.mkdir(exist_ok=True)
            drop_in.write_bytes(NO_NAMESPACES.read_bytes())
        draft = path.with_name(f".{unit.name}.new")
        draft.write_text(unit.text, encoding="utf-8")
        draft.replace(path)
        return path

    def erase(self, name: str) -> None:
        """Remove what ``write`` wrote. Raises UsageError as it does."""
        self.refuse_foreign(name)
        (self.units / f"{name}.d" / _DROP_IN).unlink(missing_ok=True)
        (self.units / name).unlink(missing_ok=True)

    def check(self) -> None:
        """Raise NoManager where nobody can be asked."""
        if shutil.which("systemctl") is None:
            raise NoManager(
                "there is no systemd here",
                "let whatever starts services here run `remindersd run`; see docs/service.md",
            )
        if self._call("show-environment").returncode != 0:
            raise NoManager(
                "systemd keeps no services of yours in this session",
                "log in as yourself, not by way of su or sudo, and try again; on a server see"
                " `remindersd service show --system`",
            )

    def start(self, name: str) -> None:
        """Take in what was written, and start it now and at each log-in."""
        self._must("daemon-reload")
        self._must("enable", name)
        # Not `enable --now`: one that runs already would go on as it was.
        self._must("restart", name)

    def stop(self, name: str) -> None:
        """Stop it, now and for good."""
        self._must("disable", "--now", name)

    def forget(self) -> None:
        """Take in that a unit is gone."""
        self._must("daemon-reload")

    def is_so(self, question: str, name: str) -> bool:
        """Whether the answer to ``is-active`` or ``is-enabled`` is yes."""
        return self._call(question, "--quiet", name).returncode == 0

    def _must(self, *words: str) -> None:
        done = self._call(*words)
        if done.returncode != 0:
            said = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
            raise RemindersdError(
                f"`systemctl --user {' '.join(words)}` failed: {said}",
                "see `journalctl --user -u remindersd`",
            )

    def _call(self, *words: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                ["systemctl", "--user", *words],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_PATIENCE_S,
                check=False,
                env=os.environ | {"LC_ALL": "C"},
            )
        except subprocess.TimeoutExpired:
            raise RemindersdError(
                f"`systemctl --user {' '.join(words)}` did not end in {_PATIENCE_S:.0f} s",
                "see `journalctl --user -u remindersd`",
            ) from None
        except OSError as error:
            raise NoManager(f"systemctl could not be run: {error.strerror}") from None
