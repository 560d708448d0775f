"""Decides what a client of the ricloud API is told when its request is wrong.

Always 4xx with ``error``, ``message`` and, where a parameter is meant, ``params``. Never 5xx, not
even for trouble of ours: the official client sends a request again at once, up to three times, and
one sign-in would become four.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from daemon.replies import json_answer

__all__ = ["Mistake", "invalid", "is_ricloud", "refusal", "unknown"]

_FIRST = (
    *("users", "sources", "sessions", "polls", "results", "events", "organisation", "key", "keys"),
    *("subscriptions", "tasks", "configs", "permissions"),
)
"""What the paths of the API begin with."""


class Mistake(Exception):
    """A request that cannot be served, with its status code and what is answered."""

    def __init__(
        self,
        status: int,
        error: str,
        message: str,
        params: Mapping[str, Sequence[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.message = message
        self.params = params
        self.headers = headers


def invalid(parameter: str, word: str, message: str) -> Mistake:
    """The parameter (dotted where it stands in another) does not fit, in a word and a sentence."""
    return Mistake(400, "invalid-parameter", message, {parameter: [word]})


def unknown(kind: str, id: str) -> Mistake:
    """There is no such resource."""
    return Mistake(404, "not-found", f"there is no {kind} {id[:80]}")


def refusal(mistake: Mistake) -> Response:
    """The answer."""
    body: dict[str, object] = {"error": mistake.error, "message": mistake.message}
    if mistake.params is not None:
        body["params"] = mistake.params
    return json_answer(body, mistake.status, mistake.headers)


def is_ricloud(path: str) -> bool:
    """Whether a path is one of the API, so that even a refusal has to look like one of its."""
    return path.split("/")[1:2] in [[name] for name in _FIRST]
