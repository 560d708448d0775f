"""Makes the mirror anew beside the old one, which is kept, and puts it in its place in one step.

Nothing in files or iCloud is written here. What is in them is joined by ordinary cycles, as two
sides that meet again: where they agree nothing is written, where not a person is asked.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from daemon.compose import Around, open_mirror
from daemon.process.lock import make_state
from daemon.settings.config import Config
from daemon.settings.paths import MIRROR, state_dir
from store.db import Store
from store.file.aside import beside, kept_damaged, link_aside
from sync.errors import Busy, MirrorDamaged, RemindersdError

__all__ = ["MadeAnew", "anew", "make_anew"]


@dataclass(frozen=True, slots=True)
class MadeAnew:
    """Where the old mirror is ``kept``, if there was one, and what was carried over from it.

    ``lost`` names the tables of which not all could be read.
    """

    kept: Path | None
    carried: Mapping[str, int]
    lost: tuple[str, ...] = ()


def make_anew(config: Config) -> MadeAnew:
    """A new mirror in the place of the old one; to be called under the profile's lock.

    Raises UsageError where the old one is another account's, MirrorDamaged where it cannot be kept,
    Busy where another program has it open.
    """
    state = state_dir(config.profile)
    make_state(state)
    return anew(config, state / MIRROR, Around())


def anew(config: Config, path: Path, around: Around) -> MadeAnew:
    """The same for the mirror at ``path``, on a machine that may be a simulated one."""
    old = _closed(config, path, around)
    fresh = path.with_name(f"{path.stem}.rebuilt{path.suffix}")
    for one in beside(fresh):
        one.unlink()
    made = MadeAnew(None, {})
    if old is not None:
        with closing(Store.open(fresh)) as store:
            salvaged = store.salvage(old)
        made = MadeAnew(old, salvaged.counts, salvaged.lost)
    open_mirror(config, fresh, around).close()
    if path.exists():
        made = MadeAnew(link_aside(path), made.carried, made.lost)
    os.replace(fresh, path)
    return made


def _closed(config: Config, path: Path, around: Around) -> Path | None:
    """The old file, whole and used by nobody; ``None`` if there is none."""
    if not path.exists():
        return kept_damaged(path)
    refusal: RemindersdError = Busy(
        f"{path}: another program has it open",
        "close it there (sqlite3, a viewer of databases), and run `remindersd rebuild` again",
    )
    try:
        open_mirror(config, path, around).close()
    except MirrorDamaged:
        refusal = MirrorDamaged(
            f"{path}: is damaged, and there is no room to keep a copy of it",
            "make room on the disk, and run `remindersd rebuild` again",
        )
    if not path.exists():
        return kept_damaged(path)
    if beside(path) != [path]:  # the last one to close it takes these away
        raise refusal
    return path
