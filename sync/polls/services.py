"""Asks the services that pyicloud speaks, and says in our words what went wrong.

pyicloud words most refusals alike; the status of the last answer tells them apart. A session that
has ended is opened anew once. To be imported when needed only: pyicloud takes most of a second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import requests
from pyicloud.exceptions import PyiCloudConnectionException, PyiCloudServiceNotActivatedException

from sync.errors import BadResponse, NetworkError, RemindersdError, ServiceError, Throttled
from sync.errors import SignInNeeded as SignedOut
from sync.machine import told
from sync.polls.switched import NAMES, switched_off
from sync.remote.client import place
from sync.remote.refusals import FOREIGN, LOGIN_HINT
from sync.remote.session import Session

__all__ = ["address", "ask"]

T = TypeVar("T")

_SIGNED_OUT = frozenset({401, 421, 450})
_WAIT = frozenset({429, 503})


def address(service: Any, key: str) -> str:
    """Where the service ``key`` of a signed-in ``PyiCloudService`` is; CannotPoll if it is off."""
    entries = service.data.get("webservices")
    entry = entries.get(key) if isinstance(entries, Mapping) else None
    known = entry if isinstance(entry, Mapping) else {}
    url = known.get("url")
    if not isinstance(url, str) or not url or known.get("status", "active") != "active":
        raise switched_off(key)
    return url


def ask(session: Session, key: str, work: Callable[[Any], T]) -> T:
    """What ``work`` gets from a signed-in ``PyiCloudService``; ``key`` is the service it asks.

    Raises CannotPoll, SignInNeeded, WrongPassword, AccountUnusable, NetworkError, Throttled,
    BadResponse, ServiceError.
    """
    try:
        return _ask_once(session, key, work)
    except SignedOut:
        session.renew()
        return _ask_once(session, key, work)


def _ask_once(session: Session, key: str, work: Callable[[Any], T]) -> T:
    service = session.service()
    last: list[requests.Response] = []

    def remember(response: requests.Response, **_: Any) -> None:
        last[:] = [response]

    service.session.hooks["response"].append(remember)
    try:
        return work(service)
    except FOREIGN as error:
        raise _explained(error, last[0] if last else None, key) from None
    finally:
        service.session.close()


def _explained(error: Exception, last: requests.Response | None, key: str) -> RemindersdError:
    name = NAMES[key]
    if isinstance(error, OSError) and (by_machine := told(error)) is not None:
        return by_machine
    if isinstance(error, PyiCloudServiceNotActivatedException):
        return switched_off(key)
    unreached = PyiCloudConnectionException, requests.ConnectionError, requests.Timeout
    if isinstance(error, unreached) or last is None:
        return NetworkError(f"{name} could not be reached")
    status = last.status_code
    if status in _SIGNED_OUT:
        return SignedOut(f"{name} does not accept the session ({status})", LOGIN_HINT)
    if status in _WAIT:
        return Throttled(f"{name} asks to wait ({status})")
    if status >= 500:
        return NetworkError(f"{name} is out of order ({status})", "try again later")
    if status >= 400:
        said = f"{name} refused the request ({status})"
        return ServiceError(said, "try again later", str(status))
    return BadResponse(f"{place(last.url)} answered something that cannot be understood")
