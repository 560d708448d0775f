"""Which kind of file a uniform type identifier names (docs/wire-services.md, "Photos")."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Media", "media_of"]


@dataclass(frozen=True, slots=True)
class Media:
    """``image``, ``video`` or ``audio``, and the extension in lower case without a dot."""

    kind: str
    extension: str


_KNOWN = {
    "public.jpeg": Media("image", "jpg"),
    "public.heic": Media("image", "heic"),
    "public.heif": Media("image", "heif"),
    "public.png": Media("image", "png"),
    "com.compuserve.gif": Media("image", "gif"),
    "public.tiff": Media("image", "tiff"),
    "com.adobe.raw-image": Media("image", "dng"),
    "com.canon.cr2-raw-image": Media("image", "cr2"),
    "com.canon.cr3-raw-image": Media("image", "cr3"),
    "com.nikon.raw-image": Media("image", "nef"),
    "com.sony.arw-raw-image": Media("image", "arw"),
    "com.fuji.raw-image": Media("image", "raf"),
    "com.olympus.raw-image": Media("image", "orf"),
    "com.panasonic.rw2-raw-image": Media("image", "rw2"),
    "com.apple.quicktime-movie": Media("video", "mov"),
    "public.mpeg-4": Media("video", "mp4"),
    "com.apple.m4v-video": Media("video", "m4v"),
}
_VIDEO_NAMES = frozenset({"mov", "mp4", "m4v", "avi", "mpg", "3gp"})
_AUDIO_NAMES = frozenset({"m4a", "mp3", "wav", "aiff", "aac"})
_EXTENSION = re.compile(r"[A-Za-z0-9]{1,8}")


def media_of(uti: str | None, filename: str | None, *, is_video: bool = False) -> Media:
    """What a file is: by its type, else by the extension of ``filename``, else by ``is_video``."""
    known = _KNOWN.get(uti or "")
    if known is not None:
        return known
    extension = (filename or "").rpartition(".")[2] if "." in (filename or "") else ""
    extension = extension.lower() if _EXTENSION.fullmatch(extension) else ""
    if extension in _VIDEO_NAMES or is_video or "movie" in (uti or ""):
        return Media("video", extension or "mov")
    if extension in _AUDIO_NAMES or "audio" in (uti or ""):
        return Media("audio", extension or "m4a")
    return Media("image", extension or "jpg")
