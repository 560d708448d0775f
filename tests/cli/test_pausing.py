"""`pause` and `resume`, with a daemon and for the next one; and what `sync` says of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from daemon.cli.pausing import _until
from daemon.running.lasting import Lasting
from sync.errors import UsageError
from tests.cli.conftest import FakeDaemon, Home, documents, served_to

NOW = datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("span", "until"),
    [
        ("90s", NOW + timedelta(seconds=90)),
        ("2 h", NOW + timedelta(hours=2)),
        ("1d", NOW + timedelta(days=1)),
        ("18:30", NOW.replace(hour=18, minute=30)),
        ("9:00", NOW.replace(day=3, hour=9)),
        ("2026-03-02T14:30+01:00", NOW.replace(hour=14, minute=30)),
    ],
)
def test_for_how_long(span: str, until: datetime) -> None:
    assert _until(span, NOW) == until


@pytest.mark.parametrize(
    "span", ["", "0m", "2", "24:00", "later", "2026-03-02T11:00+01:00", "9999d"]
)
def test_what_is_no_span(span: str) -> None:
    with pytest.raises(UsageError, match="no span or moment to come"):
        _until(span, NOW)


def test_without_a_daemon_the_next_one_is_told(home: Home) -> None:
    with served_to(home):
        assert home.run("pause", "2h").stdout.startswith("paused until ")
        assert Lasting(home.state).known.pause is not None
        assert "paused     ends in 1 hour" in home.run("status").stdout
        synced = home.run("sync")
        assert "this was one sync by hand" in synced.stdout
        assert documents(home.run("sync", "--json"))[0]["paused"]["until"] is not None
        assert home.run("resume").stdout == "all goes by itself again\n"
        assert documents(home.run("sync", "--json"))[0]["paused"] is None


def test_a_daemon_is_told_if_one_runs(home: Home, fake_daemon: FakeDaemon) -> None:
    paused = {"since": "2026-03-02T11:00:00+00:00", "until": None}
    fake_daemon.answers["POST /pause"] = (200, {"schema": 1, "paused": paused})
    fake_daemon.answers["POST /resume"] = (200, {"schema": 1, "paused": None})
    assert home.run("pause").stdout.startswith("paused until `remindersd resume`; ")
    assert documents(home.run("pause", "1h", "--json"))[0]["paused"] == paused
    assert documents(home.run("resume", "--json"))[0] == {"schema": 1, "paused": None}
    (_, nothing), (_, body), _ = (one for one in fake_daemon.asked if one[0].startswith("POST"))
    assert nothing == {}
    assert datetime.fromisoformat(body["until"]).tzinfo is not None
    assert home.run("pause", "soon").exit_code == 2
