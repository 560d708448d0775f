"""What a cycle costs grows no faster than what there is: calls and steps of SQLite, not time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import pytest

from benchmarks.cloud import retitle
from benchmarks.growth import LINEAR, exponent
from benchmarks.records import fill
from tests.rig import Rig, empty_world, open_rig

SIZES = (60, 240)
IN_FILE = 10
STEPS = 20  # of SQLite's machine between two looks


@dataclass
class Cost:
    """Calls of Python functions, and steps of SQLite's machine."""

    calls: int = 0
    steps: int = 0

    @contextmanager
    def counted(self, rig: Rig) -> Iterator[None]:
        raw, profile = rig.store._connection.raw, sys.getprofile()
        raw.set_progress_handler(self._step, STEPS)
        sys.setprofile(self._call)
        try:
            yield
        finally:
            sys.setprofile(profile)
            raw.set_progress_handler(None, 0)

    def _call(self, frame: FrameType, event: str, argument: object) -> None:
        self.calls += event == "call"

    def _step(self) -> int:
        self.steps += STEPS
        return 0


@contextmanager
def at_rest(home: Path, reminders: int) -> Iterator[Rig]:
    """So many reminders on both sides, ten in each file, and nothing to do."""
    world = empty_world()
    fill(world.zone, reminders, reminders // IN_FILE)
    home.mkdir()
    with open_rig(home, world) as rig:
        rig.run(approve=True)
        rig.wait(100)
        rig.run()
        rig.rest()
        yield rig


def nothing(_rig: Rig) -> None:
    pass


def one_line(rig: Rig) -> None:
    path = min(rig.folder.glob("List *.md"))
    rig.save(path.stem, path.read_text().replace("Call the", "Visit the", 1))


def typed(rig: Rig) -> None:
    """Half as many new lines as there are reminders."""
    for path in rig.folder.glob("List *.md"):
        rig.append(path.stem, "".join(f"- [ ] {path.stem}, {n}\n" for n in range(IN_FILE // 2)))


def on_the_phone(rig: Rig) -> None:
    retitle(rig.world, 2)


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> dict[Callable[[Rig], None], list[Cost]]:
    """What each change costs at each size."""
    home = tmp_path_factory.mktemp("growing")
    found: dict[Callable[[Rig], None], list[Cost]] = {}
    for size in SIZES:
        with at_rest(home / str(size), size) as rig:
            for change in (nothing, one_line, typed, on_the_phone):
                change(rig)
                rig.wait(3)
                cost = Cost()
                with cost.counted(rig):
                    rig.engine.cycle("test")
                found.setdefault(change, []).append(cost)
                for _ in range(2):
                    rig.run()
    return found


def grown(costs: list[Cost], part: str) -> float:
    return exponent([(n, getattr(cost, part)) for n, cost in zip(SIZES, costs, strict=True)])


@pytest.mark.parametrize("part", ["calls", "steps"])
@pytest.mark.parametrize("change", [typed, on_the_phone])
def test_thousands_of_changes_cost_as_much_as_there_are(
    costs: dict[Callable[[Rig], None], list[Cost]], change: Callable[[Rig], None], part: str
) -> None:
    assert 0.5 < grown(costs[change], part) <= LINEAR


@pytest.mark.parametrize("part", ["calls", "steps"])
@pytest.mark.parametrize("change", [nothing, one_line])
def test_what_is_small_costs_hardly_more_among_many(
    costs: dict[Callable[[Rig], None], list[Cost]], change: Callable[[Rig], None], part: str
) -> None:
    assert grown(costs[change], part) < 0.5
