"""Polls in a process of its own, beside no daemon; its caller holds the profile's lock."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from daemon.compose import new_limiter, open_store
from daemon.password import find_password
from daemon.polls.documents import download_document, poll_document, query_of
from daemon.polls.polling import around_of, settings_of
from daemon.process.private import write_no_core
from daemon.settings.config import Config
from sync.polls.asked import Progress
from sync.polls.photos import SERVICE as PHOTOS
from sync.polls.roster import Roster

__all__ = ["OwnPolls", "own_polls"]


class OwnPolls:
    """Answers with the documents that the daemon's socket would."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster

    def poll(self, body: Mapping[str, str], progress: Progress) -> dict[str, Any]:
        """``{service, since?, until?}``, as ``POST /poll`` takes it."""
        given = {name: datetime.fromisoformat(body[name]) for name in body if name != "service"}
        query = query_of(body["service"], given.get("since"), given.get("until"))
        return poll_document(query.id, self._roster.desk.items(query, progress))

    def download(self, progress: Progress) -> dict[str, Any]:
        """The folder of photos, brought up to date after asking for news."""
        self._roster.refresh(PHOTOS, progress)
        return download_document(self._roster.download(progress))


@contextmanager
def own_polls(config: Config) -> Iterator[OwnPolls]:
    """The polls of this config's account, over its mirror; raises as ``open_store``."""
    account = config.account
    password = partial(find_password, account.apple_id, account.password_command)
    write_no_core()
    with open_store(config) as store:
        around = around_of(config, lambda work: work(store), time.sleep, password, new_limiter())
        yield OwnPolls(Roster(around, account.apple_id, lambda: settings_of(config)))
