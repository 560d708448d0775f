"""vCards: every field in its property, and no value can end a line or begin a property."""

from __future__ import annotations

from dataclasses import replace

from store.polled.rows import Contact, ContactRecord
from sync.polls.items.contacts import read_contact
from sync.polls.items.vcard import vcard
from tests.polls.samples import CARD

ADA = Contact("1", "dWlk", first_name="Ada")


def unfolded(card: str) -> list[str]:
    assert card.endswith("END:VCARD\r\n")
    assert all(len(line.encode()) <= 75 for line in card.split("\r\n"))
    return card.replace("\r\n ", "").split("\r\n")[:-1]


def test_the_documented_contact_is_a_card() -> None:
    read = read_contact(CARD)
    assert read
    assert unfolded(vcard(*read)) == [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "UID:NzNlNjkxYjctOTBmYi00MTYxLWI5YzYtZTk0ZDlhZjljMmE5",
        "N:Appleseed;John;'Gala';Mr.;Jr.",
        "FN:Mr. John 'Gala' Appleseed Jr.",
        "NICKNAME:John'o",
        "ORG:Apple Inc.;Marketing",
        "TITLE:VP Coring",
        "BDAY:1976-04-01",
        "TEL;TYPE=MAIN:1-800-MY-APPLE",
        "item1.TEL:0800 039 1010",
        "item1.X-ABLabel:UK",
        "item2.URL:http://www.apple.com",
        "item2.X-ABLabel:HOMEPAGE",
        "item3.URL:http://www.apple.com/uk/",
        "item3.X-ABLabel:HOMEPAGE",
        "ADR;TYPE=WORK:;;1 Infinite Loop;Cupertino;CA;95014;United States",
        "END:VCARD",
    ]


def test_no_value_ends_its_line_or_begins_a_property() -> None:
    evil = "x\r\nEND:VCARD\nNOTE:y; a, b\\ \u2028z\0"
    records = [ContactRecord("Phone", "HOME\r\nTEL:1", evil), ContactRecord("IM", "a:b\n", evil)]
    lines = unfolded(vcard(replace(ADA, notes=evil, first_name=evil), records))
    assert sum(line == "END:VCARD" for line in lines) == 1
    assert sum(line.startswith("NOTE:") for line in lines) == 1
    assert r"NOTE:x\nEND:VCARD\nNOTE:y\; a\, b\\ \nz" in lines


def test_a_birthday_without_a_year_says_so_and_nonsense_is_left_out() -> None:
    said = unfolded(vcard(replace(ADA, birthday="1604-02-29"), []))
    assert "BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29" in said
    assert not any("BDAY" in line for line in unfolded(vcard(replace(ADA, birthday="May"), [])))


def test_long_lines_are_folded_between_characters() -> None:
    note = "käse " * 60
    assert f"NOTE:{note}" in unfolded(vcard(replace(ADA, notes=note), []))


def test_a_company_and_a_nobody_have_a_name() -> None:
    company = Contact("1", "u", organisation="Acme", is_company=True)
    assert {"FN:Acme", "X-ABShowAs:COMPANY"} <= set(unfolded(vcard(company, [])))
    assert "FN:Nobody" in unfolded(vcard(Contact("1", "u"), []))
