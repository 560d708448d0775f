"""The verb that teaches a shell to complete ours."""

from __future__ import annotations

import click

from daemon.cli.completing import COMPLETE

__all__ = ["completion"]


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a script that lets the shell complete verbs, options and names of lists.

    Names come from the mirror, without asking a daemon or iCloud.

    \b
    Examples:
       remindersd completion bash > ~/.local/share/bash-completion/completions/remindersd
       remindersd completion zsh > ~/.zfunc/_remindersd
       remindersd completion fish > ~/.config/fish/completions/remindersd.fish

    For zsh the directory has to be in `fpath` before `compinit` runs: `fpath+=~/.zfunc`.
    """
    from click.shell_completion import BashComplete, get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    made = kind(context.find_root().command, {}, "remindersd", COMPLETE)
    if isinstance(made, BashComplete):
        # The script is printed for whichever bash reads it; the one that is here does not matter.
        click.echo(made.source_template % made.source_vars(), nl=False)
    else:
        click.echo(made.source(), nl=False)
