"""A fixed few of the inputs of each target, and that a failure is found, made small and kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from tests.conftest import SOAK_FACTOR, SOAKING
from tests.fuzz import command
from tests.fuzz.command import main
from tests.fuzz.engine import Check, Target, Violation, run, shrunk
from tests.fuzz.targets import TARGETS

# As many as come to each expected word, and together no more than half a minute.
INPUTS = {
    "markdown": 300, "todo.txt": 400, "vdir": 300, "documents": 1_000, "rows": 800,
    "records": 150, "answers": 300, "config": 60, "socket": 60, "disk": 100, "cycles": 25,
}  # fmt: skip
FACTOR = SOAK_FACTOR if SOAKING else 1


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_from_outside(name: str, tmp_path: Path) -> None:
    outcome = run(TARGETS[name], "suite", range(INPUTS[name] * FACTOR), tmp_path)
    for failure in outcome.failures.values():
        pytest.fail(f"{failure.story}\n{failure.data!r} with choice {failure.choice}")
    missing = TARGETS[name].expected - outcome.words.keys()
    assert not missing, f"{name} shows nothing of {missing}: {outcome.words}"


def test_each_target_has_its_inputs() -> None:
    assert INPUTS.keys() == TARGETS.keys()


@pytest.mark.parametrize("name", TARGETS)
def test_an_input_is_made_again_from_its_seed(name: str) -> None:
    one, other = (TARGETS[name].make(Random("a seed")) for _ in range(2))
    assert one == other


# ---- the engine itself ---------------------------------------------------------------------------


def _dislikes_x(data: bytes, _: Random) -> str:
    if b"x" in data:
        raise Violation("there is an x")
    return "fine"


@contextmanager
def _opened(_: Path) -> Iterator[Check]:
    yield _dislikes_x


PLANTED = Target(
    "planted", 1, lambda random: bytes(random.choices(b"abcx\n", k=20)), _opened, frozenset()
)


def test_a_failure_is_found_once_of_its_kind_and_made_small(tmp_path: Path) -> None:
    outcome = run(PLANTED, "s", range(50), tmp_path)
    [failure] = outcome.failures.values()
    assert outcome.words["FAILED"] > 1
    assert shrunk(failure, _dislikes_x).data == b"x"


def test_a_failure_is_kept_with_the_command_that_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failure = next(iter(run(PLANTED, "s", range(50), tmp_path).failures.values()))
    monkeypatch.setitem(TARGETS, "planted", PLANTED)
    command.keep(failure, tmp_path / "kept")
    told = capsys.readouterr().out.splitlines()[-1]
    assert told.startswith("again: python -m tests.fuzz planted --again ")
    assert main(told.removeprefix("again: python -m tests.fuzz ").split()) == 1
    assert "there is an x" in capsys.readouterr().out


def test_a_target_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["mardown"])
    assert "there is no target mardown; there is markdown," in capsys.readouterr().err
