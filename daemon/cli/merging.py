"""The verb that merges what a sync tool kept beside a file: `merge`."""

from __future__ import annotations

import click

from daemon.cli.common import Globals, json_option, pass_globals
from daemon.cli.working import done_and_synced
from daemon.wording.output import document, plural, say

__all__ = ["merge"]


@click.command()
@click.argument("path", metavar="PATH")
@json_option
@pass_globals
def merge(options: Globals, path: str, as_json: bool) -> None:
    """Merge a conflict copy into the file that it is a copy of, and set the copy aside.

    PATH is as `status` says it, relative to the folder. Lines that only the copy has are added, but
    for those of reminders that were deleted since. Where a line says something else in the copy,
    the file's stays, and `conflicts` shows the other. Text around the tasks is not merged. The copy
    is kept in .remindersd/replaced.

    \b
    Examples:
       remindersd merge Work.sync-conflict-20260212-103000-AB12CD3.md
    """

    post = "/merge", {"path": path}
    told = done_and_synced(options, "merge", post, lambda engine: engine.merge(path).document())
    if as_json:
        document(told)
        return
    for title in told["added"]:
        say(f"{told['file']}: + “{title}”")
    if told["conflicts"]:
        differ = plural(told["conflicts"], "value differs", "values differ")
        say(f"{differ}: see `remindersd conflicts`")
    say(f"the copy is kept: {told['kept']}")
