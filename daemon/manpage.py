"""Writes the manual page from the command line itself: ``python -m daemon.manpage > FILE``.

It has no date, so that it changes only when the command line does.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import version

import click

from daemon.cli import cli

__all__ = ["manual"]

_LITERAL = "\b"
_FILES = (
    ("~/.config/remindersd/config.yaml", "The config; `remindersd config example` explains it."),
    ("~/.local/state/remindersd/PROFILE/", "Mirror, session, lock and token."),
    ("$XDG_RUNTIME_DIR/remindersd/PROFILE.sock", "The control socket."),
)
_VARIABLES = (
    ("NO_COLOR", "Nothing is coloured, whatever is set."),
    ("XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_RUNTIME_DIR", "Where the files above are."),
)


def manual() -> str:
    """The page, in the language of man(7)."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    context = click.Context(cli, info_name="remindersd")
    yield f'.TH REMINDERSD 1 "" "remindersd {version("remindersd")}" "User Commands"'
    yield '.SH "NAME"'
    yield r"remindersd \- keep a folder of plain todo files and iCloud Reminders the same"
    yield '.SH "SYNOPSIS"'
    yield r"\fBremindersd\fR [\fIOPTIONS\fR] \fICOMMAND\fR [\fIARGUMENTS\fR]"
    yield '.SH "DESCRIPTION"'
    yield from _prose(cli.help or "")
    yield '.SH "OPTIONS"'
    yield from _options(cli, context)
    yield '.SH "COMMANDS"'
    for name in cli.list_commands(context):
        verb = cli.get_command(context, name)
        if verb is not None and not verb.hidden:
            yield from _verb(verb, name, context)
    yield '.SH "EXIT STATUS"'
    yield from _exit_codes(cli.epilog or "")
    yield '.SH "FILES"'
    yield from _terms(_FILES)
    yield '.SH "ENVIRONMENT"'
    yield from _terms(_VARIABLES)


def _verb(verb: click.Command, name: str, above: click.Context) -> Iterator[str]:
    context = click.Context(verb, info_name=name, parent=above)
    pieces = " ".join(verb.collect_usage_pieces(context))
    yield f'.SS "{_said(context.command_path)} {_said(pieces)}"'
    yield from _prose(verb.help or "")
    yield from _options(verb, context)
    if isinstance(verb, click.Group):
        for inner in verb.list_commands(context):
            command = verb.get_command(context, inner)
            if command is not None:
                yield from _verb(command, inner, context)


def _prose(text: str) -> Iterator[str]:
    """Paragraphs; those that click is not to wrap are kept as they are, and indented."""
    for part in re.split(r"\n[ \t]*\n", text.strip()):
        lines = part.split("\n")
        if lines[0].strip() == _LITERAL:
            yield from (".PP", ".nf", *(_line(line.rstrip()) for line in lines[1:]), ".fi")
        else:
            yield from (".PP", _line(" ".join(part.split())))


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.params:  # of which --help is none, and needs no saying each time
        record = parameter.get_help_record(context)
        if record is not None:
            yield from (".TP", f"\\fB{_said(record[0])}\\fR", _line(record[1]))


def _exit_codes(epilog: str) -> Iterator[str]:
    """The table of the epilog, which has two columns."""
    found = re.findall(r"(?:^|\s\s)\s*(\d+)  (\S+(?: \S+)*)", epilog, re.MULTILINE)
    yield from _terms(tuple(sorted(found, key=lambda pair: int(pair[0]))))


def _terms(terms: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for term, told in terms:
        yield from (".TP", f"\\fB{_said(term)}\\fR", _line(told))


def _line(text: str) -> str:
    said = _said(text)
    return f"\\&{said}" if said[:1] in (".", "'") else said


def _said(text: str) -> str:
    """``text`` without anything that would be an instruction."""
    return text.replace("\\", "\\e").replace("-", "\\-")


if __name__ == "__main__":
    sys.stdout.write(manual())
