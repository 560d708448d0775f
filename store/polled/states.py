"""Remembers when each service was polled, how that ended, and where its feeds go on."""

from __future__ import annotations

from dataclasses import dataclass

from store.connection import Connection

__all__ = ["Feed", "PollState", "Polls"]


@dataclass(frozen=True, slots=True)
class PollState:
    """The last poll of ``service``; ``error`` is ``None`` where it succeeded."""

    service: str
    tried_ms: int
    succeeded_ms: int | None
    error: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Feed:
    """Where a feed goes on: from ``token`` on, or its beginning; ``walking`` until its first end.

    ``walk`` counts the walks from the beginning.
    """

    token: str | None = None
    walk: int = 1
    walking: bool = True


class Polls:
    """The services and their feeds."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def states(self) -> dict[str, PollState]:
        """The state of every service that was ever polled."""
        rows = self._db.all(
            "SELECT service, tried_ms, succeeded_ms, error, message FROM poll ORDER BY service"
        )
        return {row[0]: PollState(*row) for row in rows}

    def last_success(self, service: str) -> int | None:
        """When the service was last polled with success, in Unix milliseconds."""
        state = self.states().get(service)
        return None if state is None else state.succeeded_ms

    def succeeded(self, service: str, now_ms: int) -> None:
        """A poll came to its end."""
        self._db.write(
            """INSERT INTO poll (service, tried_ms, succeeded_ms) VALUES (?1, ?2, ?2)
            ON CONFLICT (service) DO UPDATE SET tried_ms = ?2, succeeded_ms = ?2, error = NULL,
                message = NULL""",
            (service, now_ms),
        )

    def failed(self, service: str, now_ms: int, error: str, message: str) -> None:
        """A poll ended early."""
        self._db.write(
            """INSERT INTO poll (service, tried_ms, error, message) VALUES (?, ?, ?, ?)
            ON CONFLICT (service) DO UPDATE SET tried_ms = excluded.tried_ms,
                error = excluded.error, message = excluded.message""",
            (service, now_ms, error, message),
        )

    def feed(self, service: str, zone: str) -> Feed:
        """Where the feed of a zone goes on; from its beginning where it was never read."""
        row = self._db.one(
            "SELECT token, walk, walking FROM poll_feed WHERE service = ? AND zone = ?",
            (service, zone),
        )
        return Feed() if row is None else Feed(row[0], row[1], bool(row[2]))

    def set_feed(self, service: str, zone: str, feed: Feed) -> None:
        """The feed goes on there from now on."""
        self._db.write(
            """INSERT INTO poll_feed (service, zone, token, walk, walking) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (service, zone) DO UPDATE SET token = excluded.token,
                walk = excluded.walk, walking = excluded.walking
            WHERE (token, walk, walking)
                IS NOT (excluded.token, excluded.walk, excluded.walking)""",
            (service, zone, feed.token, feed.walk, feed.walking),
        )

    def zones(self, service: str) -> list[str]:
        """The zones whose feed was read."""
        rows = self._db.all(
            "SELECT zone FROM poll_feed WHERE service = ? ORDER BY zone", (service,)
        )
        return [row[0] for row in rows]

    def drop_feed(self, service: str, zone: str) -> None:
        """The zone is there no more."""
        self._db.write("DELETE FROM poll_feed WHERE service = ? AND zone = ?", (service, zone))
