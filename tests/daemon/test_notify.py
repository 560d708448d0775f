"""What systemd hears, on a socket of our own."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from daemon.systemd.notify import Notifier


@pytest.mark.parametrize("abstract", [False, True])
def test_every_message_arrives_as_one_datagram(tmp_path: Path, abstract: bool) -> None:
    name = f"remindersd-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"\0{name}" if abstract else name)
        systemd.settimeout(10)
        address = f"@{name}" if abstract else name
        notifier = Notifier({"NOTIFY_SOCKET": address}, monotonic_ns=lambda: 5_000_123)
        notifier.ready()
        notifier.status("offline: no\nroute")
        notifier.reloading()
        notifier.stopping()
        heard = [systemd.recv(500).decode() for _ in range(4)]
    assert heard == [
        "READY=1",
        "STATUS=offline: no route",
        "RELOADING=1\nMONOTONIC_USEC=5000",
        "STOPPING=1",
    ]


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "vsock:2:1234"])
def test_nobody_to_tell_is_no_trouble(address: str) -> None:
    Notifier({"NOTIFY_SOCKET": address}).ready()
    Notifier({}).ready()
