"""Runs the pretend iCloud on 127.0.0.1 until it is stopped, and tells how to reach it.

Standard output gets exactly one line of JSON, once connections are accepted; a program that
started the sandbox can read that line and forget the pipe. Everything else goes to standard error.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import TextIO

import uvicorn
from starlette.types import ASGIApp

from sandbox.app import create_app
from sandbox.invitation import invitation
from sandbox.state import StateKeeper, UnreadableState, load_world
from sandbox.world import World, make_world

HOST = "127.0.0.1"
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_GRACE = 2  # seconds that an answer under way may still take after the stop


class Server(uvicorn.Server):
    """Serves an application and says when it accepts connections."""

    def __init__(self, app: ASGIApp, on_listening: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,  # so that only warnings are shown, and on standard error
            access_log=False,
            timeout_graceful_shutdown=_GRACE,
        )
        super().__init__(config)
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start accepting connections, then report it."""
        await super().startup(sockets)
        self._on_listening()


def serve(
    port: int,
    reminders: int | None = None,
    mfa: str = "none",
    *,
    state: Path | None = None,
    switches: Mapping[str, object] | None = None,
    services: Mapping[str, str] | None = None,
    photos: int = 0,
    out: TextIO | None = None,
) -> int:
    """Serve a world until SIGINT or SIGTERM; return an exit code: 0, or 1 if it cannot start.

    `port` 0 means any free one. `state` names a file in which account and reminders outlive the
    process; once it exists it decides, not the others. `switches` are more of what can be switched
    about the account (docs/sandbox.md, "The account"), `services` the states of others than
    Reminders, and `photos` so many more are in the library: these two hold in any case. `out` gets
    the line of JSON, sys.stdout by default. Call it from the main thread, since it takes over both
    signals. Raises ValueError for a service or a state that there is not.
    """
    if not 0 <= port <= 65535:
        return _fail(f"there is no port {port}; choose one up to 65535, or 0 for any free one")
    stop = StopSignals()
    with stop.on_signals():
        try:
            listener = _listen(port)
        except OSError as error:
            return _fail(
                f"cannot listen on {HOST}:{port}: {error.strerror}; "
                "choose another --port, or 0 for any free one"
            )
        with listener:
            try:
                world = _world(reminders, mfa, state, switches or {})
                world.services.switch_all(services or {})
                world.services.photos.generate(photos)
                app: ASGIApp = create_app(world)
                if state is not None:
                    app = StateKeeper(app, world, state)
            except (UnreadableState, OSError) as error:
                return _fail(str(error))
            line = invitation(world.account, _origin(listener))
            server = Server(app, lambda: print(line, file=out or sys.stdout, flush=True))
            stop.server = server
            server.run(sockets=[listener])
    return 0


@contextlib.contextmanager
def start_in_thread(world: World, port: int = 0) -> Iterator[str]:
    """Serve `world` from a thread while the context lasts; yields the origin's URL."""
    ready = threading.Event()
    with _listen(port) as listener:
        url = _origin(listener)
        server = Server(create_app(world), ready.set)

        def run() -> None:
            try:
                server.run(sockets=[listener])
            finally:
                ready.set()  # also when it never came to listening

        thread = threading.Thread(target=run, name="sandbox", daemon=True)
        thread.start()
        ready.wait()
        try:
            yield url
        finally:
            server.should_exit = True
            thread.join()


class StopSignals:
    """Turns both stop signals into a clean end, before the server runs and while it does."""

    def __init__(self) -> None:
        self.server: uvicorn.Server | None = None

    @contextlib.contextmanager
    def on_signals(self) -> Iterator[None]:
        """Catch SIGINT and SIGTERM while the context lasts."""
        # The server installs handlers of its own, and at its end raises what it caught once
        # more; that second time must not kill the process.
        before = {which: signal.signal(which, self._stop) for which in _STOP_SIGNALS}
        try:
            yield
        finally:
            for which, handler in before.items():
                signal.signal(which, handler)

    def _stop(self, which: int, frame: FrameType | None) -> None:
        if self.server is None:
            raise SystemExit(0)
        self.server.should_exit = True


def _world(
    reminders: int | None, mfa: str, state: Path | None, switches: Mapping[str, object]
) -> World:
    if state is not None and state.exists():
        return load_world(state)
    world = make_world(mfa=mfa, reminders=reminders)
    world.account.change(switches)
    return world


def _listen(port: int) -> socket.socket:
    """Bind 127.0.0.1:`port`; raises OSError when it is taken or not allowed."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # A head and a body are two writes: held back for the first one's receipt, that is 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((HOST, port))
        listener.listen(128)
    except BaseException:
        listener.close()
        raise
    return listener


def _origin(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"


def _fail(sentence: str) -> int:
    print(f"sandbox: {sentence}", file=sys.stderr)
    return 1
