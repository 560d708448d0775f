"""What we wrote down ourselves and find damaged: marker, receipts, session, cookies, database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from store.db import Store
from store.errors import StoreError
from store.raw import dumps, loads
from sync.errors import RemindersdError, UsageError
from sync.local.folder import NotReady, check, prepare
from sync.local.receipts import Entry, Kind, Ledger
from sync.remote.account import Account
from sync.remote.stored import SessionStore
from tests.fuzz.engine import Check, Violation
from tests.fuzz.mutate import bend_bytes, bend_json

__all__ = ["a_file", "opened"]

ACCOUNT = Account("a@b.example", "world", None)
UUID = "0a1b2c3d-0000-4000-8000-00000000000a"
ENTRY = Entry("w1.aa.bb.0", "w1", "Home.md", Kind.EXCHANGE, "a" * 64, "b" * 64, "a" * 64, 1.0)
COOKIES = (
    b'#LWP-Cookies-2.0\nSet-Cookie3: X-APPLE-WEBAUTH-TOKEN="\\"v=2:t=x\\""; path="/";'
    b' domain=".icloud.com"; path_spec; domain_dot; secure; expires="2031-01-01 00:00:00Z";'
    b" version=0\n"
)


@cache
def _database() -> bytes:
    """A small database, closed in good order."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / "mirror.sqlite"
        with Store.open(path) as store, store.commit("some"):
            store.meta.set("home_zone", "Europe/Paris")
        return path.read_bytes()


def a_file(random: Random) -> bytes:
    """The kind of a file and its content, bent."""
    kind = random.choice((*("marker", "receipt", "session", "cookies") * 5, "mirror"))
    if kind == "mirror":
        return b"mirror\n" + bend_bytes(_database(), random)
    if kind == "cookies":
        return b"cookies\n" + bend_bytes(COOKIES, random)
    document = {
        "marker": {"schema": 1, "uuid": UUID, "account": "a@b.example"},
        "receipt": {"schema": 1, **asdict(ENTRY)},
        "session": {"client_id": "c", "session_token": "t", "trust_token": "u"},
    }[kind]
    content = dumps(bend_json(document, random))
    if random.random() < 0.5:
        content = bend_bytes(content, random)
    if random.random() < 0.01:
        content = random.choice((b"[", b'{"a":')) * 100_000
    return f"{kind}\n".encode() + content


@contextmanager
def opened(directory: Path) -> Iterator[Check]:
    """The check, with a folder of todo files, a place for receipts, one for a session."""
    root = directory / "Todo"
    prepare(root, "a@b.example", lambda: UUID)
    readers: Mapping[str, Callable[[Path, bytes], str]] = {
        "marker": _marker,
        "receipt": _receipt,
        "session": _session,
        "cookies": _session,
        "mirror": _mirror,
    }

    def judged(data: bytes, _: Random) -> str:
        kind, _, content = data.partition(b"\n")
        reader = readers.get(kind.decode("ascii", "replace"))
        return "no file of ours" if reader is None else reader(root, content)

    yield judged


def _marker(root: Path, content: bytes) -> str:
    """Another folder, a damaged marker, or ours; whatever it says is one line."""
    (root / ".remindersd/marker").write_bytes(content)
    found = check(root, UUID)
    try:
        prepare(root, "a@b.example")
    except UsageError as error:
        _one_line(error.message)
    if isinstance(found, NotReady):
        _one_line(found.reason)
        return "refused"
    if loads(content)["uuid"] != UUID:
        raise Violation("a folder was taken for another")
    return "read"


def _receipt(root: Path, content: bytes) -> str:
    """It is told, or it is as it stands there; a receipt never reaches out of its places."""
    ledger = Ledger(root / ".remindersd/receipts", root, lambda _: None, lambda: 100.0)
    (ledger.directory / f"{ENTRY.stem}.json").write_bytes(content)
    try:
        found = ledger.find(ENTRY.stem)
    except RemindersdError as error:
        _one_line(error.message)
        return "refused"
    if found is None:
        raise Violation("a receipt that is there is not found")
    entry = found[0]
    if entry.stem != ENTRY.stem or not (root / entry.path).resolve().is_relative_to(root.resolve()):
        raise Violation("a receipt speaks of files that are not its own")
    return "read"


def _session(root: Path, content: bytes) -> str:
    """What cannot be read costs a sign-in and nothing more."""
    stored = SessionStore(ACCOUNT, root.parent / "session")
    stored.folder.mkdir(parents=True, exist_ok=True)
    stored.session_path.write_bytes(content)
    stored.cookie_path.write_bytes(content)
    stored.data(), stored.cookies(), stored.fingerprint()
    stored.prepare()
    stored.save_cookies(stored.cookies())
    return "read" if stored.data() else "begun anew"


def _mirror(root: Path, content: bytes) -> str:
    """It opens and can be asked, or it is refused by one of our errors, and stays as it is."""
    path = root.parent / "mirror.sqlite"
    for old in root.parent.glob("mirror.sqlite*"):
        old.unlink()
    path.write_bytes(content)
    try:
        with Store.open(path) as store:
            store.meta.all(), list(store.mirror.reminders()), store.outbox.in_flight()
    except StoreError as error:
        _one_line(str(error))
        return "refused"
    return "read"


def _one_line(said: str) -> None:
    if not said or len(said.splitlines()) != 1:
        raise Violation("an error is not one line", said)
