"""Each request of the API's own documentation, as it stands there, gives the answer given there."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Making
from tests.e2e.official import Official, Served, client_environment
from tests.e2e.processes import DEADLINE_S, until

pytestmark = pytest.mark.timeout(300)  # the first test installs the client

HOST = "https://ricloud-api.reincubate.com"

SESSION = """\
curl https://ricloud-api.reincubate.com/sessions \\
  -X POST \\
  -H 'Authorization: Token <your key_token>' \\
  -H 'Content-Type: application/json' \\
  -d '{
  "source": {
    "user": "1",
    "type": "icloud.account",
    "identifier": "<iCloud account username>"
  },
  "payload": {
    "password": "<iCloud account password>"%s
  }
}'
"""
PASSWORD = SESSION % ""
CODE = SESSION % ',\n    "code": "<authentication code>"'
DEVICE = "********02 - SMS to Phone Number"
CHOICE = SESSION % f',\n    "choice": "{DEVICE}"'

POLL = """\
curl https://ricloud-api.reincubate.com/polls \\
  -X POST \\
  -H 'Authorization: Token <your key_token>' \\
  -H 'Content-Type: application/json' \\
  -d '{
    "session": "<session ID>",
    "payload": %s
}'
"""
POLL_INFO = """\
curl https://ricloud-api.reincubate.com/polls \\
  -X POST \\
  -H 'Authorization: Token <your key_token>' \\
  -H 'Content-Type: application/json' \\
  -d '{
  "session": "<session ID>",
  "payload": {
    "info_types": ["*"]
  }
}'
"""
INFO = '{"info_types": ["*"]}'
DATA = '{\n        "data_types": ["icpl.photos"]\n    }'
FILES = """{
        "files": [
            "icpl://ATnrIxddlwbCEjN33NBq8zXQwYgE",
            "icpl://AbfMRXQ55H4WfS5YguuUWxir4hq6"
        ]
    }"""

PYTHON_INFO = """\
import ricloud

# The ID of a session we made earlier.
session_id = "<session ID>"

poll = ricloud.Poll.create(
  session=session_id,
  payload={
    "info_types": ["*"]
  }
)
"""
PYTHON_DATA = """\
import ricloud

# The ID of a session we made earlier.
session_id = "<session ID>"

poll_payload = {
    "data_types": ["icpl.photos"]
}

poll = ricloud.Poll.create(
  session=session_id,
  payload=poll_payload,
)
"""
PYTHON_FILES = """\
import ricloud

# The ID of a session we made earlier.
session_id = "<session ID>"

poll_payload = {
    'files': [
        'icpl://ATnrIxddlwbCEjN33NBq8zXQwYgE',
        'icpl://AbfMRXQ55H4WfS5YguuUWxir4hq6',
    ]
}

poll = ricloud.Poll.create(
    session=session_id,
    payload=poll_payload,
)
"""


class Page:
    """The examples, with what has to be put in for this daemon and this account."""

    def __init__(self, served: Served) -> None:
        self.served = served

    @contextmanager
    def asking_for(self, mfa: str) -> Iterator[None]:
        """The account is one with ``mfa``, and nobody is signed in."""
        assert self.served.home.run("logout").code == 0
        self.served.sandbox.account(mfa=mfa, phones=["02"], revoke=["web", "session", "trust"])
        yield

    def filled(self, example: str, session: str = "") -> str:
        """The example, ready to be typed."""
        for mark, value in (
            (HOST, self.served.url),
            ("<your key_token>", self.served.token),
            ("<iCloud account username>", self.served.apple_id),
            ("<iCloud account password>", self.served.password),
            ("<authentication code>", self.served.code),
            ("<session ID>", session),
        ):
            example = example.replace(mark, value)
        return example

    def curl(self, example: str, session: str = "") -> dict[str, Any]:
        """What is printed when the example is typed."""
        done = subprocess.run(
            ["bash", "-c", self.filled(example, session)],
            env=client_environment(self.served.home.place),
            capture_output=True,
            timeout=DEADLINE_S,
            check=True,
        )
        document: dict[str, Any] = json.loads(done.stdout)
        assert isinstance(document["id"], str)
        return document

    def signed_in(self) -> str:
        """The id of a session that can be polled."""
        found = self.served.daemon.ask("/sessions?state=active&limit=1").document["data"]
        return str(found[0]["id"] if found else self.curl(PASSWORD)["id"])


@pytest.fixture(scope="module")
def page(making: Making) -> Page:
    return Page(Served(making, "none"))


needs_curl = pytest.mark.needs("curl", "bash")


@needs_curl
def test_a_session_of_an_account_without_a_second_factor(page: Page) -> None:
    with page.asking_for("none"):
        session = page.curl(PASSWORD)
    assert (session["resource"], session["state"], session["error"]) == (
        *("session", "succeeded"),
        None,
    )


@needs_curl
def test_a_session_of_an_account_with_two_factors(page: Page) -> None:
    with page.asking_for("2fa"):
        session = page.curl(PASSWORD)
        assert (session["resource"], session["state"]) == ("session", "failed")
        assert session["error"] == "code-required"
        session = page.curl(CODE)
        assert (session["state"], session["error"]) == ("succeeded", None)


@needs_curl
def test_a_session_of_an_account_with_two_steps(page: Page) -> None:
    with page.asking_for("2sv"):
        session = page.curl(PASSWORD)
        assert (session["state"], session["error"]) == ("failed", "choice-required")
        assert session["error_info"] == {"choices": [DEVICE]}
        session = page.curl(CHOICE)
        assert (session["state"], session["error"]) == ("failed", "code-required")
        session = page.curl(CODE)
        assert (session["state"], session["error"]) == ("succeeded", None)


@needs_curl
@pytest.mark.parametrize(
    ("example", "payload"),
    [(POLL_INFO, INFO), (POLL % DATA, DATA), (POLL % FILES, FILES)],
    ids=["info", "data", "files"],
)
def test_a_poll(page: Page, example: str, payload: str) -> None:
    poll = page.curl(example, page.signed_in())
    assert (poll["resource"], poll["state"], poll["error"]) == ("poll", "completed", None)
    wanted = json.loads(payload)
    assert poll["payload"] == wanted
    found = {result["identifier"] for result in poll["results"]["data"]}
    missing = {error["target"] for error in poll["errors"]["data"]}
    (asked,) = wanted.values()
    assert found | missing == {"icloud.account" if name == "*" else name for name in asked}
    assert (found == set()) == ("files" in wanted)  # those are of somebody else


@pytest.mark.parametrize(
    ("program", "payload"),
    [(PYTHON_INFO, INFO), (PYTHON_DATA, DATA), (PYTHON_FILES, FILES)],
    ids=["info", "data", "files"],
)
def test_a_poll_in_python(page: Page, python: Path, program: str, payload: str) -> None:
    session = page.signed_in()
    client = Official(python, page.served)
    done = client.script(page.filled(program, session) + "print(poll.id)\n")
    assert done.code == 0, done
    id = done.out.strip()

    def ended() -> dict[str, Any] | None:
        poll = page.served.daemon.ask(f"/polls/{id}").document
        return None if poll["state"] == "pending" else poll

    poll = until(ended)
    assert poll is not None
    assert (poll["state"], poll["session"]) == ("completed", session)
    assert poll["payload"] == json.loads(payload)
