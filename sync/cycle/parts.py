"""What an engine is made of: everything that it uses, and that a test may give otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from store.db import Store
from sync.cycle.files.committing import Committer
from sync.cycle.files.filing import Filing
from sync.cycle.files.images import ImageFiles
from sync.cycle.gauge import Gauge, unwatched
from sync.cycle.observing import ahead
from sync.cycle.observing.assets import Fetcher
from sync.cycle.observing.homecoming import Home
from sync.cycle.observing.reading import Reader
from sync.cycle.past.journaling import Chronicle
from sync.cycle.planning.planner import Planner
from sync.cycle.sending.encoding import Encoder
from sync.remote.cloudkit import CloudKit

__all__ = ["Parts"]


@dataclass(frozen=True, slots=True)
class Parts:
    """What an engine is made of.

    ``cloud`` connects when first used, ``reading`` is how its feed is read, ``requests`` counts
    those sent so far, ``home`` is the synced folder, ``clock`` is Unix seconds, ``elapsed`` seconds
    since whenever, which nobody can set, ``step`` is called before each effect, ``gauge`` hears how
    far it is, ``mint`` gives new UUIDs.
    """

    store: Store
    cloud: Callable[[], CloudKit]
    reading: ahead.Reading
    fetcher: Fetcher
    images: ImageFiles
    reader: Reader
    filing: Filing
    home: Home
    planner: Planner
    committer: Committer
    chronicle: Chronicle
    encoder: Encoder
    requests: Callable[[], int]
    clock: Callable[[], float]
    elapsed: Callable[[], float]
    step: Callable[[str], None]
    mint: Callable[[], str]
    gauge: Gauge = unwatched
