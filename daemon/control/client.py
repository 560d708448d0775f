"""Asks the running daemon: HTTP over its Unix socket, with the standard library only.

It is what `status` and its like start with, so nothing slow may be imported here: what speaks HTTP
is loaded where there is a socket, and not to find that there is none.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sync.errors import NetworkError, RemindersdError

if TYPE_CHECKING:
    from daemon.control.unix import Connection

__all__ = ["NotRunning", "call", "events"]

_HINT = "start it with `remindersd run`"


class NotRunning(RemindersdError):
    """No daemon listens on the socket."""

    code = "not-running"


def call(
    socket: Path, method: str, path: str, body: Any = None, timeout: float | None = 10.0
) -> tuple[int, dict[str, Any]]:
    """The status code and the document that the daemon answers; an error of its is one, too.

    ``body`` is sent as JSON; ``timeout`` is in seconds, ``None`` waits for ever. Raises
    NotRunning when nobody listens, NetworkError when the answer does not come or is cut.
    """
    connection = _connected(socket, timeout)
    from http.client import HTTPException

    try:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data is not None else {}
        connection.request(method, path, data, headers)
        response = connection.getresponse()
        document = json.loads(response.read())
    except TimeoutError:
        raise NetworkError(
            f"the daemon did not answer in {timeout:g} s",
            "it may be suspended or very busy: try again, or stop it and start it anew",
        ) from None
    except (OSError, HTTPException, ValueError):
        raise NetworkError("the daemon ended while it was asked", _HINT) from None
    finally:
        connection.close()
    if not isinstance(document, dict):
        raise NetworkError(f"what answers on {socket} is no daemon of ours")
    return response.status, document


def events(socket: Path) -> Generator[tuple[str, dict[str, Any]], None, None]:
    """What happens in the daemon, as (name, document), until it ends; first its present state.

    Raises NotRunning when nobody listens.
    """
    connection = _connected(socket, None)
    from http.client import HTTPException

    try:
        connection.request("GET", "/events", headers={"Accept": "text/event-stream"})
        response = connection.getresponse()
        name = ""
        for line in response:
            key, _, value = line.decode().rstrip("\n").partition(": ")
            if key == "event":
                name = value
            elif key == "data":
                yield name, json.loads(value)
    except (OSError, HTTPException):
        return  # cut in the middle: the daemon ended
    finally:
        connection.close()


def _connected(socket: Path, timeout: float | None) -> Connection:
    try:
        socket.stat()
        from daemon.control.unix import connected

        return connected(socket, timeout)
    except PermissionError:
        raise NotRunning(f"the socket {socket} belongs to another user") from None
    except OSError:  # also a path that is too long to be a socket's
        raise NotRunning(f"no daemon is running on {socket}", _HINT) from None
