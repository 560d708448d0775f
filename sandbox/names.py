"""Makes the names of things that the sandbox makes up: always the same for the same seed."""

from __future__ import annotations

import uuid


def uuid_of(seed: str) -> str:
    """An upper-case UUID, as Apple's apps name what they make."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, seed)).upper()
