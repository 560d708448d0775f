"""The config: YAML to a frozen ``Config``, with every error naming its line and its key.

A key that is not known, or a value that does not fit, stops everything with exit code 2: a typing
error must never turn a safety off. ``remindersd config example`` explains the keys.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from daemon.settings.address import parse_listen
from daemon.settings.diagnostics import IS_IT_THIS, NO_TEXT, SEE_EXAMPLE, not_yaml, repeated, unfit
from daemon.settings.folder import expanded, read_folder
from daemon.settings.logconfig import Log
from daemon.settings.notifyconfig import Hooks, Notify
from daemon.settings.paths import PROFILE, check_socket, config_path, no_config
from daemon.settings.pollconfig import Polls
from daemon.settings.section import Seconds, Section
from daemon.settings.yamltext import TooMuch, read_yaml
from sync.errors import UsageError
from sync.remote.endpoint import parse_endpoint

__all__ = ["EXAMPLE", "Config", "address", "load_config", "todo_folder"]

EXAMPLE = Path(__file__).with_name("config.example.yaml")


def address(value: str) -> str:
    """An Apple ID as a person wrote it; raises ValueError."""
    if re.fullmatch(r"\S+@\S+", value) is None:
        raise ValueError("write the account's e-mail address, such as you@example.com")
    return value


def todo_folder(value: object) -> Path:
    """The folder that a person named for todo files; raises ValueError."""
    return read_folder(value, "~/Todo")


ListMode = Literal["two-way", "read-only", "ignore"]


class Account(Section):
    """Which account, and how its password is had."""

    apple_id: Annotated[str, AfterValidator(address)]
    password_command: list[str] | None = None
    region: Literal["world", "china"] = "world"
    endpoint: str | None = None

    @field_validator("endpoint")
    @classmethod
    def _loopback_only(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                parse_endpoint(value)
            except UsageError as error:
                raise ValueError(error.message) from None
        return value

    @field_validator("password_command", mode="before")
    @classmethod
    def _in_brackets(cls, value: object) -> object:
        if isinstance(value, str):  # not repeated: it could be the password itself
            raise ValueError("write a program and its arguments in brackets: [pass, apple]")
        return value

    @field_validator("password_command")
    @classmethod
    def _not_empty(cls, value: list[str] | None) -> list[str] | None:
        if value is not None and not value:
            raise ValueError("name a command, or null")
        return value


class Deletions(Section):
    """When deletions wait for a person."""

    hold_above: int = Field(default=5, ge=0)
    grace: Seconds = 120
    mode: Literal["soft", "purge"] = "soft"


class Completed(Section):
    """Which completed reminders are shown in files, and where they go then."""

    show: Seconds = 14 * 86400
    archive: Literal["month"] | None = None


class Reminders(Section):
    """How the reminders are kept."""

    every: Seconds = 60
    lists: dict[str, ListMode] = Field(default={"*": "two-way"})
    new_lists: Literal["ask", "yes", "no"] = "ask"
    conflicts: Literal["cloud", "files"] = "cloud"
    deletions: Deletions = Deletions()
    completed: Completed = Completed()
    images: str | None = None
    verify: Seconds | None = 7 * 86400

    @field_validator("new_lists", mode="before")
    @classmethod
    def _yes_is_a_word(cls, value: object) -> object:
        """YAML 1.1 reads a bare ``yes`` as true."""
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value

    @field_validator("images")
    @classmethod
    def _directory(cls, value: str | None) -> str | None:
        if value is not None and re.fullmatch(r"[\w-][\w.-]{0,99}", value) is None:
            raise ValueError(
                "name one directory inside the folder, such as Attachments: letters, digits, - . _"
            )
        return value

    @field_validator("every")
    @classmethod
    def _polite(cls, value: int) -> int:
        if value < 1:
            raise ValueError("must be at least 1s")
        return value

    @field_validator("verify")
    @classmethod
    def _rarely(cls, value: int | None) -> int | None:
        if value is not None and value < 3600:
            raise ValueError("must be at least 1h, since all is read each time; or null for never")
        return value


class Control(Section):
    """The control socket, and the TCP port beside it."""

    socket: Path | None = None
    listen: str | None = None
    token: SecretStr | None = None

    @field_validator("listen")
    @classmethod
    def _loopback_only(cls, value: str | None) -> str | None:
        if value is not None:
            parse_listen(value)
        return value

    @field_validator("token", mode="before")
    @classmethod
    def _token(cls, value: object) -> object:
        if value is None:
            return None
        if not isinstance(value, str) or re.fullmatch(r"[!-~]{16,200}", value) is None:
            # Not repeated: it is a secret, if a poor one.
            raise ValueError(
                "write 16 characters or more, without spaces; or null to have one made"
            )
        return SecretStr(value)

    @field_validator("socket", mode="before")
    @classmethod
    def _path(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        path = expanded(value)
        if not path.is_absolute():  # each who looks for it may be in another directory
            raise ValueError("write an absolute path, or one that starts with ~")
        return path


class Config(Section):
    """The whole config; ``source`` is the file that it came from."""

    profile: str = Field(default="default", pattern=rf"^{PROFILE}$")
    account: Account
    folder: Annotated[Path, BeforeValidator(todo_folder)]
    format: Literal["markdown", "todo.txt", "vdir"] = "markdown"
    time_zone: str | None = None
    markers: Literal["block-id", "none"] = "block-id"
    today_file: str | None = None
    reminders: Reminders = Reminders()
    polls: Polls = Polls()
    notify: Notify = Notify()
    hooks: Hooks = Field(default={})
    log: Log = Log()
    control: Control = Control()
    source: Path = Field(exclude=True)

    @field_validator("markers")
    @classmethod
    def _lines_need_none(cls, value: str, info: ValidationInfo) -> str:
        if value == "none" and info.data.get("format") != "markdown":
            raise ValueError("none is for Markdown alone; other formats name a parent by its id")
        return value

    @field_validator("today_file")
    @classmethod
    def _beside_the_lists(cls, value: str | None) -> str | None:
        if value is not None and re.fullmatch(r"\w[\w .-]{0,99}\.md", value) is None:
            raise ValueError("name one Markdown file inside the folder, such as Today.md")
        return value

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (ValueError, OSError, KeyError):
                raise ValueError("write an IANA name such as Europe/Paris, or null") from None
        return value

    @field_validator("polls")
    @classmethod
    def _photos_apart(cls, value: Polls, info: ValidationInfo) -> Polls:
        photos, folder = value.photos.download, info.data.get("folder")
        if photos is not None and folder is not None:
            one, other = (Path(os.path.realpath(path)) for path in (photos, folder))
            if one.is_relative_to(other) or other.is_relative_to(one):
                raise ValueError("photos.download: name a folder apart from that of the todo files")
        return value

    @field_validator("reminders")
    @classmethod
    def _archive_of_lines(cls, value: Reminders, info: ValidationInfo) -> Reminders:
        if value.completed.archive is not None and info.data.get("format") == "vdir":
            raise ValueError("completed.archive: a vdir has no archive; write null")
        return value


def load_config(path: Path | None = None) -> Config:
    """Read and check the config; raises UsageError naming file, line and key."""
    source = path or config_path()
    text = _text(source)
    try:
        node, data = read_yaml(text)
    except TooMuch as error:
        raise UsageError(f"{source}: {error}", SEE_EXAMPLE) from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date such as 2026-02-31
        raise not_yaml(source, text, error) from None
    if not isinstance(data, dict):
        raise UsageError(f"{source}: write keys and values, such as `folder: ~/Todo`", SEE_EXAMPLE)
    for key, line, first in repeated(node):
        raise UsageError(
            f"{source}, line {line}: the key `{key}` is there already, in line {first}",
            "keep one of the two",
        )
    try:
        config = Config.model_validate({**data, "source": source})
    except ValidationError as error:
        raise unfit(source, node, error) from None
    if config.control.socket is not None:
        try:
            check_socket(config.control.socket)
        except UsageError as error:
            raise UsageError(f"{source}: {error.message}", error.hint) from None
    return config


def _text(source: Path) -> str:
    try:
        return source.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise no_config(source) from None
    except UnicodeDecodeError:
        raise UsageError(f"cannot read the config {source}: {NO_TEXT}", IS_IT_THIS) from None
    except OSError as error:
        raise UsageError(f"cannot read the config {source}: {error.strerror}", IS_IT_THIS) from None
