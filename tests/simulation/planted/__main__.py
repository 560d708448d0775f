"""``python -m tests.simulation.planted NAME``: how long a planted bug lives, or one history."""

from __future__ import annotations

import argparse
import sys

from tests.simulation.planted.hunt import BUGS, live_with, measure
from tests.simulation.planted.records import RECORDS


def main() -> int:
    """The exit code: 1 if a bug that should not have lived longer than ten times its record."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.planted", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="of bugs (without one: a list)")
    parser.add_argument("--all", action="store_true", help="all bugs")
    parser.add_argument("--hunts", type=int, default=4, help="each among other seeds (4)")
    parser.add_argument("--limit", type=int, default=100, help="histories of one hunt (100)")
    parser.add_argument("--seed", type=int, help="one history with the bug, told")
    given = parser.parse_args()
    unknown = set(given.names) - BUGS.keys()
    if unknown:
        parser.error(f"no bug is called {sorted(unknown)}; without a name they are listed")
    names = list(BUGS) if given.all else given.names
    if given.seed is not None:
        return max(_tell(name, given.seed) for name in names)
    for name in names or BUGS:
        if names:
            lived = measure(BUGS[name], given.hunts, given.limit)
            print(f"{name}: {lived.histories} histories, {lived.kills} kills, {lived.mean:.1f}")
            sys.stdout.flush()
        else:
            record = RECORDS.get(name)
            mean = f"{record.mean:.1f} ({record.kills})" if record else "lives"
            print(f"{name:45} {mean:>10}  {BUGS[name].says}")
    return 0


def _tell(name: str, seed: int) -> int:
    verdict = live_with(BUGS[name], seed)
    print(*verdict.told, sep="\n")
    print(*(verdict.wrong or ["ended well"]), sep="\n  ")
    return int(bool(verdict.wrong))


if __name__ == "__main__":
    sys.exit(main())
