"""Counts what the cycles of this process came to, for whoever measures it."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.cycle.report import Report

__all__ = ["Counted", "Tally"]

_KEPT = 256  # durations from which the quantiles are taken


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts at one moment; ``durations_s`` are those of the latest cycles, shortest first."""

    cycles: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    moved: Mapping[str, int] = field(default_factory=dict)
    durations_s: tuple[float, ...] = ()
    total_s: float = 0.0


class Tally:
    """Filled by the loop, read by others."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cycles: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._moved: Counter[str] = Counter()
        self._durations: deque[float] = deque(maxlen=_KEPT)
        self._total_s = 0.0

    def succeeded(self, report: Report, took_s: float) -> None:
        """A cycle came to its end."""
        with self._lock:
            self._cycles[str(report.document()["result"])] += 1
            for name in ("requests", "pulled", "pushed", "rendered", "files"):
                self._moved[name] += getattr(report, name)
            self._took(took_s)

    def failed(self, code: str, took_s: float) -> None:
        """A cycle ended with an error of this code."""
        with self._lock:
            self._cycles["failed"] += 1
            self._failures[code] += 1
            self._took(took_s)

    def counted(self) -> Counted:
        """All of it, now."""
        with self._lock:
            return Counted(
                dict(self._cycles),
                dict(self._failures),
                dict(self._moved),
                tuple(sorted(self._durations)),
                self._total_s,
            )

    def _took(self, took_s: float) -> None:
        self._durations.append(took_s)
        self._total_s += took_s
