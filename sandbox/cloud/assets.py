"""Keeps the files of a zone's records: who may put one where, its bytes, and links that expire.

A file comes in by a ticket (an upload address) that was given out for one field of one record, and
is answered with a receipt. Only that receipt, in that field, makes it the field's value. What is
stored names the file; links to it are made anew for each reader.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from random import Random, SystemRandom
from typing import Any, Final

from sandbox.cloud.fields import FieldError, Json

UPLOAD_S: Final = 15 * 60
"""For how long an upload address is good."""

LINK_S: Final = 15 * 60
"""For how long a download link is good; our choice, the real time is not known."""

MAX_BYTES: Final = 50_000_000


class AssetRefused(Exception):
    """The asset host says no: `status` is the HTTP status, the text one sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class _Ticket:
    record: str
    field: str
    until_s: float


class AssetShelf:
    """The files of one zone; `clock` gives seconds since 1970, `random` what keys are made of."""

    def __init__(self, clock: Callable[[], float], random: Random | None = None) -> None:
        self.revision = 0
        """Rises with everything that has to be kept."""
        self._clock = clock
        self._random = random or SystemRandom()
        self._secret = self._random.randbytes(16)
        self._tickets: dict[str, _Ticket] = {}
        self._receipts: dict[str, Json] = {}
        self._files: dict[str, bytes] = {}

    def ticket(self, record: str, field: str) -> str:
        """A new upload ticket for one field of one record."""
        text = self._urlsafe(24)
        self._tickets[text] = _Ticket(record, field, self._clock() + UPLOAD_S)
        return text

    def receive(self, ticket: str, data: bytes) -> Json:
        """Take the bytes sent with a ticket; returns the `singleFile`. Raises AssetRefused."""
        known = self._tickets.get(ticket)
        if known is None:
            raise AssetRefused(404, "no such upload address")
        if self._clock() > known.until_s:
            raise AssetRefused(410, "this upload address has expired")
        if len(data) > MAX_BYTES:
            raise AssetRefused(413, f"{len(data)} bytes, the limit is {MAX_BYTES}")
        return self.deposit(known.record, known.field, data)

    def deposit(self, record: str, field: str, data: bytes) -> Json:
        """Keep a file for one field of one record; the value that a write of it has to carry."""
        key = hmac.new(self._secret, data, hashlib.sha256).hexdigest()
        self._files[key] = data
        receipt = self._urlsafe(18)
        single = {
            "fileChecksum": key,
            "referenceChecksum": hmac.new(self._secret, key.encode(), "sha256").hexdigest(),
            "wrappingKey": base64.b64encode(self._random.randbytes(16)).decode(),
            "size": len(data),
        }
        self._receipts[receipt] = {"record": record, "field": field, "file": single}
        self.revision += 1
        return {**single, "receipt": receipt}

    def claim(self, record: str, field: str, value: Json) -> Json:
        """What is stored for an asset written to a field; FieldError without its receipt."""
        known = self._receipts.get(str(value.get("receipt")))
        if known is None or (known["record"], known["field"]) != (record, field):
            raise FieldError(f"field '{field}': the asset has no receipt for this record and field")
        file: Json = known["file"]
        if any(value.get(name) != file[name] for name in ("fileChecksum", "size")):
            raise FieldError(f"field '{field}': the asset is not the one of its receipt")
        return dict(file)

    def holds(self, value: object) -> bool:
        """Whether a stored or served value is one of its files."""
        return self.read(value) is not None

    def read(self, value: object) -> bytes | None:
        """The bytes of a stored or served value, if the shelf has them."""
        key = value.get("fileChecksum") if isinstance(value, dict) else None
        return self._files.get(str(key))

    def link(self, value: Json, *, expired: bool = False) -> str:
        """A link for a stored value, with a `${f}` for the reader's file name."""
        key = str(value["fileChecksum"])
        until = int(self._clock()) + (-1 if expired else LINK_S)
        return f"/B/{key}/${{f}}?e={until}&s={self._signed(key, until)}"

    def serve(self, key: str, until: str, signature: str) -> bytes:
        """The bytes that a link leads to. Raises AssetRefused."""
        if key not in self._files:
            raise AssetRefused(404, "no such file")
        if not until.isdigit() or not hmac.compare_digest(self._signed(key, int(until)), signature):
            raise AssetRefused(403, "the link is not signed")
        if self._clock() > int(until):
            raise AssetRefused(410, "the link has expired")
        return self._files[key]

    def dump(self) -> Json:
        """Everything but open tickets, as a JSON-able dict."""
        return {
            "secret": self._secret.hex(),
            "receipts": self._receipts,
            "files": {key: base64.b64encode(data).decode() for key, data in self._files.items()},
        }

    @classmethod
    def load(cls, state: Any, clock: Callable[[], float]) -> AssetShelf:
        """The shelf that `dump` wrote; an empty one for a state from before there were any."""
        shelf = cls(clock)
        if state is not None:
            shelf._secret = bytes.fromhex(state["secret"])
            shelf._receipts = dict(state["receipts"])
            shelf._files = {key: base64.b64decode(text) for key, text in state["files"].items()}
        return shelf

    def _urlsafe(self, size: int) -> str:
        return base64.urlsafe_b64encode(self._random.randbytes(size)).decode()

    def _signed(self, key: str, until: int) -> str:
        return hmac.new(self._secret, f"{key}/{until}".encode(), hashlib.sha256).hexdigest()[:32]


def is_asset(field: Json) -> bool:
    """Whether a stored or wire field holds a file."""
    return field.get("type") in ("ASSET", "ASSETID") and isinstance(field.get("value"), dict)
