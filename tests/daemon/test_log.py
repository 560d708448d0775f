"""Lines for a person or for the journal, and never a secret in one."""

from __future__ import annotations

import io
import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from daemon.process.log import OURS, TITLES, facts, redacted, set_up, show_titles
from tests.daemon.fakes import PATIENCE_S, FakeEngine, Running, config, report

TOKEN = "HSARMTnlAbYzEtcDWTh5Y3bIQ2r1ANsmSSSnQpcRRhd0kTl7Q9dsdYPZnoLLKzYtWcCbRp"


@pytest.fixture(autouse=True)
def _levels_as_before() -> Iterator[None]:
    names = (None, TITLES, "apscheduler", *OURS)
    before = {name: logging.getLogger(name).level for name in names}
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize(
    "text",
    [
        f"X-APPLE-WEBAUTH-TOKEN={TOKEN}",
        'Cookie: X-APPLE-DS-WEB-SESSION-TOKEN="s3cret-TOKEN"; path=/',
        "Set-Cookie: X_APPLE_WEB_KB=s3cret-TOKEN; Secure",
        '{"dsWebAuthToken": "s3cret-TOKEN", "trustToken":"s3cret-TOKEN"}',
        "{'session_token': 's3cret-TOKEN'}",
        "Authorization: Bearer s3cret-TOKEN",
        "scnt=s3cret-TOKEN&password=s3cret-TOKEN",
        "X-Apple-Session-Id: s3cret-TOKEN",
        f"answered with {TOKEN}",
        f"GET /x?ckWebAuthToken={TOKEN}",
    ],
)
def test_tokens_cookies_and_passwords_are_hidden(text: str) -> None:
    shown = redacted(text)
    assert "s3cret" not in shown
    assert TOKEN[10:30] not in shown
    assert "[hidden]" in shown


@pytest.mark.parametrize(
    "text",
    [
        "the sync token was refused: walking the zone again",
        "/home/someone/A-rather-Long-Folder/of-many/Parts/2026/Groceries-and-more.md changed",
        "hash 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "password was refused",
        "records read 3, changes sent 2, lines written 1, files written 1",
    ],
)
def test_other_words_stay(text: str) -> None:
    assert redacted(text) == text


