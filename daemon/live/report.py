"""The report of a walk: what was believed and what was seen, with nothing of the account in it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from daemon.live.walk import Tried

__all__ = ["document", "markdown"]


def markdown(tried: Sequence[Tried], region: str) -> str:
    """A table that can be pasted into an issue."""
    rows = [
        f"| {one.outcome.seen} | {one.belief.believed} | {one.belief.where} | {one.outcome.said} |"
        for one in tried
    ]
    head = f"`remindersd doctor --live`, version {version('remindersd')}, region {region}"
    return "\n".join(
        [head, "", "| | Believed | docs/wire.md | Seen |", "|---|---|---|---|", *rows, ""]
    )


def document(tried: Sequence[Tried], region: str, left: int) -> dict[str, object]:
    """The same as `--json` shows it; ``left`` counts the records that could not be removed."""
    return {
        "schema": 1,
        "version": version("remindersd"),
        "region": region,
        "left": left,
        "beliefs": [one.document() for one in tried],
    }
