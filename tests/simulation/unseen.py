"""Whose lines went with a save by somebody who may never have seen them: nobody can tell.

Who takes out a line that was just put into a file, and something else with it, leaves the very
bytes that an editor leaves which was open before the line came. The product puts such a line in
again, since what a phone did outlives an older buffer; so it may be back though it was deleted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from tests.simulation.tale import MARK


class Put:
    """What the machine put into files that no person has saved since."""

    def __init__(self) -> None:
        self.unclear: set[str] = set()
        """Marks that may have gone unseen."""
        self._left: Mapping[str, str] = {}
        self._before: Mapping[str, str] = {}
        self._saved: dict[str, str] = {}
        self._puts: defaultdict[str, list[tuple[str, set[str]]]] = defaultdict(list)

    def look(self, texts: Mapping[str, str]) -> None:
        """A cycle begins, and finds these texts, by path."""
        self._before, self._saved = texts, {}
        for path in {path for path, text in texts.items() if self._left.get(path, text) != text}:
            self._judge(path, texts[path], self._puts[path])
            self._saved[path] = texts[path]

    def _judge(
        self,
        path: str,
        saved: str,
        puts: Sequence[tuple[str, set[str]]],
        taken: Collection[str] | None = None,
    ) -> None:
        """Whether who saved this may not have seen the newest of what was put there.

        Of what is gone in the course of a cycle only that counts which a person has ``taken``.
        """
        stand = set(MARK.findall(saved))
        for start in range(len(puts)):
            newest = puts[start:]
            marks = {mark for _, put in newest for mark in put}
            if marks & stand or (taken is not None and not marks & set(taken)):
                continue
            # Exactly the text of before is no editor's: there, something else was typed.
            if all(text != saved for text, _ in newest):
                self.unclear |= marks
                break

    def wrote(
        self, texts: Mapping[str, str], typed: Collection[str], taken: Collection[str] = ()
    ) -> None:
        """A cycle is over, and left these.

        ``typed`` are marks that a person put there meanwhile, ``taken`` those that one ever took.
        """
        for path, before in self._before.items():
            self._judge(path, texts.get(path, ""), self._puts[path], taken)
            if self._saved.get(path) == texts.get(path):
                del self._puts[path]  # what was put before that save is judged for good
            here = set(MARK.findall(texts.get(path, ""))) - set(typed)
            if put := here - set(MARK.findall(before)):
                self._puts[path].append((before, put))
        self._left = texts
