"""The decisions of the config that planning needs, as values of the sync side's own types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from sync.core.listplan import NewLists
from sync.core.merging.merge import Side
from sync.core.snapshot import Mode

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """``modes`` maps list names, or patterns such as ``*``, to what may be done with them.

    ``images`` is the directory that images are downloaded to, ``None`` for none.
    """

    home_zone: str
    modes: Mapping[str, Mode] = field(default_factory=lambda: {"*": Mode.TWO_WAY})
    new_lists: NewLists = NewLists.ASK
    wins: Side = Side.CLOUD
    hold_above: int = 5
    grace_s: float = 120.0
    show_s: float = 14 * 86400.0
    images: str | None = None
    purge: bool = False
    archive: bool = False

    def mode_of(self, name: str) -> Mode:
        """The mode of a list: by its own name, else by the first pattern that fits."""
        if name in self.modes:
            return self.modes[name]
        fitting = (mode for pattern, mode in self.modes.items() if fnmatchcase(name, pattern))
        return next(fitting, Mode.IGNORE)
