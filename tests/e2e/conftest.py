"""Sandboxes and homes whose processes end with the test, and whose words are shown if it fails."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.harness import Home, Sandbox
from tests.e2e.official import installed

HERE = Path(__file__).parent
_LOGS = pytest.StashKey[set[Path]]()
_SHOWN = 4000  # characters of each log


@pytest.fixture(scope="module")
def making(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Making]:
    """What makes sandboxes and homes; in the end all is over, and nobody has had a traceback."""
    places = request.session.stash.setdefault(_LOGS, set())
    with ExitStack() as stack:
        made = Making(tmp_path_factory, stack, places)
        yield made
    for log in made.logs():
        text = log.read_text(encoding="utf-8", errors="replace")
        assert "Traceback" not in text, f"{log.name}:\n{text}"
    places.clear()


class Making:
    """Makes sandboxes and homes, each in a directory of its own."""

    def __init__(
        self, factory: pytest.TempPathFactory, stack: ExitStack, places: set[Path]
    ) -> None:
        self._factory = factory
        self._stack = stack
        self._all = places
        self._mine: list[Path] = []

    def sandbox(self, *options: str) -> Sandbox:
        """A served sandbox."""
        sandbox = Sandbox(self.place(), *options)
        self._stack.callback(sandbox.close)
        return sandbox

    def home(self, sandbox: Sandbox) -> Home:
        """A home whose config leads to ``sandbox``."""
        home = Home(self.place(), sandbox)
        self._stack.callback(home.close)
        return home

    def logs(self) -> list[Path]:
        """What the processes of this module wrote on their standard errors."""
        return [log for place in self._mine for log in sorted(place.glob("*.log"))]

    def place(self) -> Path:
        """A new directory, whose ``*.log`` is shown with a failure."""
        place = self._factory.mktemp("e")  # short, since the path of a socket has to be
        self._mine.append(place)
        self._all.add(place)
        return place


@pytest.fixture(scope="module")
def sandbox(making: Making) -> Sandbox:
    """The module's sandbox, with the family's reminders in it."""
    return making.sandbox()


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the official client of the ricloud API."""
    base = tmp_path_factory.getbasetemp()
    return installed(base.parent if base.name.startswith("popen-") else base)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """They begin the second worker's share: they wait most, and beside the histories that is free.

    Each worker begins with an equal share of what is collected, and the first one with the
    histories. In the order of names these tests came last, when nobody used the time.
    """
    worker: dict[str, str] = getattr(config, "workerinput", {})
    ours = [item for item in items if HERE in item.path.parents]
    others = [item for item in items if HERE not in item.path.parents]
    begin = len(items) // int(worker.get("workercount", 1))
    items[:] = [*others[:begin], *ours, *others[begin:]]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the processes said beside a failure."""
    report = yield
    if report.failed:
        places: set[Path] = item.session.stash.get(_LOGS, set[Path]())
        for place in sorted(places):
            for log in sorted(place.glob("*.log")):
                text = log.read_text(encoding="utf-8", errors="replace")
                if text:
                    report.sections.append((str(log.relative_to(place.parent)), text[-_SHOWN:]))
    return report
