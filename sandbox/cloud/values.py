"""What a field looks like in a record that a pretend service made itself."""

from __future__ import annotations

import base64

from sandbox.cloud.fields import Json


def text(value: str) -> Json:
    """A field of plain text."""
    return {"value": value, "type": "STRING"}


def number(value: int) -> Json:
    """A field of a whole number."""
    return {"value": value, "type": "INT64"}


def moment(ms: int) -> Json:
    """A field of a moment, in Unix milliseconds."""
    return {"value": ms, "type": "TIMESTAMP"}


def sealed(data: bytes) -> Json:
    """A field of encrypted bytes, which the web is given open."""
    return {"value": base64.b64encode(data).decode(), "type": "ENCRYPTED_BYTES"}
