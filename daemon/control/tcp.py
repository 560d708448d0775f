"""Decides who may speak with the daemon over TCP: programs on this machine that have the token.

Any user of the machine, and any page in a browser, can connect to a loopback port. So a request has
to carry the token, compared in constant time, and to name the port as its host: a page whose own
name was pointed at this machine says that name. Nothing is allowed to other origins. The files of
the web page alone need no token: they ask for it.
"""

from __future__ import annotations

import hmac
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from daemon.replies import failure
from daemon.ricloud.mistakes import Mistake, is_ricloud, refusal
from daemon.settings.address import Address
from daemon.web.site import is_public
from sync.errors import RemindersdError, UsageError

__all__ = ["OWNER", "Guard", "bound_tcp"]

OWNER = "owner"
"""The member of a connection's state that says that the kernel knows who is there."""

_log = logging.getLogger(__name__)

_WAY_OUT = "set control.listen to a free one such as 127.0.0.1:8474, or to null"
_TOKEN_HINT = "send the header `Authorization: Token ...`; `remindersd token` prints the token"


@contextmanager
def bound_tcp(address: Address) -> Iterator[socket.socket]:
    """A listening socket; raises UsageError where there can be none."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # A head and a body are two writes: held back for the first one's receipt, that is 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            listener.bind((address.host, address.port))
            listener.listen(128)
        except OSError as error:
            where = address.url.removeprefix("http://")
            raise UsageError(f"cannot listen on {where}: {error.strerror}", _WAY_OUT) from None
        yield listener


class Guard:
    """Lets to ``app`` whoever has the token, and the owner that the kernel vouches for.

    ``token`` is asked each time, so that a new one counts at once; it may raise RemindersdError.
    """

    def __init__(self, app: ASGIApp, address: Address, token: Callable[[], str]) -> None:
        self._app = app
        self._names = address.names
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        refused = None if scope["state"].get(OWNER) is True else self._refused(scope)
        await (refused or self._app)(scope, receive, send)

    def _refused(self, scope: Scope) -> Response | None:
        headers, path = Headers(scope=scope), scope["path"]
        if headers.getlist("host") not in [[name] for name in self._names]:
            message = "that is not a name of this daemon: use the address in control.listen"
            return _refusal(path, 403, "wrong-host", message, "")
        if is_public(scope["method"], path) or self._fits(headers.get("authorization", "")):
            return None
        return _refusal(path, 401, "unauthorised", "the token is missing or wrong", _TOKEN_HINT)

    def _fits(self, authorization: str) -> bool:
        scheme, _, given = authorization.partition(" ")
        try:
            token = self._token()
        except RemindersdError as error:  # for the owner alone, and not for whoever knocks
            _log.warning("nobody is let in over TCP: %s (%s)", error.message, error.hint)
            return False
        return scheme.lower() == "token" and hmac.compare_digest(given.encode(), token.encode())


def _refusal(path: str, status: int, code: str, message: str, hint: str) -> Response:
    headers = {"WWW-Authenticate": "Token"} if status == 401 else None
    if is_ricloud(path):
        said = f"{message}: {hint}" if hint else message
        return refusal(Mistake(status, code, said, headers=headers))
    return failure(status, code, message, hint, headers)
