"""Bugs of what is written into files, byte for byte."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Sequence

from sync.local.formats import Dialect
from sync.local.markdown import lineedit
from sync.local.tasks import Edit, TodoFile
from tests.simulation.planted.bug import Bed, Swap

FORMATS = Bed()
EDITING = importlib.import_module("sync.local.markdown.edit")  # not its function of that name
EDITED = ("process restarted",)


def _spoiling(spoil: re.Pattern[bytes], by: bytes) -> Iterable[Swap]:
    real = Dialect.edit

    def edit(self: Dialect, file: TodoFile, edits: Sequence[Edit]) -> bytes:
        return spoil.sub(by, real(self, file, edits))

    yield Dialect, "edit", edit


@FORMATS.plant(
    "CRLF lost",
    "A file that is written gets the line ends of this machine.",
    often=EDITED,
    has=("CRLF",),
)
def _crlf() -> Iterable[Swap]:
    return _spoiling(re.compile(rb"\r\n"), b"\n")


@FORMATS.plant(
    "trailing blanks lost", "A file that is written loses the blanks that end lines.", often=EDITED
)
def _blanks() -> Iterable[Swap]:
    return _spoiling(re.compile(rb"[ \t]+(?=\r?\n)"), b"")


@FORMATS.plant("tabs become blanks", "A file that is written has its tabs expanded.", often=EDITED)
def _tabs() -> Iterable[Swap]:
    return _spoiling(re.compile(rb"\t"), b"    ")


@FORMATS.plant("comments dropped", "A file that is written loses its comments.", often=EDITED)
def _comments() -> Iterable[Swap]:
    return _spoiling(re.compile(rb"<!--.*?-->\r?\n"), b"")


@FORMATS.plant(
    "notes below are lost", "A line that is changed loses what is beneath it.", often=EDITED
)
def _below() -> Iterable[Swap]:
    yield EDITING, "rewrite", lambda was, after, *_: ({*was.lines}, after, [])


@FORMATS.plant(
    "a line written anew loses its id",
    "What is changed in a line takes its id along.",
    often=EDITED,
)
def _no_id() -> Iterable[Swap]:
    real = lineedit.change_line

    def change(line: str, *rest: object) -> str:
        return re.sub(r" \^r-\w+(?=\s*$)", "", real(line, *rest))  # type: ignore[arg-type]

    yield EDITING, "change_line", change
