"""The control socket: raw bytes of anybody; each is answered with JSON or cut off, and it lives."""

from __future__ import annotations

import json
import logging
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from tests.daemon.fakes import FakeEngine
from tests.daemon.serving import fill, serving
from tests.fuzz.engine import Check, Violation
from tests.fuzz.mutate import ODD_VALUES, bend_bytes, bend_json
from tests.ricloud.fakes import ACCOUNT, CODE, PASSWORD

__all__ = ["a_request", "opened"]

PATIENCE_S = 10.0
SILENCE_S = 0.1  # after it, a request is taken for one that is not whole
METHODS = (
    "GET",
    "GET",
    "POST",
    "POST",
    "PUT",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "get",
    "PATCH",
    "X" * 99,
)
PATHS = (
    *(
        "/status",
        "/lists",
        "/reminders",
        "/reminders/MILK",
        "/conflicts",
        "/held",
        "/runs",
        "/sync",
    ),
    *("/approve", "/restore", "/", "//status", "/%00", "/../status", "/reminders/%ff", "*", ""),
    *("/reminders?list=HOME", "/reminders?done=maybe", "/runs?limit=-1", "/status?x=1", "/é"),
    *("/users", "/sources", "/sessions", "/sessions?state=active&limit=2", "/polls", "/results"),
    *("/sessions", "/polls", "/events", "/results/ack", "/results/%00/ack", "/users/1", "/key"),
    *(
        "/results?after_id=x",
        "/polls?limit=1e3",
        "/polls/%ff/results",
        "/tasks/1",
        "/sessions/a%2fb",
    ),
    *("/reminders?due_before=9999", "/reminders?tag=%23&search=%00", "http://x/status", "/a" * 900),
)
SOURCE = {"user": "1", "type": "icloud.account", "identifier": ACCOUNT}
BODIES = (
    *({}, {"approve": True}, {"keys": ["k1"]}, {"id": "MILK"}, {"dry_run": True}, [], None, 7),
    *({"source": SOURCE, "payload": {"password": PASSWORD}} for _ in range(3)),
    {"source": SOURCE, "payload": {"password": PASSWORD, "code": CODE}},
    {"session": "s", "payload": {"data_types": ["icpl.photos"], "since": "2026-03-01"}},
    {"session": "s", "payload": {"data_types": [{"id": "a", "until": "2026-03-01T00:00:00Z"}]}},
    *({"identifier": "me"}, {"results": ["a", "b"]}, SOURCE),
    *({"approve": "yes"}, {"keys": [1]}, {"id": ""}, {"unknown": 1}, {"keys": ["x"] * 50}),
)
HEADERS = (
    *("Host: x", "Accept: application/json", "Content-Type: text/plain", "X-Long: " + "a" * 5000),
    *("Expect: 100-continue", "Connection: upgrade\r\nUpgrade: websocket", "Content-Length: -1"),
    *("Transfer-Encoding: chunked", "Content-Length: 5", "Host : y", ": z", "A: \x00", "Cookie: é"),
)
NEXT = b"GET /status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def a_request(random: Random) -> bytes:
    """A request, right in most parts."""
    body = random.choice(BODIES)
    if random.random() < 0.4:
        body = bend_json(body, random) if isinstance(body, dict | list) else body
    try:
        content = json.dumps(random.choice((body, body, random.choice(ODD_VALUES)))).encode()
    except ValueError:
        content = b""
    if random.random() < 0.01:
        content = random.choice((b"[" * 100_000, b" " * 70_000, b"{" * 66_000))
    version = random.choice(("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", ""))
    lines = [f"{random.choice(METHODS)} {random.choice(PATHS)} {version}", "Host: x"]
    lines += random.choices(HEADERS, k=random.choice((0, 0, 0, 1, 2)))
    if random.random() < 0.8:
        lines.append(f"Content-Length: {len(content)}")
    data = "\r\n".join([*lines, "Connection: close", "", ""]).encode() + content
    return bend_bytes(data, random) if random.random() < 0.3 else data


@contextmanager
def opened(directory: Path) -> Iterator[Check]:
    """The check, with a daemon whose engine is a fake."""
    fill(directory / "mirror.db")
    log = logging.getLogger("uvicorn.error")  # it tells of each request that is none
    before = log.level
    with serving(directory, FakeEngine()) as (path, running):
        running.until("ok")
        log.setLevel(logging.CRITICAL)

        def check(data: bytes, _: Random) -> str:
            word = _judged(_answer(path, data), data)
            if not _answer(path, NEXT, PATIENCE_S):
                raise Violation("the next one is not answered")
            return word

        try:
            yield check
        finally:
            log.setLevel(before)


def _answer(path: Path, data: bytes, silence_s: float = SILENCE_S) -> bytes:
    """All that comes back, when no more is sent."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        peer.settimeout(silence_s)
        peer.connect(str(path))
        received = bytearray()
        try:
            peer.sendall(data)
            while chunk := _received(peer):
                received += chunk
        except (BrokenPipeError, ConnectionResetError):
            pass  # cut off: it need not hear the rest
        except TimeoutError:
            raise Violation("no answer and no end") from None
        return bytes(received)


def _received(peer: socket.socket) -> bytes:
    """What comes next; who waits for the rest of a request is told that there is none."""
    try:
        return peer.recv(65_536)
    except TimeoutError:
        peer.shutdown(socket.SHUT_WR)
        peer.settimeout(PATIENCE_S)
        return peer.recv(65_536)


def _judged(answer: bytes, data: bytes) -> str:
    """The first answer; what was more than one request may have more than one."""
    if b"HTTP/1.1 5" in answer and b"HTTP/1.1 503" not in answer:
        raise Violation("the daemon failed", answer[:300])
    head, _, body = answer.partition(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100"):
        head, _, body = body.partition(b"\r\n\r\n")
    if not head:
        return "cut off"
    status = int(head.split(b" ")[1])
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    body = body[: int(length[1])] if length is not None else body
    if b"application/json" in head and body and not data.startswith(b"HEAD"):
        if not _is_whole(json.loads(body), status):
            raise Violation("an answer without its parts")
        return "answered" if status < 400 else "refused"
    return "answered" if status < 400 else "no HTTP"


def _is_whole(document: dict[str, Any], status: int) -> bool:
    """Whether it has the parts of our own answers, or of those of the ricloud API."""
    if "schema" in document:
        return document["schema"] == 1 and (status >= 400) == ("error" in document)
    if status < 400:
        return "resource" in document
    return bool(document["error"] and document["message"])
