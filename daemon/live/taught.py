"""What a device wrote into the scratch list when its owner was asked to: forms, never contents."""

from __future__ import annotations

from collections.abc import Mapping

from daemon.live.scene import Record, Scene
from daemon.live.survey import shape
from sync.codec import fields
from sync.codec.reading import name_of

__all__ = ["remember", "rule_made", "ticked"]

_TRIES = 4
_EVERYWHERE = frozenset(
    {"CreationDate", "Deleted", "Imported", "LastModifiedDate", "MinimumSupportedVersion"}
    | {"Reminder", "ResolutionTokenMap"}
)


def remember(scene: Scene) -> list[Record]:
    """Keep what is there before the person does something; nothing is sent."""
    scene.last = scene.known()
    return []


def rule_made(scene: Scene) -> str:
    """The form of the rules that came from a device; "" where none did.

    Their numbers are told: it was we who said which days.
    """
    rules = [one for one in _come(scene) if fields.type_of(one) == "RecurrenceRule"]
    return "; ".join(map(_form, rules))


def _form(record: Record) -> str:
    said = {
        name: shape(field.get("value"), numbers=True)
        for name, field in sorted(fields.fields_of(record).items())
        if name not in _EVERYWHERE and isinstance(field, Mapping)
    }
    return ", ".join(f"{name} {form}" for name, form in said.items())


def ticked(scene: Scene) -> str:
    """What a device did to the series when it was ticked there; "" where it did nothing."""
    made = [_copy(one) for one in _come(scene)]
    changed = sorted(_changed(scene.last.get(scene.made["ferns"]), scene.record("ferns")))
    if not made and not changed:
        return ""
    return f"changed {', '.join(changed) or 'nothing'}; made {'; '.join(made) or 'nothing'}"


def _copy(record: Record) -> str:
    names = sorted(set(fields.fields_of(record)) - _EVERYWHERE)
    return f"{fields.type_of(record)} with {', '.join(names)}"


def _changed(before: Mapping[str, object] | None, now: Record) -> set[str]:
    old, new = fields.fields_of(before or {}), fields.fields_of(now)
    return {name for name in {*old, *new} if old.get(name) != new.get(name)}


def _come(scene: Scene) -> list[Record]:
    """What devices made since it was last looked; the feed may lag."""
    for _ in range(_TRIES):
        if found := scene.adopt():
            return sorted(found, key=name_of)
        scene.pause(1.0)
    return []
