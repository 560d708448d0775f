"""Puts the API together for a running daemon: its account's sign-in, its polls, its state."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager

from daemon.ricloud.account import AccountSignIn
from daemon.ricloud.desks import Poller
from daemon.ricloud.office import Office, Outside
from daemon.settings.config import Config
from daemon.settings.paths import state_dir
from sync.remote.desk import SignInDesk

__all__ = ["open_office"]


@contextmanager
def open_office(config: Config, desk: SignInDesk, poller: Poller) -> Iterator[Office]:
    """The office of this config's account, which is signed in at ``desk``."""
    apple_id = config.account.apple_id
    outside = Outside(
        sign_in=AccountSignIn(desk, time.monotonic),
        poller=poller,
        account=lambda: apple_id,
        clock=time.time,
        mint=lambda: str(uuid.uuid4()),
    )
    with closing(Office(state_dir(config.profile), outside)) as office:
        yield office
