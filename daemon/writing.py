"""Grants what a person wants of reminders: from a request to what the engine wrote, as a document.

Both the daemon and a verb that works by itself come here, so that both understand the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from daemon.wanted import changed, dropped, made
from daemon.written import written_document
from sync.core.deeds import Deed, Scene

if TYPE_CHECKING:
    from daemon.requests import Cycler

__all__ = ["Wish", "granted"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: ``add``, ``delete`` or a change of ``keys``, as ``wanted`` has it.

    ``verb`` names the run in `log`.
    """

    verb: str
    content: Mapping[str, Any] = field(default_factory=dict)
    keys: Sequence[str] = ()
    dry_run: bool = False

    def deeds(self, scene: Scene) -> list[Deed]:
        """The deeds that it comes to; raises UsageError."""
        if self.verb == "add":
            return made(self.content, scene)
        if self.verb == "delete":
            return dropped(self.keys, scene)
        return changed(self.content, self.keys, scene)


def granted(engine: Cycler, wish: Wish, wait: Callable[[float], None]) -> dict[str, Any]:
    """Have it written, and say what that came to; raises CannotWrite, UsageError, Busy."""
    written = engine.write(wish.deeds, wish.verb, wait=wait, dry_run=wish.dry_run)
    return written_document(written, dry_run=wish.dry_run)
