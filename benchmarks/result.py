"""What one measurement came to, next to what it should come to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Result"]


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table: ``value`` in ``unit``, good when at most ``target``.

    With ``at_least`` it is good from ``target`` upwards; without a target it only informs.
    ``note`` says what was compared with what.
    """

    group: str
    name: str
    value: float
    unit: str
    target: float | None = None
    note: str = ""
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the target is met; ``None`` where there is none."""
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "met": self.met}
