"""A folder to write to, a writer that can be interrupted, and a person with an editor."""

from __future__ import annotations

import errno
import hashlib
import os
import pickle
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sync.local.folder import prepare
from sync.local.receipts import State
from sync.local.swap import ChangedMeanwhile, Replaced, Writer

NOBODY = 65534

OLD = b"- [ ] milk\r\n- [ ] bread  \nno end of line"
NEW = b"- [x] milk\r\n- [ ] bread  \nno end of line"
PERSON = b"- [ ] milk\r\n- [ ] bread and butter\n"
HOME = Path("Home.md")


class Crash(BaseException):
    """The process ends here; nothing may catch it."""


class NoExchange:
    """A file system without ``renameat2``."""

    def exchange(self, one: Path, other: Path) -> None:
        raise OSError(errno.EINVAL, "Invalid argument", str(one))

    def rename_new(self, old: Path, new: Path) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented", str(old))


def no_links(old: Path, new: Path, **_: object) -> None:
    """``os.link`` where a file has one name, as on exFAT."""
    raise PermissionError(errno.EPERM, "Operation not permitted", str(old))


@dataclass
class Steps:
    """The seam: counts steps, does something before some of them, ends the process at one."""

    before: Mapping[int | str, Callable[[], None]] = field(default_factory=dict)
    crash_at: int | None = None
    names: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> None:
        number = len(self.names)
        self.names.append(name)
        for key in (number, name):
            if key in self.before:
                self.before[key]()
        if number == self.crash_at:
            raise Crash(name)


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def folder(path: Path) -> Path:
    """A prepared folder, as at the end of a first start."""
    prepare(path, "ada@example.test", mint=lambda: "5f0c")
    return path


def save_by_rename(path: Path, data: bytes) -> None:
    """Save as most editors do: write beside it, rename over it."""
    beside = path.with_name(f".{path.name}.editor")
    beside.write_bytes(data)
    os.replace(beside, path)


class InPlace:
    """An editor that truncates the file and writes into it, in two halves."""

    def __init__(self, path: Path, data: bytes) -> None:
        self._path = path
        self._data = data
        self._handle: int | None = None

    def begin(self) -> None:
        self._handle = os.open(self._path, os.O_WRONLY | os.O_TRUNC)
        os.write(self._handle, self._data[: len(self._data) // 2])

    def finish(self) -> None:
        if self._handle is not None:
            os.write(self._handle, self._data[len(self._data) // 2 :])
            os.close(self._handle)
            self._handle = None


def recover(writer: Writer) -> list[bytes]:
    """What a cycle does first: give back what is the person's, keep what cannot go back."""
    history = []
    for receipt in writer.receipts():
        if receipt.state is State.FOREIGN:
            outcome = writer.give_back(receipt)
            assert isinstance(outcome, Replaced | ChangedMeanwhile), outcome
            if isinstance(outcome, ChangedMeanwhile):
                history.append(receipt.data())
    return history


def drop_all(writer: Writer, clock: Clock) -> list[bytes]:
    """Wait until everything is quiet and drop it, keeping what nobody has read."""
    history = []
    writer.receipts()
    clock.now += 61
    for receipt in writer.receipts():
        assert receipt.quiet
        if receipt.state is State.FOREIGN:
            history.append(receipt.data())
        writer.drop(receipt, kept_sha256=receipt.found_sha256)
    return history


def as_nobody(work: Callable[[], object]) -> object:
    """Run ``work`` in a child without root's powers (as is, where we are not root)."""
    if os.geteuid() != 0:
        return work()
    reader, sender = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            os.write(sender, pickle.dumps(work()))
        except BaseException:  # noqa: BLE001 - the child must not go on as a second pytest
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(sender)
    with os.fdopen(reader, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    answer: object = pickle.loads(data)
    return answer


@contextmanager
def nobodys_directory() -> Iterator[Path]:
    """A directory that the child of ``as_nobody`` reaches (pytest's own are private)."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        yield place
        for directory, _, _ in os.walk(place):
            Path(directory).chmod(0o755)


def to_nobody(place: Path) -> None:
    """Give everything below ``place`` to the user that ``as_nobody`` runs as."""
    if os.geteuid() == 0:
        for path in (place, *place.rglob("*")):
            os.chown(path, NOBODY, NOBODY)


def writer_of(
    root: Path, steps: Steps | None = None, clock: Clock | None = None, *, exchange: bool = True
) -> Writer:
    calls = None if exchange else NoExchange()
    return Writer(root, steps or Steps(), clock or Clock(), calls)


def receipt_files(root: Path) -> list[str]:
    return sorted(os.listdir(root / ".remindersd" / "receipts"))
