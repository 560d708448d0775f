"""A loop with its control socket, and a mirror with something in it."""

from __future__ import annotations

import socket as sockets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import date, datetime
from pathlib import Path

from daemon.control.accounts import Accounts
from daemon.control.api import Api, Told
from daemon.control.pauses import Pauses
from daemon.control.polled import Polled, Polls
from daemon.control.server import served
from daemon.query.answers import Answers
from daemon.ricloud.office import Office
from daemon.ricloud.routes import Ricloud
from daemon.settings.address import Address
from daemon.web.sights import opened
from store.activity.attention import Hold
from store.activity.outbox import Intent
from store.db import Store
from store.local.places import LineRow
from store.model import AllDay, Field, Floating, Priority, Zoned
from tests.daemon.fakes import (
    PATIENCE_S,
    FakeDesk,
    FakeEngine,
    FakePolls,
    NoFiles,
    Running,
    config,
)
from tests.daemon.fitting import fitting
from tests.ricloud.fakes import an_office
from tests.rig import lay_out
from tests.store.samples import a_list, reminder, tag


@contextmanager
def serving(
    tmp_path: Path,
    engine: FakeEngine,
    office: Office | None = None,
    address: Address | None = None,
    token: Callable[[], str] | None = None,
    polls: Polls | None = None,
    desk: FakeDesk | None = None,
    fits: bool = True,
) -> Iterator[tuple[Path, Running]]:
    """The socket's path, and the loop behind it; the mirror is ``tmp_path/mirror.db``.

    What it answers has to be as OpenAPI says, unless ``fits`` is false.
    """
    settings = config(tmp_path)
    socket = tmp_path / "run" / "control.sock"
    with ExitStack() as stack:
        running = stack.enter_context(Running(settings, engine))
        answers = stack.enter_context(closing(Answers(tmp_path / "mirror.db")))
        asked = office or stack.enter_context(an_office(tmp_path / "state"))
        accounts = Accounts(desk or FakeDesk(), lambda: settings, running.loop.start_anew)
        stack.enter_context(closing(accounts))
        sights = stack.enter_context(opened(answers, NoFiles(), tmp_path))
        told = Told(
            Ricloud(asked),
            Polled(polls or FakePolls()),
            accounts,
            Pauses(running.loop, running.board),
            running.tally,
            sights,
        )
        api = Api(running.board, answers, running.pass_on, lambda: settings, told)
        running.api = api
        if fits:
            stack.enter_context(fitting(api.app))
        stack.enter_context(served(api, socket, address, token))
        yield socket, running


def fill(path: Path) -> None:
    """Two lists, four reminders, a conflict, a hold, two intents and a run."""
    zoned = Zoned(datetime(2026, 3, 2, 14, 30), "Europe/Paris")
    lay_out(path)
    with Store.open(path) as store, store.commit("fill"):
        store.meta.set("home_zone", "Europe/Paris")
        store.mirror.put(
            [
                a_list("HOME"),
                a_list("WORK"),
                reminder(
                    "MILK",
                    title="Buy milk",
                    notes="Oat",
                    due=zoned,
                    flagged=True,
                    tag_ids=("T1", "T2"),
                ),
                reminder("BREAD", title="Bread", due=AllDay(date(2026, 3, 1)), done=True),
                reminder(
                    "CALL", list_id="WORK", due=Floating(datetime(2026, 3, 3, 9)), title="CÄLL"
                ),
                reminder("SUB", title="Sub", parent_id="MILK", priority=Priority.HIGH),
                tag("T1", "MILK", "shop"),
                tag("T2", "MILK", "quick"),
            ]
        )
        store.places.set_lines("Home.md", [LineRow("MILK", "Home.md", 4)])
        store.attention.add_conflict(
            "MILK", Field.DUE, zoned, AllDay(date(2026, 3, 4)), "file", 1767225600000
        )
        store.attention.set_holds([Hold("k1", "deletions", "BREAD", "six at once", 1767225600000)])
        store.outbox.replace_queued([Intent("MILK", "delete"), Intent("SUB", "delete")])
        store.outbox.park(2, "refused", 8)
        run = store.journal.start("sync", 1767225600000)
        store.journal.finish(run, "done", {"pulled": 3}, 1767225601000)


def asked_plainly(socket: Path, path: str) -> tuple[str, str]:
    """The head and the text of an answer that is no JSON."""
    with sockets.socket(sockets.AF_UNIX) as peer:
        peer.settimeout(PATIENCE_S)
        peer.connect(str(socket))
        peer.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        head, _, text = b"".join(iter(lambda: peer.recv(65_536), b"")).partition(b"\r\n\r\n")
    return head.decode(), text.decode()
