"""What stands in the file's header: whose it is, and in which version; read without the schema."""

from __future__ import annotations

__all__ = ["APPLICATION_ID", "VERSION"]

APPLICATION_ID = 0x72656D64
"""Says in the file's header whose it is ("remd")."""

VERSION = 9
"""The schema that this programme writes; kept in the file as ``user_version``."""
