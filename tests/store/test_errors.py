"""What is wrong with the database is told in one line, whatever SQLite makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.db import Store
from store.errors import Damaged


def test_what_sqlite_quotes_of_a_damaged_schema_is_told_in_one_line(path: Path) -> None:
    Store.open(path).close()
    data = path.read_bytes()
    assert data.count(b"TABLE reminder (") == 1
    path.write_bytes(data.replace(b"TABLE reminder (", b"TABLE reminder `"))
    with pytest.raises(Damaged, match="malformed database schema") as caught:
        Store.open(path)
    assert "\n" not in str(caught.value)
    assert len(caught.value.reason) <= 300
