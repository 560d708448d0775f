"""What a person or a bar asks for again and again starts at once: nothing heavy is imported."""

from __future__ import annotations

import pytest

from daemon.cli import cli
from daemon.cli.completing import COMPLETE
from daemon.cli.verbs import VERBS
from store.db import Store
from tests.cli.conftest import FakeDaemon, Home

HEAVY = ("pyicloud", "httpx", "pydantic", "starlette", "sqlite_utils", "sync.cycle.engine")
HEAVY += ("rich", "requests", "apscheduler", "markdown_it", "google.protobuf", "keyring")
OF_OTHERS = ("daemon.cli.carrying", "daemon.cli.setup", "store.db", "http.client", "yaml")
PROBE = """
import sys
from daemon.cli import main
sys.argv = ['remindersd', *{arguments!r}]
try:
    main()
except SystemExit as end:
    assert end.code == {code}, end.code
print([name for name in {unwanted!r} if name in sys.modules], file=sys.stderr)
"""


def imported(
    home: Home, arguments: list[str], unwanted: tuple[str, ...], code: int = 0, **more: str
) -> str:
    """Which of ``unwanted`` a command imported, as the last line that it wrote."""
    probe = PROBE.format(arguments=arguments, unwanted=unwanted, code=code)
    process = home.start_afresh("-c", probe, more=more)
    _, errors = process.communicate(timeout=60)
    return errors.splitlines()[-1]


@pytest.mark.parametrize(
    "arguments", [["status"], ["lists"], ["conflicts"], ["done", "milk"], ["add", "milk", "today"]]
)
def test_what_a_running_daemon_answers_imports_nothing_heavy(
    home: Home, fake_daemon: FakeDaemon, arguments: list[str]
) -> None:
    fake_daemon.answers["GET /lists"] = (200, {"schema": 1, "lists": []})
    fake_daemon.answers["GET /conflicts"] = (200, {"schema": 1, "conflicts": []})
    written = {"schema": 1, "reminders": [], "problems": [], "dry_run": False}
    fake_daemon.answers["PATCH /reminders"] = (200, written)
    fake_daemon.answers["POST /reminders"] = (201, written)
    assert imported(home, arguments, (*HEAVY, "store.db", "sqlite3")) == "[]"


def test_without_a_daemon_status_loads_neither_yaml_nor_what_speaks_http(home: Home) -> None:
    slow = ("yaml", "http.client", "http.cookiejar", "urllib.request", "store.db", "sqlite3")
    assert imported(home, ["status"], (*HEAVY, *slow)) == "[]"


def test_of_a_mirror_status_opens_no_more_rooms_than_it_tells_of(home: Home) -> None:
    Store.open(home.state / "mirror.sqlite").close()
    assert imported(home, ["status"], (*HEAVY, "store.db", "store.cells", "yaml")) == "[]"


def test_help_and_version_import_no_verb(home: Home) -> None:
    assert imported(home, ["--help"], (*HEAVY, *OF_OTHERS)) == "[]"
    assert imported(home, ["--version"], (*HEAVY, *OF_OTHERS)) == "[]"


def test_completing_a_verb_imports_none(home: Home) -> None:
    asked = {COMPLETE: "bash_complete", "COMP_WORDS": "remindersd st", "COMP_CWORD": "1"}
    assert imported(home, [], (*HEAVY, *OF_OTHERS), **asked) == "[]"


def test_each_verb_is_where_the_table_says() -> None:
    for name, (_, sentence) in VERBS.items():
        verb = cli.commands[name]
        assert (verb.name, verb.short_help) == (name, sentence)
        assert sentence.endswith(".")
