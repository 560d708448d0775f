"""`poll` beside no daemon, and what it prints; the daemon's side is in tests/daemon."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from daemon.cli import polling
from daemon.control.client import call
from sandbox.world import World
from sync.polls.roster import SERVICES
from tests.cli.conftest import Home, served
from tests.daemon.fakes import FakeEngine, FakePolls
from tests.daemon.serving import serving
from tests.polls.samples import CONTACT, IMAC, IPHONE, PHOTO


@pytest.fixture
def world(home: Home) -> Iterator[World]:
    """A pretend iCloud that the home's config leads to."""
    with served() as (world, url):
        home.write(account={"endpoint": url})
        yield world


def test_the_services_of_the_verb_are_those_that_there_are() -> None:
    assert polling._SERVICES == SERVICES
    assert set(polling._TABLES) == set(SERVICES)


def test_photos_are_shown_as_a_table_and_as_one_document(home: Home, world: World) -> None:
    shown = home.run("poll", "photos")
    assert shown.exit_code == 0
    lines = shown.stdout.splitlines()
    assert lines[1].split() == [
        *("2020-09-18", "12:32", "2020-09-18", "12:41", "IMG_0002.HEIC"),
        *("heic,", "mov,", "jpg,", "jpg", "0.9", "MB"),
    ]
    assert lines[-1] == "1 photo"
    told = json.loads(home.run("poll", "photos", "--json").stdout)
    assert (told["schema"], told["data_type"], told["metadata"]) == (1, "icpl.photos", {"count": 1})
    assert told["data"][0]["filename"] == "IMG_0002.HEIC"
    for bounds, count in (
        (("--since", "2020-09-18T12:41:18Z", "--until", "2020-09-18T12:41:20Z"), 1),
        (("--since", "2020-09-18T12:41:19Z"), 0),
        (("--until", "2020-09-01"), 0),
    ):
        told = json.loads(home.run("poll", "photos", "--json", *bounds).stdout)
        assert told["metadata"]["count"] == count


def test_a_service_that_is_off_is_a_document_too(home: Home, world: World) -> None:
    world.services.switch("contacts", "absent")
    refused = home.run("poll", "contacts", "--json")
    assert refused.exit_code == 1
    error = json.loads(refused.stdout)["error"]
    assert error["code"] == "service-disabled"
    assert "Settings > [username] > iCloud > Contacts" in error["hint"]
    shown = home.run("status").stdout
    assert "poll       contacts: Contacts is switched off for this account; switch it on" in shown
    told = json.loads(home.run("status", "--json").stdout)["polls"]["contacts"]
    assert (told["error"], told["last_success"]) == ("service-disabled", None)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("photos", "--since", "yesterday"), 2, "--since: yesterday is no moment"),
        (("contacts", "--since", "2026-03-01"), 1, "has no date for since"),
        (("weather",), 2, "weather"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(
    home: Home, arguments: tuple[str, ...], code: int, said: str
) -> None:
    refused = home.run("poll", *arguments)
    assert (refused.exit_code, said in refused.stderr) == (code, True)
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("service", "items", "shown"),
    [
        ("photos", [{"id": "1", **PHOTO}], "IMG_0002.HEIC"),
        ("contacts", [{"id": "1", **CONTACT}], "John Appleseed  Apple Inc.    1-800-MY-APPLE"),
        ("devices", [{"id": "1", **IMAC}, {"id": "2", **IPHONE}], "51.50745, -0.07398"),
        (
            "calendar",
            [
                {
                    "start": "2026-03-02T14:30:00+01:00",
                    "end": None,
                    "title": "Dentist",
                    "calendar": "Home",
                    "location": None,
                }
            ],
            "2026-03-02 14:30       Dentist  Home",
        ),
        (
            "notes",
            [{"modified": None, "folder": "Home", "title": "Shopping", "locked": True}],
            "Shopping  locked",
        ),
    ],
)
def test_each_service_has_a_table(
    capsys: pytest.CaptureFixture[str], service: str, items: list[Any], shown: str
) -> None:
    polling._TABLES[service](items)
    assert shown in capsys.readouterr().out


def test_the_daemon_polls_for_the_verb(tmp_path: Path) -> None:
    polls = FakePolls([{"id": "1"}])
    with serving(tmp_path, FakeEngine(), polls=polls) as (socket, _):
        body = {"service": "photos", "since": "2026-03-01T00:00:00+00:00"}
        status, told = call(socket, "POST", "/poll", body)
        assert (status, told["data"], told["metadata"]) == (200, [{"id": "1"}], {"count": 1})
        assert polls.asked[0].id == "icpl.photos"
        assert call(socket, "POST", "/poll", {"service": "x"})[0] == 400
        assert call(socket, "POST", "/poll", {**body, "since": "2026-03-01"})[0] == 400


def test_contacts_are_printed_as_vcards(home: Home, world: World) -> None:
    shown = home.run("poll", "contacts", "--vcard")
    assert shown.exit_code == 0
    assert "FN:Mr. John 'Gala' Appleseed Jr." in shown.stdout
    assert shown.stdout.count("BEGIN:VCARD") == 1


def test_photos_are_downloaded_to_the_folder_of_the_config(home: Home, world: World) -> None:
    refused = home.run("poll", "photos", "--download")
    assert (refused.exit_code, "polls.photos.download" in refused.stderr) == (2, True)
    pictures = home.path / "Pictures"
    home.write(polls={"photos": {"download": str(pictures), "files": "both"}})
    told = home.run("poll", "photos", "--download")
    assert (told.exit_code, told.stdout) == (0, f"3 new files in {pictures}, 3.4 MB\n")
    assert sorted(str(path.relative_to(pictures)) for path in pictures.rglob("*.*")) == [
        "2020/09/IMG_0002.heic",
        "2020/09/IMG_0002.mov",
        "thumbnails/2020/09/IMG_0002.jpg",
    ]
    again = json.loads(home.run("poll", "photos", "--download", "--json").stdout)
    assert (again["files"], again["problems"]) == (0, [])


@pytest.mark.parametrize(
    "arguments",
    [
        ("photos", "--vcard"),
        ("contacts", "--download"),
        ("contacts", "--vcard", "--json"),
        ("photos", "--download", "--since", "2026-03-01"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    home: Home, arguments: tuple[str, ...]
) -> None:
    assert home.run("poll", *arguments).exit_code == 2


@pytest.mark.parametrize("where", ["Todo", "Todo/Pictures", "."])
def test_photos_do_not_go_where_the_todo_files_are(home: Home, where: str) -> None:
    home.write(polls={"photos": {"download": str(home.path / where)}})
    refused = home.run("config", "check")
    assert (refused.exit_code, "photos" in refused.stderr) == (2, True)
