"""Rules for the whole suite: tools that may be missing, and how many examples a property gets."""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import HealthCheck, settings

SOAK_FACTOR = 20  # how many times more examples `make soak` tries

# The same examples on each machine and each run, and no verdict by a clock; a soak looks further.
settings.register_profile(
    "suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "soak",
    parent=settings.get_profile("suite"),
    derandomize=False,
    max_examples=settings.get_profile("suite").max_examples * SOAK_FACTOR,
    print_blob=True,
)
SOAKING = os.environ.get("REMINDERSD_SOAK") == "1"
settings.load_profile("soak" if SOAKING else "suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In a soak, raise also the numbers of examples that tests chose for ordinary runs."""
    if not SOAKING:
        return
    for test in {item.obj for item in items if isinstance(item, pytest.Function)}:
        # No public way to change a decorated test; hypothesis' own plugin reads this attribute.
        test = getattr(test, "__func__", test)
        chosen = getattr(test, "_hypothesis_internal_use_settings", None)
        if chosen is not None and chosen.max_examples < settings().max_examples:
            more = settings(chosen, max_examples=chosen.max_examples * SOAK_FACTOR)
            test._hypothesis_internal_use_settings = more


def pytest_runtest_setup(item: pytest.Item) -> None:
    """``@pytest.mark.needs("vim")``: skip by name without the tool, or fail if nothing may skip."""
    for marker in item.iter_markers("needs"):
        for tool in marker.args:
            if shutil.which(tool) is None:
                sentence = f"needs {tool}, which is not installed here"
                if os.environ.get("REMINDERSD_NO_SKIP") == "1":
                    pytest.fail(sentence, pytrace=False)
                pytest.skip(sentence)
