"""Why a file cannot be carried in."""

from __future__ import annotations

__all__ = ["NotAnExport"]


class NotAnExport(ValueError):
    """The file is not what it should be; the text is a sentence about it that begins with it."""
