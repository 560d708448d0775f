"""Signing in, staying signed in, and leaving Apple alone when signing in is refused."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sync.errors import (
    AccountUnusable,
    SignInNeeded,
    Throttled,
    UsageError,
    WrongPassword,
)
from sync.remote.session import Account, Session
from sync.remote.stored import SessionStore, web_token
from tests.remote.conftest import Cloud, FakeTime, SessionMaker, log_in, typed_codes

PASSWORD_PATH = ["signin", "init", "complete", "accountLogin"]


def _no_code(prompt: str) -> str:
    raise AssertionError(f"asked for a code: {prompt}")


def _modes(folder: Path) -> dict[str, int]:
    return {path.suffix: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}


def test_a_password_opens_a_session(open_session: SessionMaker, cloud: Cloud) -> None:
    opened = open_session().connect()
    assert cloud.paths() == PASSWORD_PATH
    assert opened.database_url == "https://p42-ckdatabasews.icloud.com"
    assert opened.dsid == opened.params["dsid"] == cloud.world.account.dsid
    assert opened.params["clientId"]


def test_a_stored_session_needs_no_password(open_session: SessionMaker, cloud: Cloud) -> None:
    first = open_session().connect()
    cloud.paths()
    second = open_session(password=None).connect()
    assert cloud.paths() == ["validate"]
    assert second.params == first.params


def test_a_stored_session_needs_no_password_command(
    open_session: SessionMaker, signed_in: SessionStore
) -> None:
    def locked_keyring() -> str:
        raise AssertionError("asked for the password")

    assert open_session(password=locked_keyring).connect().dsid


def test_a_stored_session_needs_no_pyicloud(
    cloud: Cloud, signed_in: SessionStore, tmp_path: Path
) -> None:
    script = """
