"""The shortest story that still ends badly: events are taken out as long as it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.simulation.story import Event, Story


def shrink(story: Story, fails: Callable[[Story], bool]) -> Story:
    """A story with fewer events, cycles and traits for which ``fails`` still holds."""
    events = list(story.events)
    size = max(1, len(events) // 2)
    while size:
        events = _without_pieces(story, events, size, fails)
        size //= 2
    story = _without_cycles(story.with_events(events), fails)
    for trait in sorted(story.traits):
        plainer = replace(story, traits=story.traits - {trait})
        story = plainer if fails(plainer) else story
    left = list(story.events)
    return story.with_events(_without_pieces(story, left, 1, fails))


def _without_pieces(
    story: Story, events: list[Event], size: int, fails: Callable[[Story], bool]
) -> list[Event]:
    start = 0
    while start < len(events):
        fewer = events[:start] + events[start + size :]
        if fails(story.with_events(fewer)):
            events = fewer
        else:
            start += size
    return events


def _without_cycles(story: Story, fails: Callable[[Story], bool]) -> Story:
    """Cycles in which nothing happens are left out, and those after the last event."""
    for number in reversed(range(story.cycles)):
        if any(event.cycle == number for event in story.events):
            continue
        moved = [
            replace(event, cycle=event.cycle - (event.cycle > number)) for event in story.events
        ]
        shorter = replace(story, cycles=story.cycles - 1).with_events(moved)
        if shorter.cycles and fails(shorter):
            story = shorter
    return story
