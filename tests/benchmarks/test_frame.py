"""What is measured becomes a table, JSON and a page; and growth is judged by its exponent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.document import Run
from benchmarks.growth import curves, exponent, growth_of
from benchmarks.machine import Machine
from benchmarks.markdown import todo_text
from benchmarks.page import BEGIN, END, write_page
from benchmarks.profile import profiled
from benchmarks.result import Bench, Measured, Result
from benchmarks.suite import SUITE as ALL
from benchmarks.timing import in_turns, more, times
from sync.local.files import MAX_BYTES, MAX_LINES

PAGE = f"# How fast\n\nWritten by a person.\n\n{BEGIN}\nold\n{END}\n\nAnd this too.\n"


def quadratic(home: Path, size: int) -> Iterator[Result]:
    assert list(home.iterdir()) == []
    (home / "mine").touch()
    yield Result(
        "sorting", "ours / theirs", 1.5, "times", 2, f"{size:,} things", cost=size**2 / 1e9
    )
    yield Result("sorting", "theirs / ours", 4, "times", 5, at_least=True)


def shuffle(_home: Path, size: int) -> Iterator[Result]:
    yield Result("shuffling", "requests", 1, "requests", 1)
    yield Result("shuffling", "CPU", size / 1e9, "s", cost=size / 1e9)


@contextmanager
def work(_home: Path, size: int) -> Iterator[Callable[[], object]]:
    yield lambda: sum(map(abs, range(size)))


def fails(_home: Path, _size: int) -> Iterator[Result]:
    raise RuntimeError("the two sides do not come to rest")


SUITE = (
    Bench("sort", quadratic, 1_000, (10, 100), profile=work),
    Bench("shuffle", shuffle, 1_000, (10, 100), profile=work),
)


@pytest.mark.parametrize("power", [0.5, 1, 2])
def test_the_exponent_is_the_power_of_the_size(power: float) -> None:
    points = [(size, 3.5 * size**power) for size in (1_000, 10_000, 100_000)]
    assert exponent(points) == pytest.approx(power)


def test_the_exponent_fits_all_points_and_not_only_the_ends() -> None:
    assert exponent([(1, 1), (10, 100), (100, 100)]) == pytest.approx(1)
    assert exponent([(1, 1), (10, 10), (100, 10), (1_000, 1_000)]) == pytest.approx(0.9)


def test_what_grows_faster_than_its_size_misses() -> None:
    def grown(power: float) -> bool | None:
        found = [
            Measured("b", size, False, Result("g", "n", 0, "s", cost=size**power))
            for size in (1_000, 10_000)
        ]
        (curve,) = curves(found)
        return growth_of(curve).met

    assert grown(1.04)
    assert grown(1.06) is False


def test_a_line_of_growth_says_how_it_goes_on_at_the_end() -> None:
    costs = {10: 5.0, 100: 5.0, 1_000: 50.0}  # what does not depend on the size hides the rest
    found = [Measured("b", n, False, Result("g", "n", 0, "s", cost=c)) for n, c in costs.items()]
    (curve,) = curves(found)
    assert growth_of(curve).note == "at 10, 100, 1,000; 1.00 between the last two"
    (curve,) = curves(found[:2])
    assert growth_of(curve).note == "at 10, 100"


def test_a_line_without_a_cost_or_with_one_size_has_no_curve() -> None:
    costs = ((10, None), (100, None), (1_000, 3.0))
    found = [Measured("b", size, False, Result("g", "n", 0, "s", cost=c)) for size, c in costs]
    assert curves(found) == []


def test_a_target_is_a_bound_from_above_or_from_below() -> None:
    assert Result("g", "n", 2.0, "times", 2.0).met
    assert Result("g", "n", 2.1, "times", 2.0).met is False
    assert Result("g", "n", 5.0, "times", 5.0, at_least=True).met
    assert Result("g", "n", 4.9, "times", 5.0, at_least=True).met is False
    assert Result("g", "n", 1.0, "times").met is None


def test_what_is_compared_is_measured_in_turns() -> None:
    order: list[str] = []
    took = in_turns(
        2, {name: lambda name=name: float(len(order.append(name) or order)) for name in "ab"}
    )
    assert order == ["a", "b", "a", "b"]
    assert took == {"a": [1, 3], "b": [2, 4]}


def test_a_ratio_is_the_median_of_the_rounds_and_not_that_of_two_medians() -> None:
    ours, other = [10.0, 30.0, 2.0], [5.0, 10.0, 2.0]  # the machine was slow in the second round
    assert times(ours, other) == 2
    assert more(ours, other) == 5


def test_a_profile_names_what_the_time_was_spent_in() -> None:
    spent = profiled(lambda: [exponent([(1, 1), (2, 2)]) for _ in range(100)])
    assert [(one.calls) for one in spent if one.function.endswith(" exponent")] == [100]
    assert all(not one.function.startswith("/") for one in spent)
    assert 0.9 < sum(one.share for one in spent) <= 1.0001


def test_the_run_becomes_a_table_a_document_and_a_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr("benchmarks.page.draw", lambda _curves, path: drawn.append(path))
    drawn: list[Path] = []
    page, document = tmp_path / "speed.md", tmp_path / "results.json"
    page.write_text(PAGE)
    assert main(["--write", str(page), "--json", str(document)], SUITE) == 0
    lines = [" ".join(line.strip("│ ").split()) for line in capsys.readouterr().out.splitlines()]
    assert "ours / theirs │ 1.5 times │ ≤ 2 │ pass │ 1,000 things" in lines
    assert "theirs / ours │ 4 times │ ≥ 5 │ MISS" in lines
    assert "requests │ 1 requests │ ≤ 1 │ pass" in lines
    sizes = "at 10, 100, 1,000;"
    last = f"{sizes} 2.00 between the last two"
    assert f"sorting: ours / theirs │ 2 as exponent │ ≤ 1.05 │ MISS │ {last}" in lines
    last = f"{sizes} 1.00 between the last two"
    assert f"shuffling: CPU │ 1 as exponent │ ≤ 1.05 │ pass │ {last}" in lines
    told = json.loads(document.read_text())
    assert told["schema"] == 2
    assert told["machine"]["cpus"] >= 1
    sizes = [(one["bench"], one["size"], one["judged"]) for one in told["results"][::2]]
    assert sizes == [
        (bench, size, size == 1_000) for bench in ("sort", "shuffle") for size in (10, 100, 1_000)
    ]
    assert [one["met"] for one in told["table"]] == [True, False, True, None, False, True]
    text = page.read_text()
    assert text.startswith("# How fast\n\nWritten by a person.\n")
    assert text.endswith(f"{END}\n\nAnd this too.\n")
    assert "old" not in text
    assert "| theirs / ours | 4 times | ≥ 5 | MISS |  |" in text
    assert "(speed/growth.svg)" in text
    assert drawn == [tmp_path / "speed" / "growth.svg"]
    # Only what has missed is looked into.
    assert "Where the time of “sort” goes" in text
    assert "Where the time of “shuffle” goes" not in text


def test_what_was_measured_is_kept_if_another_measurement_fails(tmp_path: Path) -> None:
    document = tmp_path / "results.json"
    with pytest.raises(RuntimeError, match="come to rest"):
        main(["--json", str(document)], (*SUITE, Bench("fail", fails, 1)))
    assert {one["bench"] for one in json.loads(document.read_text())["results"]} == {
        "sort",
        "shuffle",
    }


def test_a_page_can_be_written_again_and_again(tmp_path: Path) -> None:
    page = tmp_path / "speed.md"
    page.write_text(PAGE)
    for _ in range(2):
        main(["--only", "shuffle", "--sizes", "7", "--write", str(page)], SUITE)
    text = page.read_text()
    assert text.count("### Shuffling") == text.count(BEGIN) == text.count(END) == 1
    assert "Sorting" not in text


def test_what_was_measured_apart_becomes_one_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.page.draw", lambda _curves, _path: None)
    whole, old, new = tmp_path / "whole.json", tmp_path / "old.json", tmp_path / "new.json"
    main(["--json", str(whole)], SUITE)
    main(["--only", "sort", "--json", str(old)], SUITE)
    main(["--only", "shuffle", "--sizes", "5", "--json", str(old.with_name("less.json"))], SUITE)
    main(["--only", "shuffle", "--json", str(new)], SUITE)
    capsys.readouterr()
    taken = [f"--from={path}" for path in (old, old.with_name("less.json"), new)]
    again = tmp_path / "again.json"
    assert main([*taken, "--json", str(again)], ()) == 0
    one, other = json.loads(whole.read_text()), json.loads(again.read_text())
    assert other["results"] == one["results"]
    assert other["table"] == one["table"]
    assert list(other["profiles"]) == list(one["profiles"]) == ["sort"]
    whole.write_text('{"schema": 1}')
    with pytest.raises(ValueError, match="no results"):
        main([f"--from={whole}"], SUITE)


@pytest.mark.parametrize(("load", "is_busy"), [(0.4, False), (9.5, True)])
def test_the_page_says_if_the_machine_was_busy(tmp_path: Path, load: float, is_busy: bool) -> None:
    page = tmp_path / "speed.md"
    page.write_text(PAGE)
    write_page(page, Run(Machine("Fast one", 2, 8_000, "Linux", "3.13", "3.50", load), []))
    assert f"Fast one, 2 CPUs, 8,000 MB, Linux, Python 3.13, SQLite 3.50, load {load}" in (
        page.read_text()
    )
    assert ("busy with other work" in page.read_text()) is is_busy


def test_a_page_without_the_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "speed.md"
    page.write_text("Mine.\n")
    with pytest.raises(ValueError, match="no place for the results"):
        main(["--only", "shuffle", "--sizes", "7", "--write", str(page)], SUITE)
    assert page.read_text() == "Mine.\n"


def test_other_sizes_can_be_asked_for_and_the_largest_is_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "results.json"
    main(["--only", "shuffle", "--sizes", "20,2_000", "--json", str(document)], SUITE)
    capsys.readouterr()
    found = json.loads(document.read_text())["results"]
    assert {(one["size"], one["judged"]) for one in found} == {(20, False), (2_000, True)}


def test_what_is_large_is_measured_for_its_growth_only_where_it_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "results.json"
    for up_to, wanted in (("99", {10, 1_000}), ("100", {10, 100, 1_000})):
        main(["--only", "shuffle", "--up-to", up_to, "--json", str(document)], SUITE)
        found = json.loads(document.read_text())["results"]
        assert {one["size"] for one in found} == wanted
        assert {one["size"] for one in found if one["judged"]} == {1_000}
    capsys.readouterr()


def test_everything_that_has_a_size_can_be_measured_up_to_a_hundred_thousand() -> None:
    largest = {bench.name: max(*bench.sizes, bench.size, 0) for bench in ALL}
    del largest["start"]  # has no size
    file = todo_text(largest.pop("markdown") * 100)
    assert 0.9 * MAX_LINES < file.count(b"\n") <= MAX_LINES
    assert len(file) <= MAX_BYTES
    assert set(largest.values()) == {100_000}


@pytest.mark.parametrize(
    "arguments", [["--sizes", "0"], ["--up-to", "0"], ["--sizes", "many"], ["--only", "none"]]
)
def test_what_cannot_be_measured_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments, SUITE)
    assert arguments[0] in capsys.readouterr().err
