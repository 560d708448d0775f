"""Is the hand on the phone: reads and edits what the pretend iPhone shows, over its HTTP API."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from sync.errors import NetworkError

__all__ = ["Phone", "Shown"]

_PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Shown:
    """A reminder as the phone shows it.

    ``list`` is a name. ``due`` is ``2026-03-02``, ``2026-03-02T14:30`` (floating),
    ``2026-03-02T14:30[Europe/Paris]``, or empty. ``priority`` is Apple's number: 0, 1, 5 or 9.
    """

    id: str
    list: str
    title: str
    notes: str
    done: bool
    due: str
    flagged: bool
    priority: int


class Phone:
    """The phone whose API is at ``url``. Every call raises NetworkError if it is not reached."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        self.url = url
        self._host, self._port, self._path = parts.hostname, parts.port, parts.path

    def reminders(self, list_name: str | None = None) -> list[Shown]:
        """The reminders that it shows, done ones too."""
        query = "" if list_name is None else f"?list={quote(list_name)}"
        return [_shown(entry) for entry in self._ask("GET", f"/reminders{query}")]

    def add(self, list_name: str, title: str) -> str:
        """Add a reminder; its id."""
        return str(self._ask("POST", "/reminders", {"list": list_name, "title": title})["id"])

    def rename(self, id: str, title: str) -> None:
        """Give a reminder another title."""
        self._ask("PATCH", f"/reminders/{quote(id)}", {"title": title})

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        # http.client knows no proxies, so none can come in between.
        connection = http.client.HTTPConnection(self._host, self._port, timeout=_PATIENCE_S)
        try:
            data = None if body is None else json.dumps(body).encode()
            connection.request(method, self._path + path, data)
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NetworkError(f"the pretend iPhone cannot be reached: {error}") from None
        finally:
            connection.close()
        if response.status >= 400:
            raise NetworkError(f"the pretend iPhone: {answer.get('error', response.status)}")
        return answer


def _shown(entry: dict[str, Any]) -> Shown:
    return Shown(
        id=str(entry["id"]),
        list=str(entry["list"]),
        title=str(entry["title"]),
        notes=str(entry["notes"]),
        done=bool(entry["done"]),
        due=entry["shown_due"] or "",
        flagged=bool(entry["flagged"]),
        priority=int(entry["priority"]),
    )
