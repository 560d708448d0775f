"""Bringing images into the folder, and taking away those that were removed in iCloud.

Only images of reminders that are shown come, some in each cycle; what fails is tried again later.
Nothing here reaches iCloud: images go one way.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from store.db import Store
from store.local.images import Wanted
from store.remote.zones import PRIVATE
from sync.codec.assets import FILE, asset_value, mark_of
from sync.core.settings import Settings
from sync.core.snapshot import Mode
from sync.cycle.observing.assets import Fetched, Files, Patience
from sync.cycle.observing.observe import zone_id
from sync.errors import NetworkError, ServiceError, ZoneMissing
from sync.local.disk import Renameat2
from sync.local.images import image_name, save_image, take_away
from sync.local.outcome import Refusal

__all__ = ["AT_ONCE", "ImageFiles"]

AT_ONCE = 20  # of one cycle: what a person typed meanwhile does not wait for a whole album


class ImageFiles:
    """The images of one store in one folder; ``clock`` is Unix seconds."""

    def __init__(
        self,
        store: Store,
        root: Path,
        settings: Settings,
        clock: Callable[[], float],
        step: Callable[[str], None],
    ) -> None:
        self._store = store
        self._root = root
        self._settings = settings
        self._clock = clock
        self._step = step
        self._patience = Patience()

    def bring(self, cloud: Files) -> Fetched:
        """Fetch some of what is not there; raises what concerns the whole account."""
        result = Fetched()
        directory = self._settings.images
        if directory is None:
            return result
        self._clear(directory, result)
        for image in self._due(directory):
            if result.count == AT_ONCE:
                break
            try:
                result.count += self._one(cloud, directory, image)
                self._patience.forget(image.id)
            except (NetworkError, ServiceError, Refusal, OSError) as error:
                if isinstance(error, ZoneMissing) and self._zone(image) == PRIVATE:
                    raise
                result.problems.append(f"image {image.file_name or image.id}: {_said(error)}")
                if self._patience.failed(image.id, self._clock(), error):
                    break
        return result

    def _due(self, directory: str) -> list[Wanted]:
        since_ms = (self._clock() - self._settings.show_s) * 1000
        return [
            image
            for image in self._store.images.wanted(directory)
            if self._patience.allows(image.id, self._clock())
            and self._settings.mode_of(image.list_name) is not Mode.IGNORE
            and not (image.done and (image.completed_at_ms or since_ms) < since_ms)
        ]

    def _zone(self, image: Wanted) -> str:
        return self._store.mirror.zone_of(image.record_name) or PRIVATE

    def _one(self, cloud: Files, directory: str, image: Wanted) -> bool:
        record = self._store.mirror.record(image.record_name)
        value = asset_value(record, FILE) if record is not None else None
        zone = self._store.mirror.zone(self._zone(image))
        if record is None or value is None or zone is None or zone.gone:
            return False
        if mark_of(record, value) != image.mark:
            return False
        data = cloud.fetch(zone_id(zone), image.record_name, FILE, value)
        name = image_name(image.id, image.file_name, image.uti)
        self._step("image:save")
        path, sha256 = save_image(self._root, directory, name, data, Renameat2())
        self._step("image:saved")
        with self._store.commit("image"):
            self._store.images.put(image.record_name, image.mark, directory, path, sha256)
        return True

    def _clear(self, directory: str, result: Fetched) -> None:
        """Take away what ended; a file that a person changed is theirs, and stays."""
        for image in self._store.images.ended(directory):
            try:
                take_away(self._root, image.path, image.sha256)
            except OSError as error:
                result.problems.append(f"{image.path}: {_said(error)}")
                continue
            with self._store.commit("image"):
                self._store.images.drop(image.path)


def _said(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return error.message if isinstance(error, NetworkError | ServiceError) else str(error)
