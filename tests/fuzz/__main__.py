"""Run it: ``python -m tests.fuzz [TARGET]... [--inputs N] [--seed S] [--jobs J]``."""

from __future__ import annotations

import sys

from tests.fuzz.command import main

if __name__ == "__main__":
    sys.exit(main())
