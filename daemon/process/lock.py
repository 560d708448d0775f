"""One process at a time per profile: a file lock that the kernel drops with the process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sync.errors import Busy, RemindersdError
from sync.machine import told

__all__ = ["held_lock", "make_state"]


@contextmanager
def held_lock(state: Path) -> Iterator[None]:
    """Hold the profile's lock; raises Busy, naming the holder's process, if another has it.

    Raises as ``make_state`` does, too.
    """
    make_state(state)
    try:
        descriptor = os.open(state / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unusable(error) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            raise Busy(
                f"remindersd is already at work on this profile (process {holder})",
                "use `remindersd status`, or stop the other process first",
            ) from None
        os.ftruncate(descriptor, 0)
        with suppress(OSError):  # on a full disk it is held all the same, by nobody's name
            os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        yield
    finally:
        os.close(descriptor)


def make_state(state: Path) -> None:
    """Make the state directory, for its owner alone; raises UsageError where none can be."""
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        state.chmod(0o700)
    except OSError as error:
        raise _unusable(error) from error


def _unusable(error: OSError) -> RemindersdError:
    ours = told(error)
    if ours is None:
        raise error
    return type(ours)(
        f"the state directory cannot be used: {ours.message}",
        f"{ours.hint} (it is below XDG_STATE_HOME, or ~/.local/state)",
    )
