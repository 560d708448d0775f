"""What a comparison of files, mirror and iCloud came to: for `verify`, `/status`, the database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["NEVER", "VERIFIED", "Finding", "Verdict", "Verified"]

NEVER = "never"
VERIFIED = "verified"  # meta key: when all was last compared, and with which result

Room = Literal["database", "mirror", "files", "lists"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference in words: which ``room`` it was found in, what it is about, and what it is."""

    room: Room
    id: str
    sentence: str
    title: str | None = None
    list: str | None = None
    field: str | None = None
    file: str | None = None


@dataclass(slots=True)
class Verdict:
    """One comparison: how much was compared, what differs, what merely waits, what was mended.

    ``found`` is what differed when it was compared, ``left`` what still did after the repair (the
    same where nothing was to be repaired). ``waiting`` counts what is on its way or held, by why.
    """

    started_ms: int
    finished_ms: int = 0
    records: int = 0
    files: int = 0
    reminders: int = 0
    found: list[Finding] = field(default_factory=list)
    left: list[Finding] = field(default_factory=list)
    waiting: Mapping[str, int] = field(default_factory=dict)
    repaired: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def result(self) -> str:
        """``agrees``, ``repaired`` or ``differs``."""
        if self.left or (self.problems and not self.found):
            return "differs" if self.left else "partly"
        return "repaired" if self.found else "agrees"

    @property
    def exit_code(self) -> int:
        """0 where all agrees (now), 3 where something differs or could not be compared."""
        return 0 if self.result in ("agrees", "repaired") else 3

    def document(self) -> dict[str, Any]:
        """The document of `verify --json` and of ``POST /verify``."""
        return {
            "schema": 1,
            "result": self.result,
            "started_ms": self.started_ms,
            "finished_ms": self.finished_ms,
            "records": self.records,
            "files": self.files,
            "reminders": self.reminders,
            "differences": [_told(one) for one in self.found],
            "left": [_told(one) for one in self.left],
            "waiting": dict(self.waiting),
            "problems": list(self.problems),
        }


def _told(finding: Finding) -> dict[str, str | None]:
    return {
        "room": finding.room,
        "id": finding.id,
        "title": finding.title,
        "list": finding.list,
        "field": finding.field,
        "file": finding.file,
        "sentence": finding.sentence,
    }


@dataclass(frozen=True, slots=True)
class Verified:
    """When all was last compared (Unix milliseconds), with which result and how many differences.

    ``result`` is ``NEVER`` until then; the time is then that from which the schedule counts.
    """

    at_ms: int
    result: str = NEVER
    differences: int = 0

    @classmethod
    def parse(cls, text: str | None) -> Verified | None:
        """What the database remembers; ``None`` for nothing, and for what cannot be read."""
        try:
            kept = json.loads(text or "")
            return cls(int(kept["at_ms"]), str(kept["result"]), int(kept["differences"]))
        except (ValueError, KeyError, TypeError):
            return None

    def text(self) -> str:
        """As the database keeps it."""
        kept = {"at_ms": self.at_ms, "result": self.result, "differences": self.differences}
        return json.dumps(kept)
