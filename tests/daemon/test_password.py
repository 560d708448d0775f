"""Where the password comes from when nobody types it, and what is said where it does not come."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import keyring
import keyring.errors
import pytest

from daemon.password import CREDENTIAL, find_password
from sync.errors import UsageError

APPLE_ID = "ada@example.test"


class Ring:
    """A keyring with ``kept``, or one that stays locked."""

    kept: str | None = None
    is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.is_locked:
            raise keyring.errors.KeyringLocked("locked")
        return self.kept if (service, username) == ("remindersd", APPLE_ID) else None


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ring:
    made = Ring()
    monkeypatch.setattr(keyring, "get_password", made.get_password)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    return made


def test_a_command_comes_before_all_else_and_its_first_line_counts(ring: Ring) -> None:
    ring.kept = "of the ring"
    command = [sys.executable, "-c", "print('of the command', 'more', sep='\\n')"]
    assert find_password(APPLE_ID, command) == "of the command"


def test_a_credential_that_cannot_be_read_is_told(ring: Ring, tmp_path: Path) -> None:
    (tmp_path / "icloud-password").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="the systemd credential icloud-password cannot be read"):
        find_password(APPLE_ID, None)


def test_the_keyring_is_asked_and_then_systemd(ring: Ring, tmp_path: Path) -> None:
    assert find_password(APPLE_ID, None) is None
    (tmp_path / CREDENTIAL).write_text("of systemd\n")
    ring.is_locked = True
    assert find_password(APPLE_ID, None) == "of systemd"
    ring.is_locked, ring.kept = False, "of the ring"
    assert find_password(APPLE_ID, None) == "of the ring"
    assert find_password("somebody@else.test", None) == "of systemd"


@pytest.mark.parametrize(
    ("script", "says"),
    [("print()", "gave no password"), ("print('secret'); exit(3)", "exit code 3")],
)
def test_a_command_without_a_password_is_named_and_not_quoted(
    ring: Ring, script: str, says: str
) -> None:
    with pytest.raises(UsageError, match=says) as raised:
        find_password(APPLE_ID, [sys.executable, "-c", script])
    assert "secret" not in f"{raised.value.message} {raised.value.hint}"


def test_a_command_that_is_not_there_is_named(ring: Ring) -> None:
    with pytest.raises(UsageError, match="no program /no/such"):
        find_password(APPLE_ID, ["/no/such"])


def test_no_core_is_ever_written() -> None:
    script = """
import ctypes, resource
from daemon.process.private import write_no_core
most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
write_no_core()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "(0, 0) 0\n"
