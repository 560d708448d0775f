"""The operations of the ricloud API, which docs/ricloud.md describes."""

from __future__ import annotations

from daemon.apidoc.operation import Operation

__all__ = ["RICLOUD"]

_SECTION = "ricloud"
_SAID = (
    ("GET", "/users", "List users."),
    ("POST", "/users", "Add a user."),
    ("GET", "/users/{id}", "One user."),
    ("GET", "/sources", "List sources."),
    ("POST", "/sources", "Add a source."),
    ("GET", "/sources/{id}", "One source."),
    ("GET", "/sessions", "List sessions."),
    ("POST", "/sessions", "Sign in to a source."),
    ("GET", "/sessions/{id}", "One session."),
    ("DELETE", "/sessions/{id}", "End a session."),
    ("GET", "/polls", "List polls."),
    ("POST", "/polls", "Ask a source for data."),
    ("GET", "/polls/{id}", "One poll."),
    ("GET", "/polls/{poll}/results", "The results of a poll."),
    ("GET", "/results", "List results."),
    ("GET", "/results/{id}", "One result."),
    ("POST", "/results/ack", "Let several results go."),
    ("POST", "/results/{id}/ack", "Let a result go."),
    ("GET", "/events/{id}", "One event."),
    ("GET", "/organisation", "The organisation: this machine."),
    ("GET", "/key", "The key in use."),
    ("GET", "/keys", "List keys."),
)

RICLOUD = tuple(
    Operation(method, path, summary, _SECTION, body={} if method == "POST" else None)
    for method, path, summary in _SAID
)
