"""``python -m daemon``: the command line without an installed script."""

from __future__ import annotations

from daemon.cli import main

main()
