"""The socket itself: who may connect, where it may be, and what happens to what is there."""

from __future__ import annotations

import os
import socket as sockets
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from daemon.control import server as control
from daemon.control.client import NotRunning, call
from daemon.control.server import bound
from daemon.settings.paths import SOCKET_MAX
from sync.errors import Busy, NetworkError, UsageError
from tests.daemon.fakes import FakeEngine
from tests.daemon.serving import serving


def test_it_is_its_owners_alone_and_gone_at_the_end(tmp_path: Path) -> None:
    with serving(tmp_path, FakeEngine()) as (socket, _):
        assert stat.S_IMODE(socket.stat().st_mode) == 0o600
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
        assert call(socket, "GET", "/status")[0] == 200
    assert not socket.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_is_turned_away(tmp_path: Path) -> None:
    # Even where the modes would let it in.
    with serving(tmp_path, FakeEngine()) as (socket, _):
        socket.chmod(0o666)
        for directory in (socket.parent, *socket.parent.parents):
            if directory.stat().st_uid == os.geteuid() and directory != Path("/"):
                directory.chmod(directory.stat().st_mode | 0o711)
        script = (
            "import os, socket, sys; os.setgid(65534); os.setuid(65534);"
            "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
            "s.sendall(b'GET /status HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'); print(len(s.recv(100)))"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(socket)], capture_output=True, text=True, check=False
        )
        assert call(socket, "GET", "/status")[0] == 200
    # Closed, or reset when it came to writing or reading.
    assert done.stdout == "0\n" or "ResetError" in done.stderr or "BrokenPipe" in done.stderr


def test_a_stale_socket_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with sockets.socket(sockets.AF_UNIX) as dead:
        dead.bind(str(path))
    with bound(path) as listener:
        assert listener.getsockname() == str(path)


def test_a_living_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with bound(path), pytest.raises(Busy, match="another process answers"), bound(path):
        pass
    assert not path.exists()


def test_what_is_no_socket_stays(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    path.write_text("mine")
    with pytest.raises(UsageError, match="is no socket"), bound(path):
        pass
    assert path.read_text() == "mine"
    link = tmp_path / "link.sock"
    link.symlink_to(path)
    with pytest.raises(UsageError, match="is no socket"), bound(link):
        pass


def test_a_socket_that_took_our_place_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with sockets.socket(sockets.AF_UNIX) as other:
        with bound(path):
            path.unlink()
            other.bind(str(path))
        assert path.exists()


@pytest.mark.parametrize("spare", [0, 1])
def test_a_path_that_is_too_long_is_said_with_the_way_out(tmp_path: Path, spare: int) -> None:
    room = SOCKET_MAX - len(os.fsencode(tmp_path)) - 1
    path = tmp_path / ("s" * (room + spare))
    if spare == 0:
        with bound(path):
            return
    with pytest.raises(UsageError, match="108 bytes long") as caught, bound(path):
        pass
    assert "control.socket" in caught.value.hint


def test_a_directory_that_others_can_write_to_is_refused(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(UsageError, match="others can write"), bound(shared / "control.sock"):
        pass
    shared.chmod(0o1777)
    with bound(shared / "control.sock"):
        pass


def test_a_directory_that_cannot_be_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot make"), bound(tmp_path / "file" / "x.sock"):
        pass


def test_nobody_there_is_not_running(tmp_path: Path) -> None:
    stale = tmp_path / "stale.sock"
    with sockets.socket(sockets.AF_UNIX) as dead:
        dead.bind(str(stale))
    for path in (tmp_path / "none.sock", stale, tmp_path / ("s" * 200)):
        with pytest.raises(NotRunning, match="no daemon is running") as caught:
            call(path, "GET", "/status")
        assert "remindersd run" in caught.value.hint


def test_an_answer_that_does_not_come_or_is_none_is_a_network_error(tmp_path: Path) -> None:
    path = tmp_path / "mute.sock"
    with sockets.socket(sockets.AF_UNIX) as mute:
        mute.bind(str(path))
        mute.listen()
        with pytest.raises(NetworkError, match=r"did not answer in 0\.05 s"):
            call(path, "GET", "/status", timeout=0.05)


@pytest.mark.parametrize(
    "begun", [b"", b"GET /sta", b"POST /sync HTTP/1.1\r\nContent-Length: 9\r\n"]
)
def test_who_only_begins_a_request_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(control, "_PATIENCE_S", 0.05)
    with serving(tmp_path, FakeEngine()) as (socket, _), connected(socket) as slow:
        slow.sendall(begun)
        assert slow.recv(100) == b""


def test_a_second_request_on_one_connection_has_its_time_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "_PATIENCE_S", 0.05)
    with serving(tmp_path, FakeEngine()) as (socket, _), connected(socket) as slow:
        slow.sendall(b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
        assert slow.recv(65_536).startswith(b"HTTP/1.1 404")
        slow.sendall(b"GET /nothing HT")
        assert b"HTTP" not in _end_of(slow)


def test_many_slow_connections_keep_nobody_out(tmp_path: Path) -> None:
    with serving(tmp_path, FakeEngine()) as (socket, _), ExitStack() as stack:
        slow = [stack.enter_context(connected(socket)) for _ in range(3 * control._MOST)]
        for one in slow:
            with suppress(OSError):  # the first are cut off already
                one.sendall(b"GET /status HTTP/1.1\r\nHos")
        assert call(socket, "GET", "/status")[0] == 200
        assert _end_of(slow[0]) == b""  # the oldest had to go
        slow[-1].sendall(b"t: x\r\nConnection: close\r\n\r\n")
        assert _end_of(slow[-1]).startswith(b"HTTP/1.1 200")


def test_who_is_being_answered_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "_MOST", 2)
    asked = b"GET /events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n"
    with serving(tmp_path, FakeEngine()) as (socket, _), ExitStack() as stack:
        streams = [stack.enter_context(connected(socket)) for _ in range(2)]
        for one in streams:
            one.sendall(asked)
            assert one.recv(100).startswith(b"HTTP/1.1 200")
        assert _end_of(stack.enter_context(connected(socket))) == b""


def _end_of(peer: sockets.socket) -> bytes:
    """All that still comes."""
    try:
        return b"".join(iter(lambda: peer.recv(65_536), b""))
    except ConnectionResetError:
        return b""


@contextmanager
def connected(path: Path) -> Iterator[sockets.socket]:
    with sockets.socket(sockets.AF_UNIX) as peer:
        peer.settimeout(30)
        peer.connect(str(path))
        yield peer


def test_the_client_starts_light() -> None:
    heavy = "{'httpx', 'pydantic', 'starlette', 'uvicorn', 'yaml', 'sqlite_utils', 'pyicloud'}"
    script = f"import sys, daemon.control.client; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
