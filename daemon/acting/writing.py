"""Grants what a person wants of reminders: from a request to what the engine wrote, as a document.

Both the daemon and a verb that works by itself come here, so that both understand the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from daemon.acting.wanted import changed, dropped, made
from daemon.acting.written import written_document
from store.raw import dumps, loads
from sync.core.deeds import Deed, Scene
from sync.cycle.asked.once import Once

if TYPE_CHECKING:
    from daemon.running.requests import Cycler

__all__ = ["Wish", "granted"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: ``add``, ``delete`` or a change of ``keys``, as ``wanted`` has it.

    ``verb`` names the run in `log`. A ``key`` makes the wish once, however often it comes.
    """

    verb: str
    content: Mapping[str, Any] = field(default_factory=dict)
    keys: Sequence[str] = ()
    dry_run: bool = False
    key: str = ""

    @property
    def asked(self) -> str:
        """A hash of all that is wanted."""
        said = [self.verb, sorted(self.content.items()), list(self.keys)]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def deeds(self, scene: Scene) -> list[Deed]:
        """The deeds that it comes to; raises UsageError."""
        if self.verb == "add":
            return made(self.content, scene)
        if self.verb == "delete":
            return dropped(self.keys, scene)
        return changed(self.content, self.keys, scene)


def granted(engine: Cycler, wish: Wish, wait: Callable[[float], None]) -> dict[str, Any]:
    """Have it written, and say what that came to; raises CannotWrite, UsageError, Busy."""
    once = None
    if wish.key and not wish.dry_run:
        once = Once(wish.key, wish.asked, lambda one: dumps(written_document(one)).decode())
    written = engine.write(wish.deeds, wish.verb, wait=wait, once=once, dry_run=wish.dry_run)
    if written.answer:
        answered: dict[str, Any] = loads(written.answer)
        return answered
    return written_document(written, dry_run=wish.dry_run)
