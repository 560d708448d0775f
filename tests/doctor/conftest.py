"""The home and the fake daemon of the command line's tests."""

from __future__ import annotations

from tests.cli.conftest import fake_daemon, home

__all__ = ["fake_daemon", "home"]
