"""The config: YAML to a frozen ``Config``, with every error naming its line and its key.

A key that is not known, or a value that does not fit, stops everything with exit code 2: a typing
error must never turn a safety off. ``config.example.yaml`` explains the keys.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from daemon.paths import config_path
from sync.errors import UsageError
from sync.remote.endpoint import parse_endpoint

__all__ = ["Config", "load_config"]

UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _duration(value: object) -> object:
    """``90s``, ``2m``, ``6h`` or ``14d`` as seconds."""
    if isinstance(value, str) and (match := re.fullmatch(r"(\d+)\s*([smhd])", value.strip())):
        return int(match[1]) * UNITS_S[match[2]]
    raise ValueError("write a whole number with a unit, such as 90s, 2m, 6h or 14d")


Seconds = Annotated[int, BeforeValidator(_duration)]
ListMode = Literal["two-way", "read-only", "ignore"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Account(_Section):
    """Which account, and how its password is had."""

    apple_id: str = Field(min_length=3, pattern=r"^\S+@\S+$")
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

    @field_validator("password_command")
    @classmethod
    def _not_empty(cls, value: list[str] | None) -> list[str] | None:
        if value is not None and not value:
            raise ValueError("name a command, or null")
        return value


class Deletions(_Section):
    """When deletions wait for a person."""

    hold_above: int = Field(default=5, ge=0)
    grace: Seconds = 120
    mode: Literal["soft"] = "soft"


class Completed(_Section):
    """Which completed reminders are shown in files."""

    show: Seconds = 14 * 86400


class Reminders(_Section):
    """How the reminders are kept."""

    every: Seconds = 60
    lists: dict[str, ListMode] = {"*": "two-way"}
    new_lists: Literal["ask", "yes", "no"] = "ask"
    conflicts: Literal["cloud", "files"] = "cloud"
    deletions: Deletions = Deletions()
    completed: Completed = Completed()

    @field_validator("new_lists", mode="before")
    @classmethod
    def _yes_is_a_word(cls, value: object) -> object:
        """YAML 1.1 reads a bare ``yes`` as true."""
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value

    @field_validator("every")
    @classmethod
    def _polite(cls, value: int) -> int:
        if value < 1:
            raise ValueError("must be at least 1s")
        return value


class Control(_Section):
    """The control socket."""

    socket: Path | None = None

    @field_validator("socket", mode="before")
    @classmethod
    def _path(cls, value: object) -> object:
        return Path(value).expanduser() if isinstance(value, str) else value


class Config(_Section):
    """The whole config; ``source`` is the file that it came from."""

    profile: str = Field(default="default", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    account: Account
    folder: Path
    format: Literal["markdown", "todo.txt"] = "markdown"
    time_zone: str | None = None
    markers: Literal["block-id"] = "block-id"
    reminders: Reminders = Reminders()
    control: Control = Control()
    source: Path = Field(exclude=True)

    @field_validator("folder", mode="before")
    @classmethod
    def _folder(cls, value: object) -> object:
        if not isinstance(value, str):
            raise ValueError("write the path of a folder")
        path = Path(value).expanduser()
        if not path.is_absolute():
            raise ValueError("write an absolute path, or one that starts with ~")
        return path

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (ValueError, OSError, KeyError):
                raise ValueError("write an IANA name such as Europe/Paris, or null") from None
        return value


def load_config(path: Path | None = None) -> Config:
    """Read and check the config; raises UsageError naming file, line and key."""
    source = path or config_path()
    try:
        text = source.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(
            f"there is no config at {source}", "run `remindersd init`, or name one with --config"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the config {source}: {error}") from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it is not YAML"
        raise UsageError(f"{source}{line}: {problem}", "correct that line") from None
    if not isinstance(data, dict):
        raise UsageError(f"{source}: write keys and values, such as `folder: ~/Todo`")
    try:
        return Config.model_validate({**data, "source": source})
    except ValidationError as error:
        raise _explain(source, node, error) from None


def _explain(source: Path, node: yaml.Node | None, error: ValidationError) -> UsageError:
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]]
    key = ".".join(path)
    line = _line_of(node, path)
    place = f"{source}, line {line}" if line else str(source)
    match first["type"]:
        case "extra_forbidden":
            what, hint = f"unknown key `{key}`", "see config.example.yaml for the keys there are"
        case "missing":
            what, hint = f"the key `{key}` is missing", "see config.example.yaml"
        case _:
            what = f"`{key}`: {_plain(first)}"
            hint = "correct that value"
    return UsageError(f"{place}: {what}", hint)


def _plain(first: Any) -> str:
    message = str(first["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _line_of(node: yaml.Node | None, path: list[str]) -> int | None:
    """The 1-based line of the deepest key of ``path`` that stands in the file."""
    line: int | None = None
    for part in path:
        if not isinstance(node, yaml.MappingNode):
            break
        for key, value in node.value:
            if key.value == part:
                line, node = key.start_mark.line + 1, value
                break
        else:
            break
    return line
