"""Where nothing may be skipped, as in ``.ci/run``, a test that skips itself has failed."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from tests.conftest import insisted


def _report(outcome: Literal["passed", "failed", "skipped"], **more: Any) -> pytest.TestReport:
    where = ("test_x.py", 1, "Skipped: needs root")
    skipped = where if outcome == "skipped" else None
    return pytest.TestReport("x", ("x", 1, "x"), {}, outcome, skipped, "call", **more)


def test_a_skipped_test_has_failed_and_says_what_it_needs() -> None:
    report = insisted(_report("skipped"))
    assert report.failed
    assert "needs root" in report.longreprtext


@pytest.mark.parametrize("outcome", ["passed", "failed"])
def test_others_are_as_they_were(outcome: Literal["passed", "failed"]) -> None:
    assert insisted(_report(outcome)).outcome == outcome


def test_one_that_is_expected_to_fail_is_not_skipped() -> None:
    assert insisted(_report("skipped", wasxfail="a bug")).skipped
