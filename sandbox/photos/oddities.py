"""Photos of every odd kind that was seen in real libraries, for readers to stumble over."""

from __future__ import annotations

from dataclasses import replace

from sandbox.photos.files import JPEG, PNG, RAW, Shape
from sandbox.photos.item import LIVE, PLAIN, Photo, asset_name

_DAY_MS = 24 * 3600 * 1000


def oddities(now_ms: int) -> list[Photo]:
    """One photo of each kind, taken the day before `now_ms` (since 1970) where that is not odd."""
    thumb = Shape("resJPEGThumb", JPEG, 160, 120)
    pair = (
        Shape("resOriginal", RAW, 640, 480, 2_000),
        Shape("resOriginalAlt", JPEG, 640, 480),
        thumb,
    )
    edit = (Shape("resJPEGFull", JPEG, 320, 320), Shape("resJPEGThumb", JPEG, 120, 120))
    screen = (Shape("resOriginal", PNG, 320, 640, 900), thumb)
    unknown = (Shape("resOriginal", "public.avif", 640, 480, 700),)

    def odd(kind: str, filename: str | None, files: tuple[Shape, ...] = PLAIN) -> Photo:
        taken_ms = now_ms - _DAY_MS
        return Photo(
            name=asset_name(f"odd/{kind}"),
            seed=f"odd/{kind}",
            filename=filename,
            files=files,
            taken_ms=taken_ms,
            added_ms=taken_ms + 500,
            uploaded_ms=taken_ms + 60_000,
            offset_s=3600,
            name_in_clear=kind == "clear",
            linkless=kind == "linkless",
            subtype=3 if kind == "screenshot" else 0,
            edited=edit if kind == "edited" else (),
        )

    twin = odd("twin", "IMG_7001.HEIC", LIVE)
    old = odd("old", "IMG_7002.JPG")
    return [
        odd("nameless", None),
        odd("clear", "Grüße von daheim.jpg"),
        odd("unsafe", "../../.ssh/IMG:7003?.JPG"),
        odd("pair", "IMG_7004.DNG", pair),
        odd("edited", "IMG_7005.JPG"),
        odd("screenshot", "IMG_7006.PNG", screen),
        odd("unknown", "IMG_7007.AVIF", unknown),
        odd("linkless", "IMG_7008.JPG"),
        twin,
        replace(twin, name=asset_name("odd/twin/2")),
        replace(old, taken_ms=-_DAY_MS, offset_s=None),
    ]
