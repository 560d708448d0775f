"""Rules for the whole suite: where its files are, missing tools, which examples there are."""

from __future__ import annotations

import gc
import importlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import srp._pysrp
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

from tests import children

SOAK_FACTOR = 20  # how many times more inputs `make soak` tries
SOAK_EXAMPLES = 80  # and how many times more examples of a property

# The same examples on each machine and each run, and no verdict by a clock; a soak looks further.
settings.register_profile(
    "suite",
    deadline=None,
    derandomize=True,
    max_examples=50,  # always the same: more of them find nothing that a soak does not
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "soak",
    parent=settings.get_profile("suite"),
    derandomize=False,
    max_examples=settings.get_profile("suite").max_examples * SOAK_EXAMPLES,
    print_blob=True,
)
SOAKING = os.environ.get("REMINDERSD_SOAK") == "1"
settings.load_profile("soak" if SOAKING else "suite")
if not SOAKING:
    # Examples with constants from our modules would depend on which are imported: other ones for
    # a file run alone. No public way; to read all modules also takes seconds in each process.
    providers.is_local_module_file = lambda _path: False

# A secret of as many bits as the service's own: with the 2048 of the library one sign-in took as
# long as five rounds of a sync, and there are hundreds.
srp._pysrp.get_random_of_length = lambda _octets: secrets.randbits(256)

HERE = Path(__file__).parent
# Nothing here waits for a disk: that fsync was called is tested, a disk that keeps it is not ours.
MEMORY = Path("/dev/shm")
ROOM_BYTES = 2 * 1024**3
_MADE = pytest.StashKey[Path]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Put the files of this run into memory, unless ``--basetemp`` says where to."""
    if config.option.basetemp is None and os.access(MEMORY, os.W_OK | os.X_OK):
        _clear_away_the_dead()
        if shutil.disk_usage(MEMORY).free >= ROOM_BYTES:
            made = Path(tempfile.mkdtemp(prefix=f"remd-{os.getpid()}-", dir=MEMORY))
            config.stash[_MADE] = made
            config.option.basetemp = str(made / "t")  # all short, since paths of sockets have to be


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the files away; to look at them after a failure, run it with ``--basetemp``."""
    if _MADE in config.stash:
        shutil.rmtree(config.stash[_MADE], ignore_errors=True)


def _clear_away_the_dead() -> None:
    """Remove what runs left behind that were killed."""
    for left in MEMORY.glob("remd-*-*"):
        pid = left.name.split("-")[1]
        if left.stat().st_uid == os.getuid() and not Path("/proc", pid).exists():
            shutil.rmtree(left, ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """End what was started for all tests of this process."""
    children.close()


@pytest.fixture
def on_disk() -> Iterator[Path]:
    """A directory where a person's folder may be, for what a file system in memory may lack."""
    with tempfile.TemporaryDirectory(prefix="remindersd-test-") as place:
        yield Path(place)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Let each worker import the tests from another place on, before all collect them in order.

    What one has compiled the others need not: in a new clone that was a tenth of the suite's time.
    """
    gc.disable()  # until the collection is over: all of it stays
    config = session.config
    worker: dict[str, str] | None = getattr(config, "workerinput", None)
    if worker is None or config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    files = sorted(path.relative_to(config.rootpath) for path in HERE.rglob("test_*.py"))
    first = len(files) * int(worker["workerid"].removeprefix("gw")) // int(worker["workercount"])
    for path in files[first:] + files[:first]:
        with suppress(Exception):  # the collection tells of it
            importlib.import_module(".".join(path.with_suffix("").parts))


def pytest_collection_finish() -> None:
    """Let no collection of garbage look at all modules and tests again, each time: it took 6 %."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)
    gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a soak, raise also the numbers of examples that tests chose for ordinary runs.

    Otherwise leave out what is for soaks alone: that is no test that this machine skips.
    """
    if not SOAKING:
        left = [item for item in items if item.get_closest_marker("soak")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("soak")]
        return
    for test in {item.obj for item in items if isinstance(item, pytest.Function)}:
        # No public way to change a decorated test; hypothesis' own plugin reads this attribute.
        test = getattr(test, "__func__", test)
        chosen = getattr(test, "_hypothesis_internal_use_settings", None)
        if chosen is not None and chosen.max_examples < settings().max_examples:
            more = settings(chosen, max_examples=chosen.max_examples * SOAK_EXAMPLES)
            test._hypothesis_internal_use_settings = more


def pytest_runtest_setup(item: pytest.Item) -> None:
    """``@pytest.mark.needs("vim")``: skip by name without the tool."""
    for marker in item.iter_markers("needs"):
        for tool in marker.args:
            if shutil.which(tool) is None:
                pytest.skip(f"needs {tool}, which is not installed here")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With ``REMINDERSD_NO_SKIP=1`` a test that is skipped, however it came to that, has failed."""
    report = yield
    return insisted(report) if os.environ.get("REMINDERSD_NO_SKIP") == "1" else report


def insisted(report: pytest.TestReport) -> pytest.TestReport:
    """The report of a test where none may be skipped; one that is expected to fail is none."""
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
        report.outcome = "failed"
        report.longrepr = f"{reason} (and nothing may be skipped: REMINDERSD_NO_SKIP=1)"
    return report
