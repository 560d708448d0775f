"""Whole cycles: bent records in the feed, a bent file in the folder, and then both are sound again.

What the account and the folder hold is the same for each input; the input says what is bent.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from sync.errors import RemindersdError
from sync.remote.cloudkit import CloudKit
from sync.remote.zones import ChangePage, ZoneId
from tests.fuzz.engine import Check, Violation
from tests.fuzz.mutate import bend_bytes, bend_json, bend_text
from tests.markdown.strategies import LINE_PARTS
from tests.rig import Rig, empty_world, open_rig

__all__ = ["a_bend", "opened"]

TITLES = ("Water the fern", "Call Zoë", "Fix the gate")
LOSSES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no type": lambda record: {**record, "recordType": None},
    "another type": lambda record: {**record, "recordType": "Wonder"},
    "a type that is none": lambda record: {**record, "recordType": ["Reminder"]},
    "no fields": lambda record: {**record, "fields": None},
    "fields that are none": lambda record: {**record, "fields": [7]},
    "no title": lambda record: _with(record, "TitleDocument", {"value": None}),
    "a title that cannot be read": lambda record: _with(record, "TitleDocument", {"value": "AAA"}),
    "no list": lambda record: _with(record, "List", {"value": None}),
    "a list that is none": lambda record: _with(record, "List", {"value": {"recordName": 7}}),
    "a list that is not there": lambda record: _with(
        record, "List", {"value": {"recordName": "List/0"}}
    ),
    "half a deletion": lambda record: _with(record, "Deleted", {"value": "yes"}),
}


def _with(record: dict[str, Any], name: str, wrapper: Any) -> dict[str, Any]:
    return {**record, "fields": {**record["fields"], name: wrapper}}


def a_bend(random: Random) -> bytes:
    """Which of the records are bent and how, and from which seed the file is bent, if it is."""
    number = random.choice((0, 1, 1, 1, 2))
    ways = [*LOSSES, *range(len(LOSSES))]
    bends = {
        str(random.randrange(1 + len(TITLES))): random.choice(ways) for _ in range(number)
    }  # 0 is the list
    bends = {
        which: random.getrandbits(30) if isinstance(way, int) else way
        for which, way in bends.items()
    }
    is_file_bent = not bends or random.random() < 0.3
    return json.dumps(
        {"bends": bends, "file": random.getrandbits(30) if is_file_bent else None}
    ).encode()


@contextmanager
def opened(directory: Path) -> Iterator[Check]:
    """The check; each input has an account and a folder of its own."""

    def check(data: bytes, _: Random) -> str:
        asked = json.loads(data)
        with (
            TemporaryDirectory(dir=directory) as home,
            open_rig(Path(home), empty_world()) as rig,
        ):
            rig.run()
            rig.save("Inbox", "".join(f"- [ ] {title}\n" for title in TITLES))
            rig.run()
            return _Story(rig).told(asked["bends"], asked["file"])

    yield check


class _Story:
    """One account with a list of three reminders, and what befalls it."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.ids = [rig.shown(title).id for title in TITLES]
        [home] = [name for name in rig.world.zone.records if name.startswith("List/")]
        self.names = [home, *(f"Reminder/{id}" for id in self.ids)]
        self.lines = [rig.line("Inbox", title) for title in TITLES]

    def told(self, bends: dict[str, Any], file_seed: int | None) -> str:
        ways = {self.names[int(which)]: way for which, way in bends.items()}
        left = self.lines if file_seed is None else self._bent_file(Random(file_seed))
        words = [self._bent_feed(ways)]
        self._account_is_whole(left)
        if file_seed is None:
            self._lines_stand(ways)
        self._touched(list(ways))
        words += [self._run() for _ in range(3)]
        self._account_is_whole(left)
        if file_seed is None:
            self._both_agree()
        return "refused" if "refused" in words else "bent both" if file_seed and ways else "run"

    def _bent_file(self, random: Random) -> list[str]:
        """Bend the file; the lines that still stand there, once and whole."""
        text = bend_text(self.rig.read("Inbox"), LINE_PARTS, random)
        data = text.encode("utf-8", "replace")
        if random.random() < 0.1:
            data = bend_bytes(data, random)
        self.rig.path("Inbox").write_bytes(data)
        found = Counter(data.decode("utf-8", "replace").splitlines())
        return [line for line in self.lines if found[line] == 1]

    def _bent_feed(self, ways: dict[str, Any]) -> str:
        given = CloudKit.changes

        def bent(cloud: CloudKit, zone: ZoneId, token: str | None) -> ChangePage:
            page = given(cloud, zone, token)
            return replace(page, records=[_bent(one, ways) for one in page.records])

        self._touched(list(ways))
        with patch.object(CloudKit, "changes", bent):
            return " ".join([self._run(), self._run()])

    def _touched(self, names: list[str]) -> None:
        """The service writes each of these records again, so that it is in the feed."""
        for name in names:
            now = self.rig.world.zone.records[name]
            record = {"recordName": name, "recordType": now.record_type, "fields": {}}
            record["fields"] = {"Imported": {"value": 0}}
            [answer] = self.rig.world.zone.modify(
                [{"operationType": "forceUpdate", "record": record}]
            )
            assert "serverErrorCode" not in answer, answer

    def _run(self) -> str:
        try:
            self.rig.run()
        except RemindersdError as error:
            if not error.message or len(error.message.splitlines()) != 1:
                raise Violation("an error is not one line", error.message) from None
            return "refused"
        return "run"

    def _account_is_whole(self, left: list[str]) -> None:
        """No reminder is deleted whose line stands in the file; a list never is."""
        for name, line in zip(self.names, [None, *self.lines], strict=True):
            if line is not None and line not in left:
                continue
            record = self.rig.world.zone.records[name]
            if record.deleted or record.fields.get("Deleted", {}).get("value"):
                raise Violation(f"deleted in the account: {name.partition('/')[0]}")

    def _lines_stand(self, ways: dict[str, Any]) -> None:
        """A line goes only for a record that says so; not for one that says nothing any more."""
        if isinstance(ways.get(self.names[0]), int):
            return  # the list may say that it is gone
        text = "".join(data.decode() for data in self.rig.bytes_of_folder().values())
        for name, line in zip(self.names[1:], self.lines, strict=True):
            if not isinstance(ways.get(name), int) and text.count(line[-10:]) != 1:
                raise Violation(f"a line is gone, or there twice, for {ways.get(name)}", text)

    def _both_agree(self) -> None:
        """All is sound again: each reminder has its line, once, and there is nothing to do."""
        text = "".join(data.decode() for data in self.rig.bytes_of_folder().values())
        for title in TITLES:
            if text.count(f"{title} ^") != 1:
                raise Violation("a line did not come back, or came twice", text)
        if sorted(one.title for one in self.rig.phone.reminders()) != sorted(TITLES):
            raise Violation("the phone shows other reminders")
        if not self.rig.engine.settled("test", approve=False, wait=self.rig.wait).idle:
            raise Violation("there is still something to do")


def _bent(record: Any, ways: dict[str, Any]) -> Any:
    """The record bent in its way, under its own name."""
    name = record["recordName"]
    if name not in ways or record.get("deleted"):
        return record
    way = ways[name]
    bent = bend_json(record, Random(way)) if isinstance(way, int) else LOSSES[way](record)
    return {**bent, "recordName": name}
