"""What one cycle did and what still waits, for `sync`, `plan`, `/status` and the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sync.core.actions import Conflict, Hold, HoldKind

__all__ = ["AMISS", "FOR_A_PERSON", "Name", "Report"]

AMISS = frozenset({HoldKind.FILE})  # to be looked at, though nothing is to be decided
FOR_A_PERSON = frozenset(
    {
        HoldKind.DELETIONS,
        HoldKind.EMPTIED,
        HoldKind.FIRST_PLAN,
        HoldKind.LIST,
        HoldKind.RESTING_LIST,
        HoldKind.NEW_LIST,
        HoldKind.GONE_IN_ICLOUD,
        HoldKind.UNSHARED,
        HoldKind.IN_DOUBT,
        HoldKind.COPY,
    }
)


@dataclass(frozen=True, slots=True)
class Name:
    """What a person calls a thing: its title or list name, its file and line there; or ``None``."""

    title: str | None = None
    file: str | None = None
    line: int | None = None


@dataclass(slots=True)
class Report:
    """One cycle: counts of what was done, and what is open at its end.

    ``pulled`` and ``pushed`` count records and reminders, ``rendered`` lines, ``files`` file
    writes; ``changes`` are the plan's sentences; ``held`` is everything that waits now and
    ``new_holds`` what began to wait in this cycle, ``names`` what their ids stand for;
    ``problems`` are sentences for a person, ``refused`` those of them that no later cycle tells
    again, ``notices`` those that quote nobody besides, so that the log may have them. ``run`` is
    the number in the journal of what was done, or ``None`` where nothing was.
    """

    trigger: str
    started_ms: int
    finished_ms: int = 0
    pulled: int = 0
    pushed: int = 0
    rendered: int = 0
    files: int = 0
    requests: int = 0
    changes: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    held: list[Hold] = field(default_factory=list)
    new_holds: list[Hold] = field(default_factory=list)
    names: Mapping[str, Name] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    run: int | None = None
    open_conflicts: int = 0
    pending: int = 0
    parked: int = 0
    retry_after_s: float | None = None
    planned_only: bool = False

    @property
    def idle(self) -> bool:
        """Whether nothing at all was brought, sent or written."""
        return not (self.pulled or self.pushed or self.rendered or self.files)

    def come_back(self, seconds: float | None) -> None:
        """Another cycle in ``seconds`` would bring this further; the soonest asked for counts."""
        asked = [wait for wait in (seconds, self.retry_after_s) if wait is not None]
        self.retry_after_s = min(asked, default=None)

    def after(self, earlier: Report) -> Report:
        """This report with the counts and news of an earlier cycle of the same run."""
        self.started_ms = earlier.started_ms
        self.run = self.run if self.run is not None else earlier.run
        self.pulled += earlier.pulled
        self.pushed += earlier.pushed
        self.rendered += earlier.rendered
        self.files += earlier.files
        self.requests += earlier.requests
        self.changes = earlier.changes + self.changes
        self.conflicts = earlier.conflicts + self.conflicts
        self.new_holds = earlier.new_holds + self.new_holds
        self.refused = earlier.refused + self.refused
        self.problems = earlier.refused + earlier.notices + self.problems
        self.notices = earlier.notices + self.notices
        self.names = {**earlier.names, **self.names}
        return self

    @property
    def exit_code(self) -> int:
        """0 done, 3 partly done, 4 something new needs a person."""
        if self.conflicts or any(hold.kind in FOR_A_PERSON for hold in self.new_holds):
            return 4
        unread = any(hold.kind is HoldKind.FILE for hold in self.held)
        return 3 if self.problems or unread else 0

    def document(self) -> dict[str, Any]:
        """The document of `sync --json` and of ``POST /sync``."""
        return {
            "schema": 1,
            "result": {0: "done", 3: "partly", 4: "attention"}[self.exit_code],
            "trigger": self.trigger,
            "run": self.run,
            "started_ms": self.started_ms,
            "finished_ms": self.finished_ms,
            "pulled": self.pulled,
            "pushed": self.pushed,
            "rendered": self.rendered,
            "files": self.files,
            "requests": self.requests,
            "planned_only": self.planned_only,
            "changes": list(self.changes),
            "conflicts": [
                {"id": c.id, "field": c.field.value, "winning": c.winning.value}
                for c in self.conflicts
            ],
            "held": [self._hold(hold) for hold in self.held],
            "new_holds": [self._hold(hold) for hold in self.new_holds],
            "waiting": self._waiting(),
            "problems": list(self.problems),
            "open_conflicts": self.open_conflicts,
            "pending": self.pending,
            "parked": self.parked,
        }

    def _waiting(self) -> dict[str, int] | None:
        """How many deletions go ahead by themselves, and when the last of them does."""
        ends = [hold.until_ms for hold in self.held if hold.until_ms is not None]
        return {"deletions": len(ends), "until_ms": max(ends)} if ends else None

    def _hold(self, hold: Hold) -> dict[str, str | int | None]:
        name = self.names.get(hold.id, Name())
        return {
            "id": hold.id,
            "kind": hold.kind.value,
            "title": name.title,
            "file": name.file,
            "reason": hold.reason,
            "until_ms": hold.until_ms,
        }
