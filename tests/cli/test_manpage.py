"""The manual page has every verb, option and exit code, and is sound for man(1)."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import click
import pytest

from daemon.cli import cli
from daemon.manpage import manual


def test_every_verb_has_a_section_with_its_options() -> None:
    page = manual()
    for name, verb in cli.commands.items():
        (section,) = re.findall(rf'^\.SS "remindersd {name}[ "].*?(?=^\.S)', page, re.M | re.S)[:1]
        for option in (one for one in verb.params if isinstance(one, click.Option)):
            assert option.opts[0].replace("-", r"\-") in section, (name, option.name)


def test_every_exit_code_is_there_in_order() -> None:
    codes = manual().partition('.SH "EXIT STATUS"')[2].partition(".SH")[0]
    found = [int(code) for code in re.findall(r"\\fB(\d+)\\fR", codes)]
    assert found == [0, 1, 2, 3, 4, 5, 6, 11, 12, 13, 20]


@pytest.mark.needs("man")
def test_man_has_nothing_to_complain_of(tmp_path: Path) -> None:
    page = tmp_path / "remindersd.1"
    page.write_text(manual(), encoding="utf-8")
    done = subprocess.run(
        ["man", "--warnings", "-l", str(page)],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "remindersd sync [OPTIONS]" in done.stdout
    assert "\b" not in re.sub(".\b", "", done.stdout)
