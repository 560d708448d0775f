"""Reads the bodies that change a service from outside, and says what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from starlette.exceptions import HTTPException

from sandbox.cloud.fields import Json

MAX_MADE = 100_000
_WORDS = {
    bool: "true or false",
    dict: "an object",
    float: "a number",
    int: "a whole number",
    str: "a text",
}


def checked(body: Json, kinds: Mapping[str, type], needed: Collection[str] = ()) -> Json:
    """The body, if it has only these keys and kinds, and what is needed; a float may be whole.

    Raises HTTPException 400, naming the key.
    """
    for key in needed:
        if key not in body:
            raise HTTPException(400, f"{key}: is missing")
    for key, value in body.items():
        if key not in kinds:
            raise HTTPException(400, f"{key}: unknown; there are {', '.join(kinds)}")
        whole = isinstance(value, int) and not isinstance(value, bool)
        number = kinds[key] in (int, float) and whole
        if not number and (not isinstance(value, kinds[key]) or kinds[key] is int):
            raise HTTPException(400, f"{key}: must be {_WORDS[kinds[key]]}")
    return body


def count_in(body: Json) -> int:
    """How many are wanted; raises HTTPException 400."""
    count = checked(body, {"count": int}, needed=("count",))["count"]
    if not 0 < count <= MAX_MADE:
        raise HTTPException(400, f"count: must be a number from 1 to {MAX_MADE}")
    return int(count)
