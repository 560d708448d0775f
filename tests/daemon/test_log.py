"""Lines for a person or for the journal, and never a secret in one."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.log import OURS, redacted, set_up
from tests.daemon.fakes import FakeEngine, Running, config, report

TOKEN = "HSARMTnlAbYzEtcDWTh5Y3bIQ2r1ANsmSSSnQpcRRhd0kTl7Q9dsdYPZnoLLKzYtWcCbRp"


@pytest.fixture(autouse=True)
def _levels_as_before() -> Iterator[None]:
    names = (None, *OURS)
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


def lines(environment: dict[str, str], *, verbose: bool = False) -> str:
    out = io.StringIO()
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
    return out.getvalue()


def test_the_journal_gets_priorities_and_no_time() -> None:
    for variable in ("JOURNAL_STREAM", "INVOCATION_ID"):
        assert lines({variable: "8:1"}) == "<6>one two\n<3>broken\n<4>odd\n"


def test_a_person_gets_time_and_level_and_no_traceback() -> None:
    shown = lines({})
    assert [line.split(" ", 2)[2] for line in shown.splitlines()] == [
        "INFO one two",
        "ERROR broken",
        "WARNING odd",
    ]
    assert "ring" not in shown


def test_verbose_has_tracebacks_with_a_priority_on_each_line() -> None:
    shown = lines({"INVOCATION_ID": "x"}, verbose=True).splitlines()
    assert shown[0] == "<7>small"
    assert "<3>ValueError: Buy a ring" in shown
    assert all(line.startswith("<") for line in shown)
    assert not any("GET" in line for line in shown)


def test_setting_up_twice_does_not_say_it_twice() -> None:
    set_up(stream=io.StringIO(), environment={})
    assert lines({"INVOCATION_ID": "x"}).count("broken") == 1


def test_what_is_told_once_stands_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = "iCloud sent an item that does not say of which record"
    engine = FakeEngine(report(problems=[told, "Buy a ring"], notices=[told]))
    with Running(config(tmp_path), engine) as running:
        running.until("attention")
    assert caplog.text.count(told) == 1
    assert "ring" not in caplog.text
