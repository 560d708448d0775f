"""Turns single values into cells and back, and says what SQL cannot hold of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from store.raw import dumps, loads

__all__ = ["Cells", "ids", "ids_from", "some_text", "text", "whole"]

Cells = Sequence[Any]
"""The cells of one row, in the order of its kind's ``COLUMNS``."""

_NO_IDS = "[]"


def text(text: str) -> str:
    """What SQL can hold of ``text``: a lone surrogate becomes U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def some_text(value: str | None) -> str | None:
    """The same for a text that may be unknown."""
    return None if value is None else text(value)


def whole(number: int | None) -> int | None:
    """``number`` where 64 bits hold it; else it is unknown."""
    return number if number is not None and -(2**63) <= number < 2**63 else None


def ids(ids: Sequence[str]) -> str:
    """Ids as JSON text."""
    return dumps(tuple(ids)).decode() if ids else _NO_IDS


def ids_from(text: str) -> tuple[str, ...]:
    """The ids that ``ids`` wrote."""
    return () if text == _NO_IDS else tuple(loads(text))
