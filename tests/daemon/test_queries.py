"""What is asked of reminders: the whole document, words, smart lists, and pages that hold still."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from daemon.query.filters import read_filters
from daemon.query.queries import Queries
from store.db import Store
from store.file.opening import open_reading
from store.local.places import LineRow
from store.model import AllDay, Early, Floating, Priority, Unit, Zoned
from sync.errors import NoSuchReminder, UsageError
from tests.store.samples import (
    a_list,
    alarm,
    attachment,
    reminder,
    rule,
    tag,
    trigger,
)

NOW = datetime(2026, 3, 2, 11, tzinfo=UTC)  # noon in Paris
PARIS = "Europe/Paris"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "mirror.db") as store:
        with store.commit("fill"):
            store.meta.set("home_zone", PARIS)
            store.mirror.put(_rows())
            store.places.set_block("PASS", "r-4k7q2mx", own=True)
            store.places.set_lines(
                "Home.md", [LineRow("PASS", "Home.md", 4), LineRow("MILK", "Home.md", 2)]
            )
        yield store


def _rows() -> list[Any]:
    due = Zoned(datetime(2026, 3, 2, 14, 30), PARIS)
    return [
        a_list("HOME"),
        a_list("WORK"),
        reminder(
            "PASS",
            title="Renew Passport",
            notes="Bring two photos",
            due=due,
            flagged=True,
            priority=Priority.HIGH,
            tag_ids=("T1",),
            attachment_ids=("U1",),
            rule_ids=("R1",),
            alarm_ids=("A1", "A2"),
            early=frozenset({Early(15, Unit.MINUTE)}),
            created_ms=1767225600000,
        ),
        tag("T1", "PASS", "Papers"),
        attachment("U1", "PASS", kind="URL", url="https://example.com/p"),
        rule("R1", "PASS", frequency=1, interval=2),
        alarm("A1", "PASS"),
        trigger("X1", "A1", kind="Date", at=due),
        alarm("A2", "PASS"),
        trigger("X2", "A2", kind="Date", clock=time(9), zone=PARIS),
        reminder("PHOTO", title="Take photos", parent_id="PASS"),
        reminder("MILK", title="Milk", due=AllDay(date(2026, 3, 1))),
        reminder("CAFE", title="Café crème", list_id="WORK", done=True),
        reminder("JA", title="牛乳を買う", list_id="WORK", due=Floating(datetime(2026, 3, 3, 9))),
        reminder("PASTA", title="Take pasta", list_id="WORK"),
    ]


@pytest.fixture
def queries(store: Store) -> Iterator[Queries]:
    with (
        closing(open_reading(store.path)) as raw,
        closing(Queries(raw, NOW.timestamp)) as queries,
    ):
        yield queries


def ids(queries: Queries, **query: str) -> list[str]:
    found = queries.reminders(read_filters(list(query.items())))
    return [one["id"] for one in found["reminders"]]


def test_a_reminder_with_all_that_hangs_on_it(queries: Queries) -> None:
    found = queries.reminder("PASS")
    assert found["reminder"] == {
        "id": "PASS",
        "list": "Home",
        "list_id": "HOME",
        "section": None,
        "title": "Renew Passport",
        "notes": "Bring two photos",
        "done": False,
        "due": "2026-03-02T14:30:00+01:00",
        "shown": "2026-03-02T09:00:00+01:00",
        "priority": "high",
        "flagged": True,
        "tags": ["Papers"],
        "urls": ["https://example.com/p"],
        "repeat": "every 2 weeks",
        "alarms": [
            {"kind": "date", "at": "2026-03-02T14:30:00+01:00", "zone": PARIS, "own": True},
            {"kind": "date", "at": "2026-03-02T09:00:00", "zone": PARIS, "own": False},
            {"kind": "early", "before": {"count": 15, "unit": "minute"}},
        ],
        "parent": None,
        "subtasks": 1,
        "block": "r-4k7q2mx",
        "file": "Home.md",
        "line": 5,
        "completed": None,
        "created": "2026-01-01T00:00:00+00:00",
        "modified": None,
    }


@pytest.mark.parametrize(
    ("key", "id"),
    [
        ("pass", "PASS"),  # an id goes before a title
        ("r-4k7q2mx", "PASS"),
        ("^R-4K7Q2MX", "PASS"),
        ("4k7q2mx", "PASS"),
        ("renew p", "PASS"),
        ("CAFÉ", "CAFE"),
        ("milk", "MILK"),
    ],
)
def test_one_is_found_by_id_block_id_or_how_its_title_begins(
    queries: Queries, key: str, id: str
) -> None:
    found = queries.reminder(key)
    assert found["reminder"]["id"] == id


def test_who_may_mean_several_is_told_which(queries: Queries, store: Store) -> None:
    for nothing in ("nothing like it", " "):
        with pytest.raises(NoSuchReminder, match="there is no reminder"):
            queries.reminder(nothing)
    with pytest.raises(NoSuchReminder, match="may be 2 reminders") as caught:
        queries.reminder("take")
    assert "PASTA" in caught.value.hint
    with store.commit("done"):
        store.mirror.put([reminder("PASTA", 2, title="Take pasta", done=True)])
    assert queries.reminder("take")["reminder"]["id"] == "PHOTO"  # the one that is open


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("pass", ["PASS"]),
        ("PHOTO", ["PHOTO", "PASS"]),  # those in no file come first
        ("two renew", ["PASS"]),
        ("#papers", ["PASS"]),
        ("papers photos", ["PASS"]),
        ("cafe creme", ["CAFE"]),
        ("牛乳", ["JA"]),
        ("買う", ["JA"]),
        ("pas", ["PASS", "PASTA"]),
        ("port", []),
        ('"', []),
        ("NOT milk*", []),
        ("- ( ^", []),
    ],
)
def test_words_find_by_their_beginnings(queries: Queries, words: str, found: list[str]) -> None:
    assert ids(queries, q=words) == found


def test_words_find_what_was_written_since(queries: Queries, store: Store) -> None:
    assert ids(queries, q="bread") == []
    with store.commit("more"):
        store.mirror.put([reminder("BREAD", title="Bread"), reminder("MILK", 2, title="Oat")])
    assert (ids(queries, q="bread"), ids(queries, q="milk")) == (["BREAD"], [])


def test_smart_lists_come_by_the_time_shown(queries: Queries) -> None:
    found = queries.reminders(read_filters([("smart", "today")]))
    assert [one["id"] for one in found["reminders"]] == ["MILK", "PASS"]
    assert (found["day"], found["time_zone"], found["smart"]) == ("2026-03-02", PARIS, "today")
    assert ids(queries, smart="scheduled") == ["MILK", "PASS", "JA"]
    assert ids(queries, smart="overdue") == ["MILK"]
    assert ids(queries, smart="flagged") == ["PASS"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"tag": "papers"}, ["PASS"]),
        ({"tag": "#PAPERS"}, ["PASS"]),
        ({"parent": "pass"}, ["PHOTO"]),
        ({"list": "work", "completed": "true"}, ["CAFE"]),
        ({"smart": "today", "list": "Home", "flagged": "true"}, ["PASS"]),
        ({"q": "pas", "list": "Work"}, ["PASTA"]),
    ],
)
def test_filters_go_together(queries: Queries, query: dict[str, str], found: list[str]) -> None:
    assert ids(queries, **query) == found


@pytest.mark.parametrize("query", [{}, {"smart": "scheduled"}, {"q": "p"}])
def test_pages_join_to_the_whole(queries: Queries, query: dict[str, str]) -> None:
    whole, joined, cursor = ids(queries, **query), [], {}
    while True:
        page = queries.reminders(read_filters([*query.items(), ("limit", "1"), *cursor.items()]))
        joined += [one["id"] for one in page["reminders"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert joined == whole
    assert len(whole) > 1


def test_a_page_neither_repeats_nor_leaves_out_what_stays(queries: Queries, store: Store) -> None:
    whole = ids(queries)
    first = queries.reminders(read_filters([("limit", "3")]))
    gone = first["reminders"][0]["id"]
    with store.commit("meanwhile"):
        store.mirror.tombstone(f"Reminder/{gone}")
        store.mirror.put([reminder("AAA", title="Before all")])
    rest = ids(queries, cursor=first["next"])
    assert [*[one["id"] for one in first["reminders"]], *rest] == whole


def test_a_cursor_is_good_for_its_own_order_alone(queries: Queries) -> None:
    cursor = queries.reminders(read_filters([("limit", "1")]))["next"]
    for query in ([("smart", "today"), ("cursor", cursor)], [("cursor", "nonsense")]):
        with pytest.raises(UsageError, match="`cursor`"):
            read_filters(query)
    for limit in ("0", "1001", "ten"):
        with pytest.raises(UsageError, match="`limit`"):
            read_filters([("limit", limit)])
    with pytest.raises(UsageError, match="are the same"):
        read_filters([("done", "true"), ("completed", "true")])
    for name in ("smart", "q"):
        with pytest.raises(UsageError, match=f"`{name}`"):
            read_filters([(name, " ")])


def test_nothing_is_written(queries: Queries, store: Store) -> None:
    before = store.path.stat().st_size
    ids(queries, q="milk")
    assert store.path.stat().st_size == before
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        queries._raw.execute("DELETE FROM reminder")
