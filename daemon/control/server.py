"""Serves the control socket: bound by us, for its owner alone, in a thread of its own.

The socket is 0600 in a directory that others cannot write to, and the kernel says who connects:
another user, but for root, is closed without an answer. A TCP port beside it has a guard of its
own, see ``daemon.control.tcp``. Stopping takes a bounded time, whoever still listens.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import stat
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from daemon.control.api import Api
from daemon.control.streaming import CUT
from daemon.control.tcp import OWNER, Guard, bound_tcp
from daemon.settings.address import Address
from daemon.settings.paths import check_socket
from sync.errors import Busy, UsageError

__all__ = ["bound", "served"]

_MOST = 256  # connections at once, streams of events among them
_PATIENCE_S = 10.0  # for a request to be whole, from its first byte or the connection's opening
_REQUEST_MAX = 2 * 1024 * 1024  # bytes of one request, whatever becomes of it
_STUCK_S = 30.0  # for a reader to take anything of what is sent to it
_GRACE_S = 2  # that an answer under way may still take after the stop
_PEER = struct.Struct("iII")  # pid, uid, gid: struct ucred of unix(7)

_log = logging.getLogger(__name__)


@contextmanager
def served(
    api: Api,
    path: Path,
    address: Address | None = None,
    token: Callable[[], str] | None = None,
) -> Iterator[Callable[[Callable[[], None]], None]]:
    """Serve ``api`` on a socket at ``path`` while the context lasts; raises as ``bound`` does.

    Yields what has the serving thread call something when it comes to it. Where an ``address`` is
    given it is served there, too, to whoever has the ``token``.
    """
    with ExitStack() as stack:
        app: ASGIApp = api.app
        listeners = [stack.enter_context(bound(path))]
        if address is not None and token is not None:
            app = Guard(app, address, token)
            listeners.append(stack.enter_context(bound_tcp(address)))
        server = _Server(api, app)
        thread = threading.Thread(target=server.run, args=(listeners,), name="control", daemon=True)
        thread.start()
        server.listening.wait()
        try:
            yield server.soon
        finally:
            server.end()
            thread.join()


@contextmanager
def bound(path: Path) -> Iterator[socket.socket]:
    """A listening socket at ``path``, which is removed at the end.

    Raises UsageError where none can be (path too long, something else stands there, directory
    open to others), Busy where another process answers.
    """
    _check(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _bind(listener, path)
        ours = os.lstat(path)
        try:
            listener.listen(_MOST)
            yield listener
        finally:
            with suppress(OSError):
                if os.path.samestat(ours, os.lstat(path)):
                    path.unlink()
    finally:
        listener.close()


def _check(path: Path) -> None:
    check_socket(path)
    way_out = "set control.socket to another path"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_directory(path.parent)
        found = os.lstat(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"cannot make {path}: {error.strerror}", way_out) from None
    if not stat.S_ISSOCK(found.st_mode):
        raise UsageError(f"{path} is there and is no socket; it stays as it is", way_out)
    if _answers(path):
        raise Busy(f"another process answers on {path}", "stop it, or " + way_out)
    path.unlink()


def _check_directory(directory: Path) -> None:
    """Refuse a directory in which others could put a socket of theirs in our place."""
    status = directory.stat()
    open_to_others = status.st_mode & 0o022 and not status.st_mode & stat.S_ISVTX
    if open_to_others or status.st_uid not in (os.geteuid(), 0):
        raise UsageError(
            f"others can write to {directory}, so the control socket cannot be there",
            f"chmod 700 {directory}, or set control.socket to another path",
        )


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            return True  # full or slow, but somebody is there
    return True


def _bind(listener: socket.socket, path: Path) -> None:
    # By the umask and not by a chmod after: there is no moment in which it is open to others.
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    except OSError as error:
        raise UsageError(
            f"cannot make the control socket {path}: {error.strerror}",
            "set control.socket to another path",
        ) from None
    finally:
        os.umask(before)


class _OwnerOnly(H11Protocol):
    """Speaks HTTP with processes of our own user or root's, and not for ever with one that hangs.

    Over TCP nobody knows whose process it is: ``OWNER`` in the state tells the guard.

    Beyond ``_MOST`` connections the one goes that has kept us waiting for its request longest; a
    new one is turned away only where all are being answered.
    """

    _since = 0.0  # when it was opened, in the loop's time
    _limit: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None
    _received = 0  # bytes of a request that is not whole

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport
        is_local = transport.get_extra_info("socket").family == socket.AF_UNIX
        self.app_state = {**self.app_state, OWNER: is_local, CUT: transport.abort}
        if is_local and _peer_uid(transport) not in (os.geteuid(), 0):
            _log.warning("a process of another user was turned away from the control socket")
            transport.abort()
        elif len(self.connections) >= _MOST and not self._made_room():
            _log.warning("%d connections are on the control socket, and one was turned away", _MOST)
            transport.abort()
        else:
            super().connection_made(transport)
            self._since = self.loop.time()
            self._keep_time()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(data)
        self._keep_time()
        self._received = self._received + len(data) if self._is_awaited() else 0
        if self._received > _REQUEST_MAX:
            self.transport.close()  # what was answered to it goes out before that

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._limit, self._stuck):
            if timer is not None:
                timer.cancel()
        if self.flow is not None:  # set when the connection was taken
            super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The reader is slower than we are; it has so long to take some of what waits."""
        super().pause_writing()
        self._stuck = self.loop.call_later(_STUCK_S, self.transport.abort)

    def resume_writing(self) -> None:
        """The reader has come near."""
        super().resume_writing()
        if self._stuck is not None:
            self._stuck.cancel()

    def _is_awaited(self) -> bool:
        """Whether its request is still to come, or is not whole."""
        return self.conn.their_state in (h11.IDLE, h11.SEND_BODY)

    def _keep_time(self) -> None:
        if not self._is_awaited():
            if self._limit is not None:
                self._limit.cancel()
            self._limit = None
        elif self._limit is None:
            self._limit = self.loop.call_later(_PATIENCE_S, self.transport.abort)

    def _made_room(self) -> bool:
        others = (one for one in self.connections if isinstance(one, _OwnerOnly))
        awaited = [one for one in others if one._is_awaited()]
        if not awaited:
            return False
        oldest = min(awaited, key=lambda one: one._since)
        self.connections.discard(oldest)  # now, and not only when the loop comes to it
        oldest.transport.abort()
        return True


def _peer_uid(transport: asyncio.Transport) -> int:
    peer = transport.get_extra_info("socket")
    data = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    uid: int = _PEER.unpack(data)[1]
    return uid


class _Server(uvicorn.Server):
    """A server that sleeps until somebody calls, and ends when it is told."""

    def __init__(self, api: Api, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_OwnerOnly,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                date_header=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACE_S,
            )
        )
        self.listening = threading.Event()
        self._api = api
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until ``end``."""
        try:
            super().run(sockets)
        finally:
            self.listening.set()  # also when it never came to that

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start accepting, then say so."""
        await super().startup(sockets)
        self.listening.set()

    async def main_loop(self) -> None:
        """Sleep; the original wakes ten times a second."""
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        if not self.should_exit:
            await self._end.wait()
        self._api.end_streams()

    def soon(self, work: Callable[[], None]) -> None:
        """Have the serving thread call ``work``; never, where it has ended."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(work)

    def end(self) -> None:
        """Stop accepting and finish what is under way, in bounded time; from any thread."""
        self.should_exit = True
        if self._loop is not None and self._end is not None:
            with suppress(RuntimeError):  # it is closed already
                self._loop.call_soon_threadsafe(self._end.set)