def lines(environment: dict[str, str], *, verbose: bool = False, journal: bool = False) -> str:
    """What a few events come to, on a stream of the journal or on another one."""
    with tempfile.TemporaryFile("w+") as out:
        if journal:
            status = os.fstat(out.fileno())
            environment = {**environment, "JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
        _happen(out, environment, verbose=verbose)
        out.seek(0)
        return out.read()


def _happen(out: TextIO, environment: dict[str, str], *, verbose: bool) -> None:
    handler = set_up(verbose=verbose, stream=out, environment=environment)
    try:
        log = logging.getLogger("daemon.test")
        log.debug("small")
        log.info("one\ntwo")
        try:
            raise ValueError("Buy a ring")
        except ValueError:
            log.exception("broken")
        logging.getLogger("httpx").info("GET https://example.com")
        logging.getLogger("httpx").warning("odd")
    finally:
        logging.getLogger().removeHandler(handler)


def test_the_journal_gets_priorities_and_no_time() -> None:
    assert lines({}, journal=True) == "<6>one two\n<3>broken\n<4>odd\n"


def test_a_file_of_a_process_that_a_service_started_is_not_the_journal() -> None:
    for variable in ("JOURNAL_STREAM", "INVOCATION_ID"):
        assert "<6>" not in lines({variable: "8:1"})


def test_a_person_gets_time_and_level_and_no_traceback() -> None:
    shown = lines({})
    assert [line.split(" ", 2)[2] for line in shown.splitlines()] == [
        "INFO one two",
        "ERROR broken",
        "WARNING odd",
    ]
    assert "ring" not in shown


def test_verbose_has_tracebacks_with_a_priority_on_each_line() -> None:
    shown = lines({}, verbose=True, journal=True).splitlines()
    assert shown[0] == "<7>small"
    assert "<3>ValueError" in shown
    assert "ring" not in "".join(line for line in shown if "raise" not in line)
    assert "<3>ValueError: Buy a ring" in lines(
        {"REMINDERSD_LOG_TITLES": "1"}, verbose=True, journal=True
    )
    assert all(line.startswith("<") for line in shown)
    assert not any("GET" in line for line in shown)


def test_setting_up_twice_does_not_say_it_twice() -> None:
    set_up(stream=io.StringIO(), environment={})
    assert lines({}).count("broken") == 1


def test_a_chain_of_errors_is_told_by_places_and_kinds() -> None:
    out = io.StringIO()
    handler = set_up(verbose=True, stream=out, environment={})
    try:
        try:
            try:
                int("Buy a ring")
            except ValueError as error:
                raise LookupError("for Rosa") from error
        except LookupError:
            logging.getLogger("daemon.test").exception("broken")
    finally:
        logging.getLogger().removeHandler(handler)
    told = [line for line in out.getvalue().splitlines() if not line.startswith("    ")]
    assert [line for line in told if line.endswith("Error")] == ["ValueError", "LookupError"]
    assert "ring" not in "".join(told)
    assert "Rosa" not in "".join(told)


@pytest.mark.parametrize(
    ("asked", "environment", "shown"),
    [
        (False, {}, False),
        (True, {}, True),
        (False, {"REMINDERSD_LOG_TITLES": "1"}, True),
        (False, {"REMINDERSD_LOG_TITLES": "0"}, False),
    ],
)
def test_what_a_person_wrote_is_logged_only_if_asked_for(
    asked: bool, environment: dict[str, str], shown: bool
) -> None:
    show_titles(asked, environment)
    assert logging.getLogger(TITLES).isEnabledFor(logging.CRITICAL) == shown


def test_facts_stand_at_the_end_of_a_line() -> None:
    told = facts(run=41, trigger="files", took_s=0.41234, why=None, said='a "b" = c\n')
    assert told == r' run=41 trigger=files took_s=0.412 said="a \"b\" = c\n"'


def test_what_is_told_once_stands_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = "iCloud sent an item that does not say of which record"
    engine = FakeEngine(report(problems=[told, "Buy a ring"], notices=[told]))
    with Running(config(tmp_path), engine) as running:
        running.until("attention")
    assert caplog.text.count(told) == 1
    assert "ring" not in caplog.text


@pytest.mark.parametrize("asked", [False, True])
def test_a_run_is_told_in_facts_and_only_if_asked_for_in_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, asked: bool
) -> None:
    caplog.set_level(logging.INFO, "daemon")
    show_titles(asked, {})
    words = {"changes": ["add “Buy a ring”"], "problems": ["Rosa.md: not accepted"]}
    done = report("files", pushed=2, rendered=1, files=1, run=41, **words)
    with Running(config(tmp_path), FakeEngine(report(), done, done)) as running:
        running.until("ok")
        running.ask().result(PATIENCE_S)
        running.ask().result(PATIENCE_S)
    told = [message for message in caplog.messages if " run=41 " in f"{message} "]
    synced = "synced run=41 trigger=files pulled=0 pushed=2 rendered=1 files=1 requests=0 took_s="
    assert sum(message.startswith(synced) for message in told) == 2
    assert any(message.startswith("something needs you") for message in told)
    in_words = [message for message in told if "ring" in message or "Rosa" in message]
    change, problem = "add “Buy a ring” run=41", "Rosa.md: not accepted run=41"
    assert in_words == ([change, problem, change] if asked else [])
    assert ("ring" in caplog.text) is asked


def test_a_timer_that_is_late_is_no_news() -> None:
    stream = io.StringIO()
    handler = set_up(stream=stream)
    try:
        logging.getLogger("apscheduler.scheduler").warning("maximum number of instances reached")
        logging.getLogger("apscheduler.scheduler").error("it cannot go on")
    finally:
        logging.getLogger().removeHandler(handler)
    assert "maximum" not in stream.getvalue()
    assert "it cannot go on" in stream.getvalue()
