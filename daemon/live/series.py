"""What is believed of reminders that repeat and ring: rules, alarms, completing an occurrence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from daemon.live.belief import Belief, Outcome, all_done
from daemon.live.scene import Answer, Scene
from store.model import Alarm, AtTime, Early, Frequency, Place, Rule, Unit, Zoned
from sync.codec import encode, fields
from sync.codec.reading import name_of
from sync.codec.records import due_of

__all__ = ["SERIES", "WEEKLY", "complete", "days_on"]

WEEKLY = Rule(Frequency.WEEKLY)
_ZONE = "Europe/Lisbon"
_AHEAD = 3  # days: nothing rings while this goes on


def days_on(scene: Scene, days: int = 0) -> Zoned:
    """Nine o'clock on the day that series begin on here, or some days later."""
    today = datetime.fromtimestamp(scene.context().now_ms / 1000, UTC).date()
    return Zoned(datetime.combine(today + timedelta(days=_AHEAD + days), time(9)), _ZONE)


def complete(scene: Scene, part: str) -> list[Answer]:
    """Complete the occurrence of a weekly series, as a ticked line does it; part ``copy``."""
    record = scene.record(part)
    due = due_of(record)
    assert isinstance(due, Zoned)
    copy = scene.mint()
    scene.made["copy"] = f"Reminder/{copy}"
    group = encode.complete_occurrence(
        scene.context(), record, scene.known(),
        next_due=replace(due, wall=due.wall + timedelta(days=7)), next_repeat=WEEKLY,
        copy_id=copy, done_at_ms=scene.context().now_ms,
    )  # fmt: skip
    return scene.send_group(group)


def _repeats(scene: Scene) -> Outcome:
    return all_done(
        scene.create(
            "series", title="Scratch series", due=days_on(scene), repeat=Rule(Frequency.DAILY)
        )
    )


def _other_rule(scene: Scene) -> Outcome:
    before = _rules(scene)
    answers = scene.change("series", repeat=WEEKLY)
    return all_done(answers, _rules(scene) == before, "by another record")


def _rules(scene: Scene) -> list[str]:
    return [name_of(one) for one in scene.known().rules_of(scene.id("series"))]


def _alarms(scene: Scene) -> Outcome:
    before = len(_alarm_names(scene))
    wall = days_on(scene).wall - timedelta(hours=3)
    place = Place(arriving=True, latitude=38.7, longitude=-9.1, title="Harbour")
    at, early = AtTime(Zoned(wall, _ZONE)), Early(1, Unit.HOUR)
    wanted: frozenset[str | Alarm] = frozenset({at, early, place})
    answers = scene.change("series", alarms=wanted)
    return all_done(answers, len(_alarm_names(scene)) == before + 2, "not all alarms are there")


def _later(scene: Scene) -> Outcome:
    before = _alarm_names(scene)
    answers = scene.change("series", due=days_on(scene, 1))
    return all_done(answers, _alarm_names(scene) == before, "the alarms are others")


def _alarm_names(scene: Scene) -> set[str]:
    return {name_of(one) for one in scene.known().alarms_of(scene.id("series"))}


def _occurrence(scene: Scene) -> Outcome:
    answers = complete(scene, "series")
    series, copy = scene.record("series"), scene.record("copy")
    moved = due_of(series) == days_on(scene, 8) and fields.flag(copy, "Completed")
    return all_done(answers, moved, "not both are as they were sent")


SERIES = (
    Belief(
        "a timed reminder that repeats is taken, with its alarm", "Tags, links and rules", _repeats
    ),
    Belief("a rule is changed in place", "Tags, links and rules", _other_rule),
    Belief("alarms by time, by place and early are taken", "Other alarms", _alarms),
    Belief("when the due date moves its alarms are changed in place", "Other alarms", _later),
    Belief(
        "an occurrence is completed with a copy, in one request",
        "Tags, links and rules",
        _occurrence,
    ),
)
"""In the order in which they are tried."""
