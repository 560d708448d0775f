"""Which characters of a title or a note can stand in a file, and what stands there instead.

A file shows a *projection*: what it cannot hold is shown as something near, and is compared in
that form, so that the original stays untouched on the other side until a person edits it.
``clean_title``, ``clean_section`` and ``clean_notes`` are idempotent, and reading applies them too.
"""

from __future__ import annotations

import re

__all__ = ["clean_notes", "clean_section", "clean_title"]

# Everything that some editor or library takes for a line end.
_BREAK = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Cannot be in UTF-8, makes a file binary, or drives the terminal that it is shown on.
_UNSAFE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_BLANK_ENDS = re.compile(r"\A[\s\ufeff]+|[\s\ufeff]+\Z")
_CLOSING = re.compile(r"\\[\\#]*#\Z")  # in a heading, a backslash keeps them from closing it
_MARGIN = " \t\ufeff"  # at the beginning of a file, U+FEFF is no part of its first line


def clean_title(title: str) -> str:
    """A title on one line: breaks become spaces, the ends lose theirs."""
    if not title.isprintable():  # no break is, and nothing unsafe
        title = _UNSAFE.sub("\ufffd", _BREAK.sub(" ", title))
    return title.strip(_MARGIN)


def clean_section(name: str) -> str:
    """A section's name as a heading can say it."""
    name = _BLANK_ENDS.sub("", clean_title(name))
    return _CLOSING.sub(lambda end: end[0].replace("\\", ""), name)


def clean_notes(notes: str) -> str:
    """Notes with ``\\n`` between lines, without trailing blanks or blank first and last lines."""
    text = _UNSAFE.sub("\ufffd", _BREAK.sub("\n", notes))
    return "\n".join(line.rstrip(" \t") for line in text.split("\n")).strip("\n")
