"""An account that signs in as a test says, and a poller with the page's samples."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from daemon.ricloud.desks import Attempt
from daemon.ricloud.office import Office, Outside
from store.raw import dumps
from sync.errors import RemindersdError
from sync.polls.asked import PollError, PollOutcome, PollRequest, PollResult

ACCOUNT = "you@example.com"
PASSWORD = "right horse ✓"
CODE = "042137"
CHOICES = ("********02 - SMS to Phone Number", "John's iPad")
PHOTO = "icpl://AWo/lDeN8fEExAUJajRHzVx2j605"
DATA = {
    "icpl.photos": [{"id": "7f1384f5038255f5", "files": [{"id": PHOTO, "extension": "heic"}]}],
    "mme_contacts.contacts": [{"id": "2cf6a837304d6614", "first_name": "John"}],
    "fmip.devices": [{"id": "e7694d7a0d2ab6cf", "name": "John's iMac"}],
}


class FakeSignIn:
    """Needs the password, and by ``mfa`` (none, 2fa, 2sv) what Apple would ask for then."""

    def __init__(self, mfa: str = "none") -> None:
        self.mfa = mfa
        self.tried: list[tuple[str, str | None, str | None]] = []
        self.error: Exception | None = None
        self.is_over = False
        self.gate: threading.Event | None = None

    def attempt(self, password: str, code: str | None, choice: str | None) -> Attempt:
        self.tried.append((password, code, choice))
        if self.gate is not None:
            assert self.gate.wait(10)
        if self.error is not None:
            raise self.error
        if password != PASSWORD:
            return Attempt("invalid-credentials", message="wrong", hint="try the right one")
        if self.mfa == "none" or code == CODE:
            return Attempt()
        if self.mfa == "2sv" and code is None and choice is None:
            return Attempt("choice-required", choices=CHOICES)
        return Attempt("code-required")

    def ended(self) -> bool:
        return self.is_over


class FakePoller:
    """Finds what ``DATA`` has, and the one photo."""

    def __init__(self) -> None:
        self.asked: list[PollRequest] = []
        self.error: Exception | None = None
        self.gate: threading.Event | None = None
        self.place: Path | None = None

    def run(self, request: PollRequest) -> PollOutcome:
        self.asked.append(request)
        if self.gate is not None:
            assert self.gate.wait(10)
        if self.error is not None:
            raise self.error
        results, errors = [], []
        if request.info_types:
            results.append(_json("icloud.account", [{"apple_id": ACCOUNT}]))
        for query in request.data_types:
            if query.id in DATA:
                results.append(_json(query.id, DATA[query.id]))
            else:
                errors.append(PollError(query.id, "unknown-data-type", "there is none"))
        for id in request.files:
            if id == PHOTO:
                results.append(PollResult(id, "heic", self._photo()))
            else:
                errors.append(PollError(id, "unknown-file", "there is none"))
        return PollOutcome(tuple(results), tuple(errors))

    def _photo(self) -> bytes | Path:
        if self.place is None:
            return b"heic bytes"
        path = self.place / "photo.heic"
        path.write_bytes(b"heic bytes")
        return path


def _json(identifier: str, data: list[dict[str, object]]) -> PollResult:
    content = dumps({"data": data, "metadata": {"count": len(data)}})
    return PollResult(identifier, "json", content)


class Clock:
    """Unix seconds that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.now


@contextmanager
def an_office(
    state: Path,
    sign_in: FakeSignIn | None = None,
    poller: FakePoller | None = None,
    clock: Clock | None = None,
) -> Iterator[Office]:
    """An office with fakes around it."""
    office = Office(
        state,
        Outside(
            sign_in=sign_in or FakeSignIn(),
            poller=poller or FakePoller(),
            account=lambda: ACCOUNT,
            clock=clock or Clock(),
            mint=lambda: str(uuid.uuid4()),
        ),
    )
    try:
        yield office
    finally:
        office.close()


class Trouble(RemindersdError):
    """Something of ours, with a code that the API has no word of its own for."""

    code = "trouble"
