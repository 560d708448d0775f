"""Gives the files of the library by links that expire; their bytes are made for each reader."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from random import Random
from typing import Final

from sandbox.cloud.assets import AssetRefused, AssetShelf
from sandbox.cloud.fields import Json
from sandbox.photos.files import Stamp, content
from sandbox.photos.item import Source

LINK_S: Final = 3600.0
"""For how long a link is good: recorded ones say about an hour."""


class PhotoShelf(AssetShelf):
    """The files of a photo library; it knows those that some record has named."""

    def __init__(self, clock: Callable[[], float], random: Random | None = None) -> None:
        super().__init__(clock, random)
        self.link_s = LINK_S
        self._sources: dict[str, Source] = {}

    def register(self, known: Stamp, source: Source) -> None:
        """Remember what a file is made of, by its fingerprint."""
        self._sources[known.fingerprint] = source

    def holds(self, value: object) -> bool:
        """Whether a stored or served value is one of its files."""
        return isinstance(value, dict) and str(value.get("fileChecksum")) in self._sources

    def read(self, value: object) -> bytes | None:
        """The bytes of a stored or served value, if the shelf has them."""
        key = str(value.get("fileChecksum")) if isinstance(value, dict) else ""
        source = self._sources.get(key)
        return None if source is None else content(*source)

    def link(self, value: Json, *, expired: bool = False) -> str:
        """A link for a stored value, with a `${f}` for the reader's file name."""
        key = _in_path(str(value["fileChecksum"]))
        until = int(self._clock() + (-1 if expired else self.link_s))
        return (
            f"/B/{key}/${{f}}?o={key}&v=1&x=3&e={until}&fl=&ckc=com.apple.photos.cloud"
            f"&ckz=PrimarySync&y=1&p=42&s={self._signed(key, until)}"
        )

    def serve(self, key: str, until: str, signature: str) -> bytes:
        """The bytes that a link leads to. Raises AssetRefused."""
        source = self._sources.get(_from_path(key))
        if source is None:
            raise AssetRefused(404, "no such file")
        if not until.isdigit() or not hmac.compare_digest(self._signed(key, int(until)), signature):
            raise AssetRefused(403, "the link is not signed")
        if self._clock() > int(until):
            raise AssetRefused(410, "the link has expired")
        return content(*source)


def _in_path(fingerprint: str) -> str:
    return fingerprint.replace("+", "-").replace("/", "_")


def _from_path(key: str) -> str:
    return key.replace("-", "+").replace("_", "/")
