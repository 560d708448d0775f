"""Lines of downloaded images beneath a task: ``- 📎 ![name](Attachments/4k7q2mx-name.jpg)``.

A path of that form is a value, in whichever directory; every other line with an image is a
person's own words.
"""

from __future__ import annotations

import re

__all__ = ["IMAGE", "image_line", "is_image"]

_PATH = r"[\w-][\w.-]*/[a-z2-7]{7}-[\w.-]+"
_BULLET = r"[ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+"

IMAGE = re.compile(rf"(?P<lead>{_BULLET})📎\ufe0f?[ \t]*!\[[^\[\]\n]*\]\((?P<path>{_PATH})\)[ \t]*")
"""The whole of an image's line; the words in brackets are anybody's."""


def is_image(path: str) -> bool:
    """Whether an image's line can say ``path``, seen from the folder."""
    return re.fullmatch(_PATH, path) is not None


def image_line(path: str, lead: str) -> str:
    """The line of an image; ``lead`` is its indentation and bullet, such as ``"    - "``."""
    return f"{lead}📎 ![{path.rpartition('/')[2].partition('-')[2]}]({path})"
