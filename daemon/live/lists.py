"""What is believed of lists: groups, sections, and reminders that move from one to another."""

from __future__ import annotations

import base64
import hashlib

from daemon.live.belief import Belief, Outcome, Seen, all_done
from daemon.live.scene import Answer, Record, Scene
from sync.codec import encode, fields
from sync.codec.assets import MEMBERSHIPS, asset_value
from sync.codec.sections import (
    create_section,
    delete_section,
    put_in_sections,
    read_memberships,
    rename_section,
)

__all__ = ["LISTS", "put_in_section", "section"]


def _group(scene: Scene) -> Outcome:
    return all_done([scene.create_list("group", "group", is_group=True)])


def _within(scene: Scene) -> Outcome:
    inside = {"group": scene.id("group"), "color": "red #FF3B30", "emblem": "leaf"}
    return all_done([scene.create_list("second", "2", **inside)])


def _joins(scene: Scene) -> Outcome:
    answers = scene.change_list("list", group=scene.id("group"))
    return all_done(answers, _place(scene, "list") == (scene.made["group"],) * 2, "not in it")


def _leaves(scene: Scene) -> Outcome:
    answers = scene.change_list("second", group=None)
    above, parent = _place(scene, "second")
    outcome = all_done(answers, above is None, "still in it")
    if outcome.seen is not Seen.HOLDS:
        return outcome
    stays = "stays where it was" if parent == scene.made["group"] else "changes as well"
    return Outcome(Seen.HOLDS, f"done; its place in the hierarchy {stays}")


def _place(scene: Scene, part: str) -> tuple[str | None, str | None]:
    record = scene.record(part)
    return fields.reference(record, "ParentList"), fields.parent_name(record)


def _renamed(scene: Scene) -> Outcome:
    answers = scene.change_list(
        "second", name=f"{scene.title} two", color="green #34C759", emblem="star"
    )
    name = fields.plain_text(scene.record("second"), "Name")
    return all_done(answers, name == f"{scene.title} two", "it has its old name")


def section(scene: Scene) -> Answer:
    """A section of the first list."""
    made = create_section(scene.context(), scene.mint(), scene.id("list"), "Scratch")
    scene.made["section"] = f"ListSection/{made.change.id}"
    (answer,) = scene.send_group(made)
    return answer


def put_in_section(scene: Scene, part: str, *, out: bool = False) -> list[Answer]:
    """Put a reminder into that section, or ``out`` of it."""
    holder = scene.record("list")
    wanted = {scene.id(part): None if out else scene.id("section")}
    return scene.send_group(put_in_sections(scene.context(), holder, _file(scene, holder), wanted))


def _file(scene: Scene, holder: Record) -> bytes | None:
    value = asset_value(holder, MEMBERSHIPS)
    if value is None:
        return None
    return scene.cloud.fetch(scene.zone, scene.made["list"], MEMBERSHIPS, value)


def _section(scene: Scene) -> Outcome:
    return all_done([section(scene)])


def _put(scene: Scene) -> Outcome:
    answers = put_in_section(scene, "reminder")
    data = _file(scene, scene.record("list"))
    said = {} if data is None else read_memberships(data)
    there = said == {scene.id("reminder"): scene.id("section")}
    return all_done(answers, there, "the file does not come back as it was sent")


def _checksum(scene: Scene) -> Outcome:
    value = asset_value(scene.record("list"), MEMBERSHIPS) or {}
    data = _file(scene, scene.record("list")) or b""
    salted = b"com.apple.XattrObjectSalt\0com.apple.DataObjectSalt\0" + data
    digests = {
        "the fingerprint of Photos": b"\x01" + hashlib.sha1(salted).digest(),
        "SHA-1": hashlib.sha1(data).digest(),
        "SHA-256": hashlib.sha256(data).digest(),
        "MD5": hashlib.md5(data).digest(),
    }
    said = value.get("fileChecksum")
    found = [name for name, one in digests.items() if said in (_base64(one), one.hex())]
    return Outcome(Seen.LEARNED, found[0] if found else "none that was tried")


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode("ascii")


def _section_renamed(scene: Scene) -> Outcome:
    record = scene.record("section")
    answers = scene.send_group(rename_section(scene.context(), record, "Scratch two"))
    name = fields.plain_text(scene.record("section"), "DisplayName")
    return all_done(answers, name == "Scratch two", "it has its old name")


def _without_section(scene: Scene) -> Outcome:
    answers = scene.send_group(delete_section(scene.context(), scene.record("section")))
    return all_done(answers, fields.flag(scene.record("section"), "Deleted"), "without Deleted 1")


def _moved(scene: Scene) -> Outcome:
    answers = scene.change("reminder", list=scene.id("second"))
    record, second = scene.record("reminder"), scene.made["second"]
    place = fields.reference(record, "List"), fields.parent_name(record)
    return all_done(answers, place == (second, second), "it is where it was")


def _without_group(scene: Scene) -> Outcome:
    group = encode.delete_list(scene.context(), scene.record("group"))
    answers = scene.send_group(group)
    living = not fields.flag(scene.record("list"), "Deleted")
    return all_done(answers, living, "the list in it is deleted as well")


LISTS = (
    Belief("a group is taken as we write it", "Field types", _group),
    Belief("a list is made in a group, with colour and picture", "Field types", _within),
    Belief("a list goes into a group by its field and its parent", "Field types", _joins),
    Belief("a list leaves its group by an empty field", "What nobody has shown", _leaves),
    Belief("a list changes its name, colour and picture", "Field types", _renamed),
    Belief("a section is taken as we write it", "Sections", _section),
    Belief("who is in a section is taken as a file, and comes back", "Sections", _put),
    Belief("what a file's checksum is made of is not known", "Files of records", _checksum),
    Belief("a section changes both its names", "Sections", _section_renamed),
    Belief("a section is deleted softly", "Sections", _without_section),
    Belief("a reminder moves by its reference and its parent", "What nobody has shown", _moved),
    Belief("a group goes softly, and its list lives on", "What nobody has shown", _without_group),
)
"""In the order in which they are tried."""
