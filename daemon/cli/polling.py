"""The verb that reads what the account has besides reminders: `poll`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from daemon.cli.common import Globals, json_option, pass_globals
from daemon.cli.looking import when
from daemon.cli.progress import following, progress_bar
from daemon.cli.working import own_lock
from daemon.wording.output import document, plural, say, table
from sync.errors import UsageError

if TYPE_CHECKING:
    from daemon.polls.ownpolls import OwnPolls
    from sync.polls.asked import Progress

__all__ = ["poll"]

_SERVICES = ("photos", "contacts", "devices", "calendar", "notes")

Item = Mapping[str, Any]


@click.command()
@click.argument("service", type=click.Choice(_SERVICES))
@click.option("--since", metavar="T", help="Only what is later than that moment.")
@click.option("--until", metavar="T", help="Only what is earlier than that moment.")
@click.option("--vcard", is_flag=True, help="Print contacts as vCards.")
@click.option("--download", is_flag=True, help="Fetch photos into polls.photos.download.")
@json_option
@pass_globals
def poll(
    options: Globals,
    service: str,
    since: str | None,
    until: str | None,
    vcard: bool,
    download: bool,
    as_json: bool,
) -> int:
    """Ask iCloud for news of one service, keep them in the mirror, and show all that there is.

    T is a date, or a date and time such as 2026-03-02T14:30, here unless an offset says
    otherwise. Photos are compared by when they were uploaded, events by when they begin, notes
    by when they were modified; contacts and devices have no such date.

    Devices are woken, and take up to half a minute to say where they are.

    \b
    Examples:
       remindersd poll photos --since 2026-03-01
       remindersd poll photos --download
       remindersd poll devices
       remindersd poll contacts --json
       remindersd poll contacts --vcard > everybody.vcf
    """
    bounds = {
        name: _moment(f"--{name}", text).isoformat()
        for name, text in (("since", since), ("until", until))
        if text is not None
    }
    _check(service, bounds, vcard=vcard, download=download, as_json=as_json)
    if download:
        return _downloaded(options, as_json=as_json)
    body = {"service": service, **bounds}
    told = _done(options, "/poll", body, lambda polls, heard: polls.poll(body, heard))
    if vcard:
        _print_vcards(options)
    elif as_json:
        document(told)
    else:
        _TABLES[service](told["data"])
    return 0


def _check(
    service: str, bounds: Mapping[str, str], *, vcard: bool, download: bool, as_json: bool
) -> None:
    """Refuse options that do not go together."""
    if vcard and service != "contacts":
        raise click.UsageError("--vcard is for contacts")
    if download and service != "photos":
        raise click.UsageError("--download is for photos")
    if bounds and (vcard or download):
        raise click.UsageError("--since and --until are for the table and --json")
    if vcard and as_json:
        raise click.UsageError("--vcard and --json exclude each other")


def _downloaded(options: Globals, *, as_json: bool) -> int:
    told = _done(options, "/poll/download", {}, lambda polls, heard: polls.download(heard))
    if as_json:
        document(told)
    else:
        say(f"{plural(told['files'], 'new file')} in {told['folder']}, {_megabytes(told['bytes'])}")
        for problem in told["problems"]:
            say(f"not downloaded: {problem}")
    return 3 if told["problems"] else 0


def _print_vcards(options: Globals) -> None:
    from daemon.settings.paths import MIRROR
    from daemon.wording.storage import as_ours
    from store.db import Store
    from store.errors import StoreError
    from sync.polls.items.vcard import vcard

    try:
        with Store.open_reading(options.place().state / MIRROR) as store:
            records = store.contacts.records()
            for card in store.contacts.cards():
                click.echo(vcard(card, records.get(card.id, [])), nl=False)
    except StoreError as error:
        raise as_ours(error) from error


def _done(
    options: Globals,
    path: str,
    body: Mapping[str, Any],
    here: Callable[[OwnPolls, Progress], Mapping[str, Any]],
) -> Mapping[str, Any]:
    """What the daemon answers, or what comes of the same here if none runs."""
    from daemon.control.client import NotRunning

    config = options.load()
    with progress_bar() as show:
        try:
            options.status()
            with following(options, show):
                return options.ask("POST", path, body, timeout=None)
        except NotRunning:
            from daemon.polls.ownpolls import own_polls

            with own_lock(config), own_polls(config) as polls:
                return here(polls, show)


def _moment(option: str, text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError):
        raise UsageError(
            f"{option}: {text} is no moment", "write 2026-03-02, or 2026-03-02T14:30+01:00"
        ) from None


# ---- tables


def _photos(items: Sequence[Item]) -> None:
    rows = [
        (
            *(_at(item["date_created"]), _at(item["date_uploaded"]), item["filename"]),
            ", ".join(file["extension"] for file in item["files"]),
            _megabytes(sum(file["size"] or 0 for file in item["files"][:1])),
        )
        for item in items
    ]
    table(("TAKEN", "UPLOADED", "NAME", "FILES", "SIZE"), rows)
    say(plural(len(items), "photo"))


def _contacts(items: Sequence[Item]) -> None:
    rows = [
        (
            " ".join(filter(None, (item[name] for name in ("first_name", "last_name")))),
            item["organisation"],
            _first(item, "Phone"),
            _first(item, "Email"),
        )
        for item in items
    ]
    table(("NAME", "ORGANISATION", "PHONE", "E-MAIL"), rows)
    say(plural(len(items), "contact"))


def _devices(items: Sequence[Item]) -> None:
    rows = [
        (
            *(item["name"], item["model_name"], _battery(item)),
            *_place(item["location"]),
        )
        for item in items
    ]
    table(("NAME", "MODEL", "BATTERY", "WHERE", "SINCE"), rows)


def _calendar(items: Sequence[Item]) -> None:
    rows = [
        (_at(item["start"]), _at(item["end"]), item["title"], item["calendar"], item["location"])
        for item in items
    ]
    table(("START", "END", "TITLE", "CALENDAR", "WHERE"), rows)
    say(plural(len(items), "event"))


def _notes(items: Sequence[Item]) -> None:
    rows = [
        (
            *(_at(item["modified"]), item["folder"], item["title"]),
            "locked" if item["locked"] else "",
        )
        for item in items
    ]
    table(("MODIFIED", "FOLDER", "TITLE", ""), rows)
    say(plural(len(items), "note"))


_TABLES = {
    "photos": _photos,
    "contacts": _contacts,
    "devices": _devices,
    "calendar": _calendar,
    "notes": _notes,
}


def _at(instant: str | None) -> str | None:
    """An instant without its seconds, a date as it is."""
    return None if instant is None else instant[:16].replace("T", " ")


def _first(item: Item, kind: str) -> str | None:
    values = (record["value"] for record in item["records"] if record["type"] == kind)
    return next(values, None)


def _battery(item: Item) -> str:
    if item["battery_status"] in (None, "Unknown") or item["battery_level"] is None:
        return "unknown"
    return f"{item['battery_level']:.0f} % {item['battery_status']}"


def _place(location: Item | None) -> tuple[str, str | None]:
    if location is None:
        return "unknown", None
    where = f"{location['latitude']:.5f}, {location['longitude']:.5f}"
    return where, when(location["date_created"])


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"
