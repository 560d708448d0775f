"""What the phone does with repeating reminders: what it shows of them, and completing one."""

from __future__ import annotations

import pytest

from sandbox.device.phone import Phone
from tests.sandbox.phones import settle, zone_with_phones

PARIS = "2026-03-27T09:00[Europe/Paris]"
RULE = {"Frequency": 0, "Interval": 2, "OccurrenceCount": 0, "FirstDayOfTheWeek": 0}


def repeating(phone: Phone, due: str | None = PARIS, **fields: int) -> str:
    identity = phone.create("Home", "Water plants", due=due, notes="all", tags=["green"])
    phone.attach(identity, "RecurrenceRule", {**RULE, **fields})
    return identity


@pytest.mark.parametrize(
    ("due", "following"),
    [
        (PARIS, "2026-03-29T09:00[Europe/Paris]"),
        ("2026-03-27T09:00", "2026-03-29T09:00"),
        ("2026-03-27", "2026-03-29"),
    ],
)
def test_the_original_moves_on_and_a_completed_copy_stays(due: str, following: str) -> None:
    _, [one, two] = zone_with_phones(2)
    identity = repeating(one, due)
    copy = one.complete_occurrence(identity)
    settle(one, two)
    own, done = two.get(identity), two.get(copy)
    assert (own.done, own.due, own.shown_due, own.repeat) == (
        *(False, following, following, "daily/2/"),
    )
    assert (done.done, done.due, done.repeat, done.tags) == (True, due, None, ())
    assert (done.title, done.notes) == (own.title, own.notes) == ("Water plants", "all")
    assert own.problems == done.problems == ()


def test_occurrences_are_counted_down_to_the_last() -> None:
    _, [phone] = zone_with_phones(1)
    identity = repeating(phone, OccurrenceCount=2)
    assert phone.get(identity).repeat == "daily/2/2"
    assert phone.complete_occurrence(identity) != identity
    assert phone.get(identity).repeat == "daily/2/1"
    assert phone.complete_occurrence(identity) == identity
    assert phone.get(identity).done
    assert len(phone.reminders()) == 2


def test_the_last_day_is_still_due_and_none_after_it() -> None:
    _, [phone] = zone_with_phones(1)
    end = 1774767540000  # 29 March, 09:00 in Paris, less a minute
    identity = repeating(phone, EndDate=end)
    assert phone.get(identity).repeat == "daily/2/2026-03-29T06:59Z"
    assert phone.complete_occurrence(identity) != identity
    assert phone.complete_occurrence(identity) == identity


def test_the_start_moves_with_the_due_date() -> None:
    zone, [phone] = zone_with_phones(1)
    identity = repeating(phone, "2026-03-27")
    held = zone.lookup([f"Reminder/{identity}"])[0]
    start = {"StartDate": {"type": "TIMESTAMP", "value": 1774569600000}}
    record = {name: held[name] for name in ("recordName", "recordType", "recordChangeTag")}
    zone.modify([{"operationType": "update", "record": {**record, "fields": start}}])
    phone.sync()
    phone.complete_occurrence(identity)
    stored = zone.lookup([f"Reminder/{identity}"])[0]["fields"]["StartDate"]
    assert (stored["type"], stored["value"]) == ("TIMESTAMP", 1774569600000 + 2 * 86400_000)


def test_what_does_not_repeat_has_no_occurrence() -> None:
    _, [phone] = zone_with_phones(1)
    identity = phone.create("Home", "Tap", due=PARIS)
    with pytest.raises(ValueError, match="does not repeat"):
        phone.complete_occurrence(identity)


def test_links_are_shown_and_images_are_not() -> None:
    _, [phone] = zone_with_phones(1)
    identity = phone.create("Home", "Tap")
    phone.attach(identity, "Attachment", {"Type": "URL", "URL": "https://example.com/"})
    phone.attach(identity, "Attachment", {"Type": "Image", "FileName": "tap.jpeg"})
    assert phone.get(identity).urls == ("https://example.com/",)
