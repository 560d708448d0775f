"""Operations with files: the file goes first, and one that fails stops its own group alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.activity.outbox import Intent
from sync.codec.operations import Group, Upload, asset
from tests.rig import Rig

FIELD = "UrgentPresentationAlarmsAsData"


@pytest.fixture
def with_file(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """Each reminder that is created with a flag carries a file as well."""
    encoder = rig.engine._parts.encoder
    encode = encoder.encode

    def encoded(intent: Intent) -> Group:
        group = encode(intent)
        first = group.operations[0]
        record = first["record"]
        if not record["fields"].get("Flagged", {}).get("value"):
            return group
        upload = Upload(record["recordName"], "Reminder", FIELD, record["recordName"].encode())
        fields = {**record["fields"], FIELD: asset(upload)}
        changed = {**first, "record": {**record, "fields": fields}}
        return replace(group, operations=(changed, *group.operations[1:]))

    monkeypatch.setattr(encoder, "encode", encoded)
    return rig


def file_of(rig: Rig, title: str) -> bytes | None:
    record = rig.world.zone.lookup([f"Reminder/{rig.shown(title).id}"])[0]
    return rig.world.zone.assets.read(record["fields"].get(FIELD, {}).get("value"))


def test_the_receipt_takes_the_place_of_the_file(with_file: Rig) -> None:
    with_file.append("Inbox", "- [ ] Plain\n- [ ] With file 🚩\n")
    report = with_file.run()
    assert (report.pushed, report.problems) == (2, [])
    assert file_of(with_file, "With file") == f"Reminder/{with_file.shown('With file').id}".encode()
    assert file_of(with_file, "Plain") is None
    with_file.rest()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_file_that_cannot_be_sent_now_waits_with_its_group(with_file: Rig, status: int) -> None:
    with_file.world.faults.fail("status", "^/U/", status=status, times=2)
    with_file.append("Inbox", "- [ ] With file 🚩\n    - [ ] Under it\n- [ ] Plain\n")
    report = with_file.run()
    assert with_file.titles("Inbox") == {"Plain"}
    assert (report.pending, report.parked) == (2, 0)
    assert [problem[:11] for problem in report.problems] == ["sent later:"]
    with_file.world.faults.clear()
    with_file.run()
    assert with_file.titles("Inbox") == {"With file", "Under it", "Plain"}
    assert file_of(with_file, "With file") is not None
    with_file.rest()


def test_a_file_that_is_refused_parks_its_group_alone(with_file: Rig) -> None:
    with_file.world.faults.fail("status", "^/U/", status=413)
    with_file.append("Inbox", "- [ ] With file 🚩\n- [ ] Plain\n")
    report = with_file.run()
    assert with_file.titles("Inbox") == {"Plain"}
    assert (report.pending, report.parked) == (0, 1)
    assert "413" in report.problems[0]
