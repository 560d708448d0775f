"""What is found on a machine is judged, and each thing that is wrong has its way out."""

from __future__ import annotations

import pytest

from daemon.doctor import judgements as judge
from daemon.doctor.judgements import Answer, Disk, Finding, How, Inotify, Loose, Tried, Verdict

GIB = 2**30


@pytest.mark.parametrize(
    ("finding", "verdict", "words"),
    [
        (judge.network(Answer("apple.test", 421, None)), "ok", "apple.test answers"),
        (judge.network(Answer("apple.test", 503, None)), "note", "busy (503)"),
        (judge.clock(None), "unknown", "no date"),
        (judge.clock(59), "ok", "right"),
        (judge.clock(61), "wrong", "61 s ahead"),
        (judge.clock(-3600), "wrong", "3600 s behind"),
        (judge.sign_in("signed-in", "signed in", "", "in 3 weeks"), "ok", "ends in 3 weeks"),
        (judge.sign_in("trust-expiring", "ends soon", "log in", None), "wrong", "ends soon"),
        (judge.sign_in("signed-out", "nobody is in", "", None), "wrong", "nobody"),
        (judge.folder("/t", "not there", writable=False, is_new=True), "note", "not there yet"),
        (judge.folder("/t", "no marker", writable=True, is_new=False), "wrong", "no marker"),
        (judge.folder("/t", None, writable=False, is_new=False), "wrong", "cannot be written"),
        (judge.folder("/t", None, writable=True, is_new=False), "ok", "/t"),
        (judge.file_system(Disk("/t", "ext4", True)), "ok", "ext4"),
        (judge.file_system(Disk("/t", "exfat", False)), "note", "cannot exchange"),
        (judge.file_system(Disk("/t", "nfs4", True)), "note", "timer"),
        (judge.file_system(Disk("/t", "fuse.sshfs", True)), "note", "timer"),
        (judge.file_system(Disk("/t", "ext4", None)), "unknown", "first sync"),
        (judge.notifications(Inotify(None, 128)), "ok", "at once"),
        (judge.notifications(Inotify(None, 8)), "note", "8 inotify instances"),
        (judge.notifications(Inotify("EMFILE", 8)), "wrong", "instances"),
        (judge.notifications(Inotify("ENOSPC", 8)), "wrong", "watches"),
        (judge.notifications(Inotify("ENOSYS", None)), "wrong", "ENOSYS"),
        (judge.permissions([]), "ok", "yours alone"),
        (judge.permissions([Loose("/s", False), Loose("/c", False)]), "wrong", "(and 1 more)"),
        (judge.permissions([Loose("/s", True)]), "wrong", "somebody else"),
        (judge.unit(None, [], active=None), "note", "no service"),
        (judge.unit("/u", ["may not write"], active=True), "wrong", "may not write"),
        (judge.unit("/u", [], active=False), "wrong", "does not run"),
        (judge.unit("/u", [], active=None), "ok", "fits"),
        (judge.password(None, has_keyring=True), "ok", "keyring"),
        (judge.password(None, has_keyring=False), "ok", "asked for"),
        (
            judge.password(Tried("gave none", How.FILTERED, "do"), has_keyring=False),
            "wrong",
            "gave none",
        ),
        (judge.password(Tried(None, How.FILTERED), has_keyring=False), "ok", "as a service"),
        (judge.password(Tried(None, How.ALONE), has_keyring=False), "ok", "without a terminal"),
        (judge.database(is_there=False), "note", "no mirror yet"),
        (judge.database(is_there=True), "ok", "sound"),
        (judge.space([("/a", 80 * GIB), ("/b", 40 * 2**20)]), "wrong", "40 MB are free at /b"),
        (judge.space([("/a", 400 * 2**20)]), "note", "400 MB"),
        (judge.space([("/a", 80 * GIB)]), "ok", "room"),
        (judge.daemon(None), "note", "no daemon"),
        (judge.daemon({"state": "syncing", "reason": ""}), "ok", "syncing"),
        (judge.daemon({"state": "offline", "reason": "no route"}), "wrong", "no route"),
    ],
)
def test_a_finding_is_judged(finding: Finding, verdict: str, words: str) -> None:
    assert (finding.verdict, words in finding.said) == (verdict, True), finding
    assert bool(finding.fix) == (finding.verdict in (Verdict.WRONG, Verdict.NOTE)), finding


def test_the_way_out_of_permissions_names_all_paths() -> None:
    assert judge.permissions([Loose("/s", False), Loose("/c", False)]).fix == "chmod go-rwx /s /c"
