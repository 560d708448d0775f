"""Tags and links: one record each, named by the reminder, written and removed together with it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.model import Field, Reminder, Value
from sync.codec.children import RemoteAttachment, decode_attachment
from sync.codec.encode import Context, Group, create_reminder, update_reminder
from sync.codec.records import decode_reminder
from tests.codec.conftest import NOW_MS, context
from tests.codec.rig import Rig
from tests.codec.wire import LIST, REMINDER, Mirror, child, reminder, target, token_map, wrap

Json = dict[str, Any]
URL = "https://example.com/a?b=c#d"


def tag(identity: str, name: object, **more: Any) -> Json:
    return child("Hashtag", identity, Name=wrap(name), **more)


def link(identity: str, url: object, **more: Any) -> Json:
    return child("Attachment", identity, Type=wrap("URL"), URL=wrap(url), **more)


IMAGE = child("Attachment", "I1", Type=wrap("Image"), FileName=wrap("a.jpeg"), Width=wrap("640"))


def changed(ctx: Context, own: Json, name: Field, value: Value, *hanging: Json) -> Group:
    return update_reminder(ctx, own, {name: value}, Mirror(own, *hanging))


def kinds(group: Group) -> list[tuple[str, str]]:
    return [
        (operation["operationType"], operation["record"]["recordType"])
        for operation in group.operations
    ]


def raised(operation: Json) -> set[str]:
    before = json.loads(token_map())["map"]
    after = json.loads(operation["record"]["fields"]["ResolutionTokenMap"]["value"])["map"]
    return {key for key, token in after.items() if before.get(key) != token}


def test_a_new_tag_is_a_record_that_the_reminder_names(ctx: Context) -> None:
    group = changed(ctx, reminder(), Field.TAGS, frozenset({"home"}))
    own, made = group.operations
    identity = "00000000-0000-0000-0000-000000000001"
    assert own["record"]["fields"]["HashtagIDs"] == {"type": "STRING_LIST", "value": [identity]}
    assert raised(own) == {"hashtagIDs", "lastModifiedDate"}
    assert made == {
        "operationType": "create",
        "record": {
            "recordName": f"Hashtag/{identity}",
            "recordType": "Hashtag",
            "parent": {"recordName": f"Reminder/{REMINDER}"},
            "fields": {
                "Name": {"type": "STRING", "value": "home", "isEncrypted": True},
                "Type": {"type": "INT64", "value": 1},
                "CreationDate": {"type": "TIMESTAMP", "value": NOW_MS},
                "Reminder": {**target(f"Reminder/{REMINDER}")},
                "Deleted": {"type": "INT64", "value": 0},
                "Imported": {"type": "INT64", "value": 0},
            },
        },
    }
    assert group.creates == {f"Hashtag/{identity}"}


def test_a_new_link_is_a_record_that_the_reminder_names(ctx: Context) -> None:
    group = changed(ctx, reminder(), Field.URLS, frozenset({URL}))
    own, made = group.operations
    assert raised(own) == {"attachmentIDs", "lastModifiedDate"}
    assert made["record"]["parent"] == {"recordName": f"Reminder/{REMINDER}"}
    wire = made["record"]["fields"]
    assert wire["URL"] == {"type": "STRING", "value": URL, "isEncrypted": True}
    assert (wire["Type"]["value"], wire["UTI"]["value"]) == ("URL", "public.url")
    named = own["record"]["fields"]["AttachmentIDs"]["value"]
    assert made["record"]["recordName"] == f"Attachment/{named[0]}"


def test_a_tag_is_removed_for_good_after_it_is_named_no_more(ctx: Context) -> None:
    own = reminder(HashtagIDs=wrap(["H1", "Hashtag/H2", "H3", "LOST"]))
    there = [tag("H1", "home"), tag("H2", "work"), tag("H3", "home")]
    group = changed(ctx, own, Field.TAGS, frozenset({"work", "new"}), *there)
    assert kinds(group) == [
        *(("update", "Reminder"), ("create", "Hashtag")),
        *(("delete", "Hashtag"), ("delete", "Hashtag")),
    ]
    ids = group.operations[0]["record"]["fields"]["HashtagIDs"]["value"]
    assert ids[:2] == ["Hashtag/H2", "LOST"]
    assert len(ids) == 3
    gone = [operation["record"] for operation in group.operations[2:]]
    assert [(each["recordName"], each["recordChangeTag"]) for each in gone] == [
        *(("Hashtag/H1", "h1"), ("Hashtag/H3", "h3"))
    ]


def test_tags_that_are_there_twice_or_unknown_stay(ctx: Context) -> None:
    own = reminder(HashtagIDs=wrap(["H1", "H2", "H3", "LOST"]))
    there = [tag("H1", "home"), tag("H2", "home"), tag("H3", 17)]
    group = changed(ctx, own, Field.TAGS, frozenset({"home", "new"}), *there)
    assert kinds(group) == [("update", "Reminder"), ("create", "Hashtag")]
    ids = group.operations[0]["record"]["fields"]["HashtagIDs"]["value"]
    assert ids[:4] == ["H1", "H2", "H3", "LOST"]


def test_a_tag_that_was_deleted_softly_is_replaced(ctx: Context) -> None:
    """Devices go on showing it, so beside a new one of the same name it would be there twice."""
    own = reminder(HashtagIDs=wrap(["H1"]))
    group = changed(ctx, own, Field.TAGS, frozenset({"home"}), tag("H1", "home", Deleted=wrap(1)))
    assert kinds(group) == [("update", "Reminder"), ("create", "Hashtag"), ("delete", "Hashtag")]
    assert "H1" not in group.operations[0]["record"]["fields"]["HashtagIDs"]["value"]


def test_what_the_reminder_does_not_name_is_not_its_own(ctx: Context) -> None:
    own = reminder(HashtagIDs=wrap(["H1"]))
    there = [tag("H1", "home"), tag("H2", "stray")]
    assert changed(ctx, own, Field.TAGS, frozenset({"home"}), *there).operations == ()
    group = changed(ctx, own, Field.TAGS, frozenset(), *there)
    assert kinds(group) == [("update", "Reminder"), ("delete", "Hashtag")]


def test_images_stay_when_links_change(ctx: Context) -> None:
    own = reminder(AttachmentIDs=wrap(["I1", "U1"]))
    group = changed(ctx, own, Field.URLS, frozenset(), IMAGE, link("U1", URL))
    assert kinds(group) == [("update", "Reminder"), ("delete", "Attachment")]
    assert group.operations[0]["record"]["fields"]["AttachmentIDs"]["value"] == ["I1"]
    assert group.operations[1]["record"]["recordName"] == "Attachment/U1"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        (Field.TAGS, frozenset({"a\ud800"}), "half a character"),
        (Field.URLS, frozenset({""}), "empty"),
        (Field.TAGS, "home", "cannot hold"),
    ],
)
def test_what_no_record_can_hold_is_refused(
    ctx: Context, name: Field, value: Value, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        changed(ctx, reminder(), name, value)


@pytest.mark.parametrize("name", ["HashtagIDs", "AttachmentIDs", "RecurrenceRuleIDs"])
def test_ids_that_cannot_be_read_are_not_written_over(ctx: Context, name: str) -> None:
    own = reminder(**{name: wrap("H1")})
    field = {"H": Field.TAGS, "A": Field.URLS, "R": Field.REPEAT}[name[0]]
    read = decode_reminder(own)
    assert (set(read.opaque), ";" in read.problems) == ({field}, False)
    wanted: Value = None if field is Field.REPEAT else frozenset({"x"})
    with pytest.raises(ValueError, match=name):
        changed(ctx, own, field, wanted)


@pytest.mark.parametrize(
    ("stored", "wanted"),
    [
        (wrap(URL), URL),
        (wrap(base64.b64encode(URL.encode()).decode()), URL),
        ({"type": "ENCRYPTED_BYTES", "value": base64.b64encode(b"tel:1").decode()}, "tel:1"),
        (wrap(base64.b64encode(b"no scheme").decode()), "bm8gc2NoZW1l"),
        (wrap("example.com"), "example.com"),
        (wrap(""), None),
        (wrap(5), None),
        (wrap(None), None),
    ],
)
def test_an_address_may_come_back_as_base64(stored: Json, wanted: str | None) -> None:
    record = child("Attachment", "U1", Type=wrap("URL"), URL=stored, UTI=wrap("public.url"))
    assert decode_attachment(record) == RemoteAttachment(
        "U1", REMINDER, "URL", url=wanted, uti="public.url"
    )


def test_an_image_reads_without_an_address() -> None:
    assert decode_attachment(IMAGE) == RemoteAttachment(
        "I1", REMINDER, "Image", file_name="a.jpeg", width=640
    )


def test_a_new_reminder_brings_its_tags_and_links(ctx: Context) -> None:
    new = Reminder(REMINDER, tags=frozenset({"b", "a"}), urls=frozenset({URL}), list=LIST)
    group = create_reminder(ctx, new)
    assert kinds(group) == [
        *(("create", "Reminder"), ("create", "Hashtag"), ("create", "Hashtag")),
        ("create", "Attachment"),
    ]
    assert len(group.creates) == 4
    own = group.operations[0]["record"]["fields"]
    tokens = json.loads(own["ResolutionTokenMap"]["value"])["map"]
    assert {"hashtagIDs", "attachmentIDs"} <= tokens.keys()
    assert "recurrenceRuleIDs" not in tokens
    assert (len(own["HashtagIDs"]["value"]), len(own["AttachmentIDs"]["value"])) == (2, 1)


sets = st.frozensets(st.sampled_from(["home", "work", "🛒", "é"]))
addresses = st.frozensets(st.sampled_from([URL, "tel:1", "obsidian://open?vault=a"]))


@settings(max_examples=30)
@given(sets, addresses, st.lists(st.tuples(sets, addresses), min_size=1, max_size=3))
def test_a_phone_shows_each_set_that_we_wrote(
    tags: frozenset[str],
    urls: frozenset[str],
    steps: list[tuple[frozenset[str], frozenset[str]]],
) -> None:
    rig = Rig()
    rig.create(tags=tags, urls=urls)
    rig.phone.sync()
    rig.phone.attach(REMINDER, "Attachment", {"Type": "Image", "FileName": "a.jpeg"})
    for step in [(tags, urls), *steps]:
        changes: dict[Field, Value] = {Field.TAGS: step[0], Field.URLS: step[1]}
        known = rig.mirror()
        group = update_reminder(rig.ctx, rig.record(f"Reminder/{REMINDER}"), changes, known)
        if group.operations:
            rig.send(group)
        shown = rig.shown()
        assert (frozenset(shown.tags), len(shown.tags)) == (step[0], len(step[0]))
        assert (frozenset(shown.urls), len(shown.urls)) == (step[1], len(step[1]))
        assert shown.problems == ()
    left = [name.partition("/")[0] for name in rig.mirror().records]
    assert left.count("Hashtag") == len(steps[-1][0])
    assert left.count("Attachment") == len(steps[-1][1]) + 1


def test_tags_of_a_phone_are_taken_away_and_stay_away() -> None:
    rig = Rig()
    identity = rig.phone.create("Work", "Call", tags=["home", "work"])
    rig.update({Field.TAGS: frozenset({"work", "soon"})}, identity)
    for _ in range(3):
        assert sorted(rig.shown(identity).tags) == ["soon", "work"]


def test_nothing_is_sent_for_sets_that_are_so_already() -> None:
    own = reminder(HashtagIDs=wrap(["H1"]), AttachmentIDs=wrap(["U1"]))
    known = Mirror(own, tag("H1", "home"), link("U1", URL))
    changes: dict[Field, Value] = {Field.TAGS: frozenset({"home"}), Field.URLS: frozenset({URL})}
    assert update_reminder(context(), own, changes, known).operations == ()
