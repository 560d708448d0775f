"""The official client, unchanged, signs the daemon in and polls, by command line and by classes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from textwrap import dedent

import pytest

from tests.e2e.conftest import Making
from tests.e2e.official import Official, Served
from tests.e2e.processes import until

pytestmark = pytest.mark.timeout(300)  # the first test installs the client


@pytest.fixture(scope="module")
def served(making: Making) -> Served:
    return Served(making, "2fa")


@pytest.fixture(scope="module")
def client(python: Path, served: Served) -> Official:
    return Official(python, served)


@pytest.fixture(scope="module")
def session(served: Served, client: Official) -> str:
    """Of a sign-in with a wrong code first."""
    done = client.run(
        *("session", "create", served.apple_id, "--icloud-password", served.password),
        typed=f"000000\n{served.code}\n",
    )
    assert done.code == 0, done
    assert "invalid" in done.out.lower()
    found = re.search(r"Session created: (\S+)", done.out)
    assert found, done.out
    return found[1].rstrip(".")


def test_a_wrong_code_and_then_the_right_one_sign_the_daemon_in(
    served: Served, session: str
) -> None:
    until(served.is_signed_in)
    states = [each["state"] for each in served.daemon.ask("/sessions").document["data"]]
    assert states == ["succeeded", "failed", "failed"]


def test_the_session_is_found_again(served: Served, client: Official, session: str) -> None:
    for arguments in (("retrieve", session), ("latest", served.apple_id)):
        done = client.run("session", *arguments)
        assert done.code == 0, done
        assert session in done.out
        assert '"state": "succeeded"' in done.out


def test_another_account_is_refused_and_not_signed_in(served: Served, client: Official) -> None:
    before = len(served.sandbox.requests("/signin"))
    done = client.run(*("session", "create", "else@example.com", "--icloud-password", "whatever"))
    assert done.code == 1
    assert "not the account in this daemon's config" in done.err
    assert len(served.sandbox.requests("/signin")) == before


def test_information_is_polled(served: Served, client: Official, session: str) -> None:
    done = client.run("poll", "create", session, "--info-types", "*")
    assert done.code == 0, done
    assert "completed" in done.out
    assert "icloud.account" in done.out


def test_a_data_type_that_is_none_is_an_error_of_the_poll(
    served: Served, client: Official, session: str
) -> None:
    done = client.run("poll", "create", session)  # without a flag it asks for messages
    assert done.code == 0, done
    assert "ios_messages.messages" in done.out


def test_no_secret_is_told_or_kept_in_the_clear(
    served: Served, client: Official, session: str
) -> None:
    paths = ("/users", "/sources", "/sessions", "/polls", "/results", "/events", "/key", "/status")
    said = {path: str(served.daemon.ask(path).document) for path in paths}
    said["the log"] = served.daemon.process.said()
    said["the process list"] = Path(f"/proc/{served.daemon.process.pid}/cmdline").read_text()
    for path in served.home.state.rglob("*"):
        if path.is_file() and path.name != "token":
            said[str(path)] = path.read_bytes().decode("latin-1")
    assert len(said) > 12
    password = served.password.encode().decode("latin-1")
    for where, text in said.items():
        for secret in (served.password, password, served.token):
            assert secret not in text, where
    for path in served.home.state.rglob("*"):
        assert path.lstat().st_mode & 0o077 == 0, path


CHOOSING = """
    import json, time, ricloud

    def attempt(**payload):
        session = ricloud.Session.create(
            source={{"user": "1", "type": "icloud.account", "identifier": {apple_id!r}}},
            payload={{"password": {password!r}, **payload}},
        )
        while session.state == "pending":
            time.sleep(0.1)
            session = ricloud.Session.retrieve(session.id)
        return session

    first = attempt()
    second = attempt(choice=first.error_info["choices"][0])
    third = attempt(code={code!r})
    print(json.dumps([[each.state, each.error] for each in (first, second, third)]))
"""


def test_a_device_is_chosen_over_the_classes_of_the_client(making: Making, python: Path) -> None:
    served = Served(making, "2sv")
    client = Official(python, served)
    known = {"apple_id": served.apple_id, "password": served.password, "code": served.code}
    done = client.script(dedent(CHOOSING).format(**known))
    assert done.code == 0, done
    assert json.loads(done.out) == [
        ["failed", "choice-required"],
        ["failed", "code-required"],
        ["succeeded", None],
    ]
    until(served.is_signed_in)
