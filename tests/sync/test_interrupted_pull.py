"""A cycle that breaks off after its pull: what the pull brought is not forgotten by the next."""

from __future__ import annotations

import pytest

from tests.rig import Rig


def test_what_was_pulled_is_planned_by_the_next_cycle(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.run()
    assert rig.run().idle  # from now on nothing is looked at without news

    def sick() -> None:
        raise OSError(5, "Input/output error")

    rig.phone.create("Inbox", "From the phone")
    reader = rig.engine._parts.reader
    with monkeypatch.context() as patched:
        patched.setattr(reader, "read", sick)
        with pytest.raises(OSError, match="Input/output"):
            rig.engine.cycle("test")
    rig.engine.cycle("test")
    assert "From the phone" in rig.read("Inbox")
