"""What the mirror says of reminders that ring, read between two cycles.

When reminding began is remembered there with the first look; what was told long ago is let go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from zoneinfo import ZoneInfo

from daemon.settings.config import Config
from store.activity.rings import Told
from store.db import Store
from sync.core.settings import Settings
from sync.core.snapshot import Mode
from sync.cycle.ringing import Remindable, remindable

__all__ = ["MirrorView", "view_of"]

SINCE = "reminding_since"  # meta key: Unix seconds of the first start that reminded

_KEPT_S = 90 * 86400.0


@dataclass(frozen=True, slots=True)
class MirrorView:
    """What the mirror says, and at which ``point`` it said so.

    ``found`` are reminders that ring, by id; ``since`` (Unix seconds) is when reminding began, and
    ``home`` the account's zone.
    """

    point: tuple[object, ...]
    found: Mapping[str, Remindable]
    told: frozenset[Told]
    since: float
    home: tzinfo


def view_of(
    store: Store, config: Config, now: float, before: tuple[object, ...] | None
) -> MirrorView | None:
    """What the mirror says, in the thread that owns it; ``None``: the same as at ``before``."""
    point = store.mirror.cursor(), *store.outbox.counts().items()
    if point == before:
        return None
    since = store.meta.get(SINCE)
    if since is None:
        since = str(now)
        with store.commit("reminding"):
            store.meta.set(SINCE, since)
    if before is None:
        with store.commit("rings"):
            store.rings.let_go(int((now - _KEPT_S) * 1000))
    modes = {name: Mode(mode) for name, mode in config.reminders.lists.items()}
    zone = store.meta.get("home_zone") or "UTC"
    return MirrorView(
        point,
        {one.dated.id: one for one in remindable(store, Settings(zone, modes).mode_of)},
        store.rings.told(),
        float(since),
        ZoneInfo(zone),
    )
