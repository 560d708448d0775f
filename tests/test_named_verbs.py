"""Every verb and option that a document, a hint or a comment tells a person to type exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from daemon.cli import cli

ROOT = Path(__file__).parent.parent
# In a block of its own, behind a prompt or not; or quoted in a sentence.
IN_BLOCK = re.compile(r"^(?: {4}|\$ )+remindersd ([^#\n]+)", re.MULTILINE)
QUOTED = re.compile(r"`remindersd ([^`\n{]+)`")
BEFORE_A_VERB = re.compile(r"^(?:--(?:config [^ ]+|debug) )+")


def texts() -> Iterator[tuple[str, str]]:
    """Documents, and all that the programme can say, each with where it stands."""
    documents = (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "config.example.yaml")
    code = (path for name in ("daemon", "sync", "store") for path in (ROOT / name).rglob("*.py"))
    for path in (*documents, *code):
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def named() -> Iterator[tuple[str, str]]:
    """What is to be typed behind `remindersd`, and where that is said."""
    for place, text in texts():
        for form in (IN_BLOCK, QUOTED):
            yield from ((place, found.strip()) for found in form.findall(text))


def wrong_in(words: str) -> str | None:
    """What of it there is not; a verb in capitals stands for any."""
    said = BEFORE_A_VERB.sub("", f"{words} ").split()
    if not said or said[0].isupper() or said[0].startswith("-"):
        return None
    command = cli.get_command(click.Context(cli), said[0].rstrip(",;:"))
    if isinstance(command, click.Group) and len(said) > 1:
        command = command.get_command(click.Context(command), said[1].rstrip(",;:"))
    if command is None:
        return words
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    options = {re.split("[=,;:.]", word)[0] for word in said if re.match("--[a-z]", word)}
    return " ".join(sorted(options - known - {"--help"})) or None


def test_what_a_person_is_told_to_type_exists() -> None:
    found = list(named())
    assert len(found) > 150
    assert [(place, words) for place, words in found if wrong_in(words)] == []


def test_what_does_not_exist_is_seen() -> None:
    assert wrong_in("frobnicate Work") == "frobnicate Work"
    assert wrong_in("--debug restore --lost x") == "--lost"
    assert wrong_in("service instal") == "service instal"
    assert wrong_in("sync --dry-run; then sync") is None
