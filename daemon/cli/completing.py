"""Completes what a verb takes, such as the names of lists, from the mirror as it lies there."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from daemon.cli.common import Globals

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["COMPLETE", "names_of"]

COMPLETE = "_REMINDERSD_COMPLETE"
"""The variable in which a shell says what it wants to be completed."""

_SPECIAL = re.compile(r"([^\w@%+=:,./-])")

Complete = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


def names_of(what: str) -> Complete:
    """For ``shell_complete=``: names of ``what``, which is as in ``store.remote.glance``."""

    def complete(
        context: click.Context, _parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        from daemon.settings.paths import MIRROR
        from store.remote.glance import glance
        from sync.errors import RemindersdError

        begun = incomplete.casefold()
        try:
            mirror = Globals(context.find_root().params.get("config")).place().state / MIRROR
        except RemindersdError:
            return []
        found = glance(mirror, what, lambda name: name.casefold().startswith(begun))
        return [CompletionItem(_typed(name), help=" ".join(about.split())) for name, about in found]

    return complete


def _typed(name: str) -> str:
    """As it has to be typed; bash alone leaves that to us, and its script takes one layer off."""
    for_bash = os.environ.get(COMPLETE, "").startswith("bash")
    return _SPECIAL.sub(r"\\\\\1", name) if for_bash else name
