"""Comparing the mirror with the account: a walk from the beginning, beside the feed's own token.

Rules: (1) nothing is written while it is compared; (2) what differs is looked up once more, so that
neither what changed meanwhile nor a feed that lags is taken for a difference; (3) a record is gone
only if neither the whole walk nor its own answer has it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from store.db import Store
from store.remote.zones import PRIVATE
from store.rows import ZoneRow
from sync.codec.sameness import fields_apart
from sync.cycle.gauge import Gauge, Phase, unwatched
from sync.cycle.observing.mirroring import decoded_row
from sync.cycle.observing.observe import Feed, remember, zone_id
from sync.errors import BadResponse
from sync.remote.answers import Failure
from sync.remote.cloudkit import ChangePage, ZoneId

__all__ = ["Stray", "Walk", "compare_zone", "refresh"]

Record = Mapping[str, Any]


class Walker(Feed, Protocol):
    """The calls of the iCloud side that comparing needs."""

    def lookup(self, zone: ZoneId, names: Sequence[str]) -> list[dict[str, Any] | Failure]: ...


@dataclass(frozen=True, slots=True)
class Stray:
    """A record that the mirror has not as iCloud has it: ``now`` is iCloud's, ``None`` for none.

    ``apart`` names what differs: fields of the record, ``mirror`` where only what it was decoded
    to differs, nothing where one side has it not at all.
    """

    name: str
    zone: str
    now: Record | None
    is_known: bool
    apart: tuple[str, ...] = ()


@dataclass(slots=True)
class Walk:
    """What walking a zone came to: how many records there are, and those that are astray.

    ``unreadable`` counts items that name no record; what they hide was asked for by its name.
    """

    records: int = 0
    unreadable: int = 0
    strays: list[Stray] = field(default_factory=list)


def compare_zone(
    cloud: Walker,
    store: Store,
    row: ZoneRow,
    step: Callable[[str], None] = lambda _name: None,
    gauge: Gauge = unwatched,
) -> Walk:
    """Walk a zone from its beginning and compare each record; raises what the iCloud side raises.

    The mirror must have been pulled just before. ``step`` is told of each page, ``gauge`` of the
    records that were compared.
    """
    living = store.mirror.living(row.key)
    met: set[str] = set()
    suspects: set[str] = set()
    hidden = store.mirror.hidden(row.key)
    unreadable = 0
    for page in _pages(cloud, zone_id(row)):
        records = page.records
        unreadable += page.unreadable
        live = {str(one["recordName"]): one for one in records if one.get("deleted") is not True}
        met -= {str(one["recordName"]) for one in records} - live.keys()
        met |= live.keys()
        suspects |= _astray(store, live).keys() - hidden
        step("verify:page")
        gauge(Phase.WALK, len(met), len(living))
    suspects |= living ^ (met - hidden)
    return Walk(len(met), unreadable, _looked_up(cloud, store, row, sorted(suspects), met))


def refresh(store: Store, strays: Sequence[Stray]) -> None:
    """Put what iCloud has in the place of what the mirror has; to be called inside a commit."""
    for zone in sorted({stray.zone for stray in strays}):
        inside = [stray for stray in strays if stray.zone == zone]
        gone = [{"recordName": one.name, "deleted": True} for one in inside if one.now is None]
        records = [one.now for one in inside if one.now is not None]
        store.mirror.forget_decoded(stray.name for stray in inside)
        remember(store, [*records, *gone], zone)


def _pages(cloud: Walker, zone: ZoneId) -> Iterator[ChangePage]:
    token = None
    while True:
        page = cloud.changes(zone, token)
        if page.more and page.token == token:
            raise BadResponse("records/changes says that more is coming, and gives the same token")
        yield page
        if not page.more:
            return
        token = page.token


def _astray(store: Store, records: Mapping[str, Record]) -> dict[str, tuple[str, ...]]:
    """Those that the mirror has not, or has otherwise, each with what is apart."""
    known = store.mirror.records(records)
    own = store.mirror.zone(PRIVATE)
    me = own.owner if own is not None else ""
    decoded = {
        name: decoded_row(one, store.documents.get, me)
        for name, one in records.items()
        if name in known
    }
    otherwise = store.mirror.otherwise(decoded.items())
    found: dict[str, tuple[str, ...]] = dict.fromkeys(records.keys() - known.keys(), ())
    for name in known:
        apart = tuple(fields_apart(known[name], records[name]))
        if apart or name in otherwise:
            found[name] = apart or ("mirror",)
    return found


def _looked_up(
    cloud: Walker, store: Store, row: ZoneRow, names: Sequence[str], met: Collection[str]
) -> list[Stray]:
    """Those of the suspects that are astray by their own answer, too; ``met`` the walk."""
    if not names:
        return []
    answers = cloud.lookup(zone_id(row), names)
    there = {name: one for name, one in zip(names, answers, strict=True) if isinstance(one, dict)}
    living = {name: one for name, one in there.items() if one.get("deleted") is not True}
    gone = {one.record_name for one in answers if isinstance(one, Failure) and one.gone}
    gone = gone.difference(met) | (there.keys() - living.keys())
    known = store.mirror.records(names)
    strays = [
        Stray(name, row.key, living[name], name in known, apart)
        for name, apart in sorted(_astray(store, living).items())
    ]
    return strays + [Stray(name, row.key, None, True) for name in sorted(gone & known.keys())]
