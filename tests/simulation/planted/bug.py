"""What a planted bug is: a sentence, and the places of the product that it swaps while it lives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from tests.simulation.story import LIKE, Story, choose

Swap = tuple[object, str, object]
"""An attribute of a module or class, and what is in its place while the bug lives."""


@dataclass(frozen=True, slots=True)
class Bug:
    """``often`` are the faults that its histories are full of, and no others; empty for all.

    ``likes`` are what people are up to in them, instead of what they like to do otherwise;
    ``settings`` those that the engine has in each; ``has`` are traits of all of them, ``lacks``
    of none. ``play`` is the play of a fixed story that finds it; ``harmless`` says why it may
    live, where it may.
    """

    name: str
    says: str
    swaps: Callable[[], Iterable[Swap]]
    often: tuple[str, ...] = ()
    harmless: str = ""
    likes: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    play: str = ""

    def story(self, seed: int) -> Story:
        """The story of a seed, as it is told where the bug is hunted."""
        story = choose(seed, self.often)
        usual = {trait for trait in story.traits if self.likes and trait.startswith(LIKE)}
        traits = story.traits - usual - {*self.lacks} | {*self.has}
        traits |= {LIKE + act for act in self.likes}
        return replace(story, traits=traits, settings={**story.settings, **self.settings})

    @contextmanager
    def planted(self) -> Iterator[None]:
        """While this lasts the product has the bug."""
        kept: list[Swap] = []
        try:
            for owner, name, worse in self.swaps():
                kept.append((owner, name, vars(owner)[name]))
                setattr(owner, name, worse)
            yield
        finally:
            for owner, name, before in reversed(kept):
                setattr(owner, name, before)


class Bed(dict[str, Bug]):
    """The bugs of one kind, by name."""

    def plant(
        self,
        name: str,
        says: str,
        *,
        often: tuple[str, ...] = (),
        harmless: str = "",
        likes: tuple[str, ...] = (),
        settings: Mapping[str, str] = MappingProxyType({}),
        has: tuple[str, ...] = (),
        lacks: tuple[str, ...] = (),
        play: str = "",
    ) -> Callable[[Callable[[], Iterable[Swap]]], Callable[[], Iterable[Swap]]]:
        """Add the bug whose swaps the decorated function gives."""

        def add(swaps: Callable[[], Iterable[Swap]]) -> Callable[[], Iterable[Swap]]:
            told = (likes, settings, has, lacks, play)
            self[name] = Bug(name, says, swaps, often, harmless, *told)
            return swaps

        return add
