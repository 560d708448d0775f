"""How a verb that changes something gets it done: by the daemon, or itself, under the lock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from daemon.cli.common import Globals
from sync.errors import Busy

if TYPE_CHECKING:
    from daemon.settings.config import Config
    from sync.cycle.engine import Engine

__all__ = ["PATIENCE_S", "done_and_synced", "own_engine", "own_lock", "through_daemon_or"]

PATIENCE_S = 5.0
"""For another process, until it listens or has ended."""
_AGAIN_S = 0.1


def through_daemon_or(
    options: Globals,
    ask: Callable[[], dict[str, Any]],
    work: Callable[[Engine], Mapping[str, Any]],
) -> Mapping[str, Any]:
    """What the daemon answers, or what ``work`` does in its place if none runs.

    On a terminal a person sees how far that is, if it takes long; nothing may be asked then.
    Another process that is at work on the profile gets a moment to end, or to listen: a daemon that
    starts does not answer yet. Raises Busy when it does neither, NetworkError when the daemon does
    not answer, and UsageError when it serves another account or folder.
    """
    from daemon.control.client import NotRunning

    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            options.status()  # one that is suspended, or another one, is told of before we wait
            with _followed(options):
                return ask()
        except NotRunning:
            config = options.load()  # checking all of it takes long
        with ExitStack() as stack:
            try:
                stack.enter_context(own_lock(config))
            except Busy:
                if time.monotonic() >= until:
                    raise
            else:
                return work(stack.enter_context(_opened(config)))
        time.sleep(_AGAIN_S)


def done_and_synced(
    options: Globals,
    word: str,
    post: tuple[str, Mapping[str, Any]],
    work: Callable[[Engine], Mapping[str, Any]],
    *,
    syncs: bool = True,
) -> Mapping[str, Any]:
    """What the daemon answers to ``post``, a path and a body, or what ``work`` does in its place.

    With ``syncs`` what was done is synced before this returns; where that is done here, the history
    calls its runs ``word``. Raises as ``through_daemon_or``.
    """

    def here(engine: Engine) -> Mapping[str, Any]:
        told = work(engine)
        if syncs:
            engine.settled(word, wait=time.sleep)
        return told

    def there() -> dict[str, Any]:
        path, body = post
        told = options.ask("POST", path, body, timeout=None)
        if syncs:
            options.ask("POST", "/sync", {}, timeout=None)
        return told

    return through_daemon_or(options, there, here)


def _followed(options: Globals) -> AbstractContextManager[None]:
    from daemon.cli.progress import following_cycle

    return following_cycle(options)


@contextmanager
def own_engine(config: Config) -> Iterator[Engine]:
    """An engine for this process, with the profile's lock; raises Busy, and why there is none.

    What it does is seen on a terminal, if it takes long; nothing may be asked then.
    """
    with own_lock(config), _opened(config) as engine:
        yield engine


@contextmanager
def _opened(config: Config) -> Iterator[Engine]:
    from daemon.cli.progress import cycle_bar
    from daemon.compose import open_engine

    with (
        cycle_bar() as watch,
        open_engine(config, step=watch.step, gauge=watch.gauge) as engine,
    ):
        yield engine


@contextmanager
def own_lock(config: Config) -> Iterator[None]:
    """The profile's lock, for this process; within, what the store raises is told as ours is."""
    from daemon.process.lock import held_lock
    from daemon.settings.paths import state_dir
    from daemon.wording.storage import as_ours
    from store.errors import StoreError

    try:
        with held_lock(state_dir(config.profile)):
            yield
    except StoreError as error:
        raise as_ours(error) from error
