"""What a share says, wherever it says it."""

from __future__ import annotations

from typing import Any

import pytest

from sync.codec.shares import RemoteShare, decode_share, share_of

RO, RW, NONE = {"permission": "READ_ONLY"}, {"permission": "READ_WRITE"}, {"permission": "NONE"}


def me(**more: Any) -> dict[str, Any]:
    return {"userIdentity": {"userRecordName": "_me"}, **more}


@pytest.mark.parametrize(
    ("record", "permission"),
    [
        ({}, ""),
        ({"currentUserParticipant": RO}, "READ_ONLY"),
        ({"currentUserParticipant": RW, "publicPermission": "READ_ONLY"}, "READ_WRITE"),
        ({"currentUserParticipant": NONE, "publicPermission": "READ_ONLY"}, "READ_ONLY"),
        ({"participants": [RO, me(**RW)]}, "READ_WRITE"),
        ({"participants": [RW, me(**RO)], "publicPermission": "READ_WRITE"}, "READ_ONLY"),
        ({"participants": [RO]}, ""),
        ({"publicPermission": "read_only"}, "READ_ONLY"),
        ({"publicPermission": "NONE"}, ""),
        ({"fields": {"publicPermission": {"value": "READ_ONLY"}}}, "READ_ONLY"),
        ({"currentUserParticipant": 7, "participants": "odd", "publicPermission": []}, ""),
        ({"currentUserParticipant": {"permission": "SOMETHING_NEW"}}, "SOMETHING_NEW"),
    ],
)
def test_the_first_that_says_anything_is_believed(record: Any, permission: str) -> None:
    assert decode_share(record, "_me") == RemoteShare(None, permission)


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        ({"nameComponents": {"givenName": "Grace", "familyName": "Hopper"}}, "Grace Hopper"),
        ({"nameComponents": {"givenName": "Grace"}}, "Grace"),
        ({"lookupInfo": {"emailAddress": "grace@example.test"}}, "grace@example.test"),
        ({"nameComponents": None, "lookupInfo": 3}, None),
    ],
)
def test_the_owner_as_far_as_known(identity: Any, name: str | None) -> None:
    assert decode_share({"owner": {"userIdentity": identity}}).owner == name


def test_the_root_names_its_share() -> None:
    assert share_of({"share": {"recordName": "Share-1"}}) == "Share-1"
    assert [share_of(odd) for odd in ({}, {"share": "x"}, {"share": {"recordName": ""}})] == [
        None,
        None,
        None,
    ]
