"""How a moment is told, and until when a sign-in holds; for verbs that must start at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sync.remote.signing.states import SignInState

__all__ = ["instant", "told_sign_in"]


def instant(seconds: float) -> str:
    """A Unix time in ISO 8601, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def told_sign_in(state: SignInState) -> dict[str, Any]:
    """How a sign-in stands, as /status and /account tell it: ``until`` is an instant."""
    until = None if state.until is None else instant(state.until)
    return {**state.document(), "until": until}
