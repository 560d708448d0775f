"""What real accounts have and samples have not: photos of every odd kind, data behind a consent."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from sync.errors import ConsentNeeded
from sync.polls.asked import DataQuery, unheard
from sync.polls.downloading import ORIGINALS, download
from sync.polls.notes import NoteSource
from sync.polls.photos import PhotoSource
from tests.polls.conftest import Bench


def test_photos_of_every_odd_kind_have_an_item_and_keep_no_other_back(bench: Bench) -> None:
    odd = bench.world.services.photos.add_odd()
    items = PhotoSource(bench.around).items(DataQuery("icpl.photos"), unheard)
    shown = [photo for photo in odd if not photo.hidden and photo.deleted_ms is None]
    assert len(items) == len(shown) + 1
    assert all(item["filename"] for item in items)
    assert len({item["id"] for item in items}) == len(items)
    for item in items:
        for file in item["files"]:
            assert file["data_type"] in ("image", "video")
            assert file["extension"]
    done = download(bench.around, bench.home / "Pictures", ORIGINALS, unheard)
    kept = [path for path in (bench.home / "Pictures").rglob("*") if path.is_file()]
    assert done.files == len(kept) > len(shown) // 2
    assert len(done.problems) == 1
    assert "without a link" in done.problems[0]


@pytest.mark.parametrize("source", [PhotoSource, NoteSource])
def test_data_behind_a_consent_is_opened_when_a_device_has_allowed_it(
    bench: Bench, source: Any
) -> None:
    account = bench.world.account
    account.adp, account.pcs_waits = True, 0
    with pytest.raises(ConsentNeeded):
        source(bench.around).refresh(unheard)
    [state] = bench.store.polls.states().values()
    assert state.succeeded_ms is None
    account.consent.grant(bench.clock() + account.consent_lasts)
    with suppress(ConsentNeeded):  # the keys may take a moment
        source(bench.around).refresh(unheard)
    source(bench.around).refresh(unheard)
    [state] = bench.store.polls.states().values()
    assert state.error is None