import random, sys, time
from pathlib import Path
from sync.remote.cloudkit import CloudKit
from sync.remote.limiter import Limiter
from sync.remote.session import Account, Session
from sync.remote.transport import Transport
limiter = Limiter(time.monotonic, time.sleep, random.random)
account = Account(sys.argv[1], "world", sys.argv[2])
transport = Transport(Session(account, Path(sys.argv[3]), lambda: None), limiter)
print(CloudKit(transport).reminders_zone().name, {"pyicloud", "requests"} & set(sys.modules))
"""
    account = cloud.account()
    given = [account.apple_id, cloud.url, str(tmp_path / "session")]
    done = subprocess.run(
        [sys.executable, "-c", script, *given], capture_output=True, text=True, check=True
    )
    assert done.stdout == "Reminders set()\n"


def test_a_dead_web_token_is_renewed_by_the_session_token(
    open_session: SessionMaker, cloud: Cloud, signed_in: SessionStore
) -> None:
    cloud.world.account.revoke_web_tokens()
    open_session(password=None).connect()
    assert cloud.paths() == ["validate", "accountLogin"]
    open_session(password=None).connect()
    assert cloud.paths() == ["validate"]


def test_a_dead_session_token_costs_the_password_but_no_code(
    open_session: SessionMaker, cloud: Cloud
) -> None:
    account = cloud.world.account
    account.mfa = "2fa"
    ask, prompts = typed_codes(account.code)
    log_in(open_session(), account.password, ask)
    assert len(prompts) == 1
    account.revoke_web_tokens()
    account.revoke_session_tokens()
    cloud.paths()
    open_session().connect()
    assert cloud.paths() == ["validate", "accountLogin", *PASSWORD_PATH]


def test_pyicloud_goes_on_with_what_we_stored(
    open_session: SessionMaker, cloud: Cloud, signed_in: SessionStore
) -> None:
    cloud.world.account.revoke_web_tokens()
    service = open_session(password=None).service()
    assert cloud.paths() == ["validate", "accountLogin"]
    assert service.is_trusted_session
    assert Path(service.session.session_path) == signed_in.session_path
    assert Path(service.session.cookiejar_path) == signed_in.cookie_path
    service.session.close()


def test_what_is_stored_is_private(
    open_session: SessionMaker, tmp_path: Path, cloud: Cloud
) -> None:
    tmp_path.chmod(0o755)
    session = open_session()
    session.connect()
    expected = {"": 0o700, ".session": 0o600, ".cookiejar": 0o600}
    assert stat.S_IMODE((tmp_path / "session").stat().st_mode) == 0o700
    assert _modes(tmp_path / "session") == expected
    for path in (tmp_path / "session").rglob("*.*"):
        path.chmod(0o644)
    service = session.service()  # pyicloud writes again
    assert _modes(tmp_path / "session") == expected
    service.session.close()


def test_a_damaged_cookie_is_read_as_none_and_not_shown(signed_in: SessionStore) -> None:
    data = signed_in.cookie_path.read_bytes()
    signed_in.cookie_path.write_bytes(data.replace(b"version=0", b"version=secret"))
    assert list(signed_in.cookies()) == []  # a warning, with a traceback, would be an error here


def test_cookies_that_did_not_change_are_not_written_again(signed_in: SessionStore) -> None:
    before = signed_in.cookie_path.stat()
    signed_in.save_cookies(signed_in.cookies())
    assert signed_in.cookie_path.stat().st_mtime_ns == before.st_mtime_ns
    assert signed_in.cookie_path.stat().st_ino == before.st_ino


def test_accounts_that_look_alike_do_not_share_a_session(
    open_session: SessionMaker, cloud: Cloud, tmp_path: Path
) -> None:
    stores = {
        SessionStore(Account(name, region, endpoint), tmp_path).folder
        for name in ("john.doe@x.y", "johndoe@x.y")
        for region in ("world", "china")
        for endpoint in (None, cloud.url)
    }
    assert len(stores) == 8
    cloud.world.account.apple_id = "john.doe@x.y"
    open_session().connect()
    cloud.paths()
    with pytest.raises(SignInNeeded):
        open_session(account=cloud.account("johndoe@x.y"), password=None).connect()
    assert cloud.paths() == []


@pytest.mark.parametrize("damage", [b"", b"[]", b"\xff\xfe"])
def test_damaged_files_cost_a_sign_in_and_nothing_else(
    open_session: SessionMaker, cloud: Cloud, signed_in: SessionStore, damage: bytes
) -> None:
    signed_in.session_path.write_bytes(damage)
    signed_in.cookie_path.write_bytes(damage)
    assert open_session().connect().dsid
    assert cloud.paths() == PASSWORD_PATH


def test_a_wrong_password_is_not_sent_again(open_session: SessionMaker, cloud: Cloud) -> None:
    typed = ["wrong"]
    session = open_session(password=lambda: typed[0])
    with pytest.raises(WrongPassword) as first:
        session.connect()
    assert cloud.paths() == ["signin", "init", "complete"]
    for call in (session.connect, session.renew):
        with pytest.raises(WrongPassword) as again:
            call()
        assert again.value.message == first.value.message
    assert cloud.paths() == []
    typed[0] = cloud.world.account.password
    assert session.connect().dsid


def test_a_wrong_password_is_not_sent_by_the_next_process_either(
    open_session: SessionMaker, cloud: Cloud
) -> None:
    now = [1000.0]
    account = cloud.world.account
    for _ in range(3):
        with pytest.raises(WrongPassword):
            open_session(password="wrong", wall=lambda: now[0]).connect()
    assert account.counts["passwords"] == 1
    now[0] += 3600
    with pytest.raises(WrongPassword):
        open_session(password="wrong", wall=lambda: now[0]).connect()
    assert account.counts["passwords"] == 2
    log_in(open_session(wall=lambda: now[0]), account.password, _no_code)  # a person may at once
    assert open_session(wall=lambda: now[0]).connect().dsid


def test_no_password_is_a_state_that_ends_with_a_login_elsewhere(
    open_session: SessionMaker, cloud: Cloud
) -> None:
    daemon = open_session(password=None)
    for _ in range(3):
        with pytest.raises(SignInNeeded):
            daemon.connect()
    assert cloud.paths() == []
    log_in(open_session(), cloud.world.account.password, _no_code)
    cloud.paths()
    assert daemon.connect().dsid
    assert cloud.paths() == ["validate"]


def test_an_owed_code_is_not_sent_for_and_not_asked_for_again(
    open_session: SessionMaker, cloud: Cloud
) -> None:
    cloud.world.account.mfa = "2fa"
    cloud.world.account.by_sms = True
    session = open_session()
    with pytest.raises(SignInNeeded, match="code"):
        session.connect()
    assert "phone" not in cloud.paths()
    with pytest.raises(SignInNeeded):
        session.connect()
    with pytest.raises(SignInNeeded, match="code"):  # and no word of a password that lacks
        open_session(password=None).connect()
    assert cloud.paths() == []
    ask, _ = typed_codes(cloud.world.account.code)
    log_in(session, cloud.world.account.password, ask)
    cloud.paths()
    assert session.connect().dsid
    assert cloud.paths() == ["validate"]


def test_a_locked_account_is_left_alone_for_a_while(
    open_session: SessionMaker, cloud: Cloud, time_: FakeTime
) -> None:
    cloud.world.account.locked = True
    session = open_session()
    for _ in range(2):
        with pytest.raises(AccountUnusable, match="locked"):
            session.connect()
    assert cloud.paths() == ["signin", "init", "complete"]
    cloud.world.account.locked = False
    time_.sleep(3600)
    assert session.connect().dsid


def test_sessions_that_do_not_hold_stop_the_password(
    open_session: SessionMaker, cloud: Cloud
) -> None:
    session, account = open_session(), cloud.world.account
    for _ in range(3):
        session.renew()
        account.revoke_web_tokens()
        account.revoke_session_tokens()
    cloud.paths()
    for expected in (["validate", "accountLogin"], []):
        with pytest.raises(SignInNeeded, match="ends each session"):
            session.renew()
        assert cloud.paths() == expected
    log_in(session, account.password, _no_code)
    assert session.connect().dsid


def test_an_overloaded_sign_in_is_not_repeated_at_once(
    open_session: SessionMaker, cloud: Cloud
) -> None:
    cloud.world.faults.fail("status", "signin/init", status=503, retry_after=60)
    session = open_session()
    for _ in range(3):
        with pytest.raises(Throttled):
            session.connect()
    assert cloud.paths() == ["signin", "init"]


def test_renewing_climbs_past_cookies_that_did_not_change(
    open_session: SessionMaker, cloud: Cloud, signed_in: SessionStore
) -> None:
    session = open_session()
    session.connect()
    session.connect()
    cloud.paths()
    session.renew()
    assert cloud.paths() == ["validate", "accountLogin"]


def test_renewing_is_content_with_a_new_address(
    open_session: SessionMaker,
    cloud: Cloud,
    signed_in: SessionStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from sandbox.signing import profile

    session = open_session()
    session.connect()
    monkeypatch.setattr(profile, "_PARTITION", "p77")
    cloud.paths()
    assert session.renew().database_url == "https://p77-ckdatabasews.icloud.com"
    assert cloud.paths() == ["validate"]


def test_logout_forgets_here_and_there(
    open_session: SessionMaker, cloud: Cloud, signed_in: SessionStore
) -> None:
    session = open_session(password=None)
    session.connect()
    session.logout()
    assert "logout" in cloud.paths()
    assert [path.name for path in signed_in.folder.iterdir()] == ["standing.json"]
    assert cloud.world.account.browsers == {}
    cloud.paths()
    for late in (session, open_session()):  # also where a password is at hand
        with pytest.raises(SignInNeeded, match="signed out"):
            late.connect()
    session.keep()
    assert cloud.paths() == []
    assert web_token(signed_in.cookies()) is None


def test_logout_without_a_network_still_forgets_here(
    open_session: SessionMaker, cloud: Cloud, signed_in: SessionStore
) -> None:
    cloud.world.faults.fail("cut_before", "logout")
    open_session().logout()
    assert web_token(signed_in.cookies()) is None
    assert signed_in.data() == {}


def test_a_bad_endpoint_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"account\.endpoint"):
        Session(Account("a@b.c", "world", "http://example.com:80"), tmp_path, lambda: None)
