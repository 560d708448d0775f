"""The official client polls everything that there is, and downloads it with its files."""

from __future__ import annotations

import hashlib
import json
import re
import stat
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.e2e.conftest import Making
from tests.e2e.official import Official, Served

TYPES = (
    "icpl.photos",
    "mme_contacts.contacts",
    "fmip.devices",
    "mme_calendar.events",
    "mme_notes.notes",
)
NOT_TO_BE_HAD = ("callkit.calls", "cloudkit_safari.history")

pytestmark = pytest.mark.timeout(300)  # the first test installs the client


@pytest.fixture(scope="module")
def client(making: Making, python: Path) -> Official:
    return Official(python, Served(making, "none"))


@pytest.fixture(scope="module")
def session(client: Official) -> str:
    served = client.served
    source = {"user": "1", "type": "icloud.account", "identifier": served.apple_id}
    body = {"source": source, "payload": {"password": served.password}}
    return str(served.daemon.ask("/sessions", body).document["id"])


@pytest.fixture(scope="module")
def poll(client: Official, session: str) -> str:
    """Of all types of data, at once."""
    wanted = ",".join((*TYPES, *NOT_TO_BE_HAD))
    done = client.run("poll", "create", session, "--data-types", wanted)
    assert done.code == 0, done
    found = re.search(r"Poll (\S+) completed", done.out)
    assert found, done.out
    return found[1]


@pytest.fixture(scope="module")
def downloaded(client: Official, poll: str) -> dict[str, Path]:
    """What the client has put into its folder, by identifier."""
    done = client.run("poll", "download", poll, "--limit", "2")
    assert done.code == 0, done
    return {unquote(path.name): path for path in (client.output / poll).iterdir()}


def items(downloaded: dict[str, Path], name: str) -> list[dict[str, Any]]:
    content = json.loads(downloaded[name].read_bytes())
    assert content["metadata"]["count"] == len(content["data"])
    found: list[dict[str, Any]] = content["data"]
    return found


def test_each_type_is_answered_or_refused_with_its_reason(client: Official, poll: str) -> None:
    document = client.served.daemon.ask(f"/polls/{poll}").document
    assert document["state"] == "completed"
    assert [each["identifier"] for each in document["results"]["data"]] == list(TYPES)
    refused = {each["target"]: each["error"] for each in document["errors"]["data"]}
    assert refused == dict.fromkeys(NOT_TO_BE_HAD, "unsupported")


def test_what_is_downloaded_is_what_the_account_has(downloaded: dict[str, Path]) -> None:
    photos, contacts, devices = (items(downloaded, name) for name in TYPES[:3])
    assert "IMG_0002.HEIC" in {each["filename"] for each in photos}
    assert ("John", "Appleseed") in {(each["first_name"], each["last_name"]) for each in contacts}
    assert {"John's iMac", "John's iPhone 11"} <= {each["name"] for each in devices}
    assert all(items(downloaded, name) for name in TYPES[3:])


def test_files_come_along_whole_and_private(downloaded: dict[str, Path]) -> None:
    sizes = {
        file["id"]: file["size"]
        for photo in items(downloaded, "icpl.photos")
        for file in photo["files"]
    }
    files = {name: path for name, path in downloaded.items() if name.startswith("icpl://")}
    assert files
    for name, path in files.items():
        assert path.stat().st_size == sizes[name]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_image_of_a_contact_is_a_file_too(
    client: Official, downloaded: dict[str, Path], session: str
) -> None:
    (image,) = {
        each["image"]["id"]
        for each in items(downloaded, "mme_contacts.contacts")
        if each["last_name"] == "Appleseed"
    }
    done = client.run("poll", "create", session, "--files", image)
    assert done.code == 0, done
    (result,) = client.served.daemon.ask("/polls?limit=1").document["data"][0]["results"]["data"]
    assert (result["identifier"], result["type"]) == (image, "jpg")
    data = Path(result["url"].removeprefix("local://")).read_bytes()
    assert data.startswith(b"\xff\xd8")
    assert hashlib.md5(data, usedforsecurity=False).hexdigest() == result["checksum"]


def test_a_result_is_retrieved_and_downloaded(client: Official, session: str) -> None:
    found = client.served.daemon.ask("/polls", _asking(session)).document
    (result,) = found["results"]["data"]
    done = client.run("result", "retrieve", result["id"])
    assert done.code == 0, done
    assert result["url"] in done.out
    done = client.run("result", "download", result["id"])
    assert done.code == 0, done
    (path,) = (client.output / found["id"]).iterdir()
    assert path.read_bytes() == Path(result["url"].removeprefix("local://")).read_bytes()
    assert result["size"] == path.stat().st_size


@pytest.mark.parametrize("state", ["uninitialised", "sync-disabled"])
def test_why_there_are_no_calls_is_said_with_what_to_do(
    client: Official, session: str, state: str
) -> None:
    client.served.sandbox.ask("PUT", "/sandbox/services", {"callkit": state})
    done = client.run("poll", "create", session, "--data-types", "callkit.calls")
    assert done.code == 0, done
    assert f'"error": "callkit-{state}"' in done.out
    assert "Settings" in done.out


def test_a_service_that_is_off_stops_no_other(client: Official, session: str) -> None:
    client.served.sandbox.ask("PUT", "/sandbox/services", {"contacts": "absent"})
    wanted = {"data_types": ["mme_contacts.contacts", "mme_notes.notes"]}
    body = {"session": session, "payload": wanted}
    found = client.served.daemon.ask("/polls", body).document
    assert [each["identifier"] for each in found["results"]["data"]] == ["mme_notes.notes"]
    (error,) = found["errors"]["data"]
    assert error["target"] == "mme_contacts.contacts"
    assert "Settings > [username] > iCloud > Contacts" in error["message"]


def _asking(session: str) -> dict[str, Any]:
    return {"session": session, "payload": {"data_types": ["mme_contacts.contacts"]}}
