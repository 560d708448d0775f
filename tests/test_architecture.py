"""The shape of the code, read from its syntax trees: who imports whom, and how large is large."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("daemon", "sync", "store", "sandbox")
GENERATED = {"sync.codec.document_pb2"}

MAY_IMPORT = {
    "daemon": {"daemon", "sync", "store"},
    "sync": {"sync", "store"},
    "store": {"store"},
    "sandbox": {"sandbox"},
}
USES_THE_SANDBOX = re.compile(r"daemon\.(demo\w*|cli\.trial)$")

CORE = re.compile(
    r"store\.model$"
    r"|sync\.(merge|plan|actions|snapshot|lift|guard|match|lists|order|identity)$"
    r"|sync\.codec(\.|$)"
    r"|sync\.local\.(markdown(\.|$)|names$)"
)
PURE = re.compile(CORE.pattern + r"|sync\.(render|sentences)$")
IMPURE_MODULES = {
    "asyncio", "glob", "http", "httpx", "io", "logging", "os", "pyicloud", "random", "requests",
    "secrets", "shutil", "signal", "socket", "sqlite3", "sqlite_utils", "subprocess", "sys",
    "tempfile", "threading", "time", "urllib",
}  # fmt: skip
IMPURE_NAMES = {"pathlib", "pathlib.Path", "uuid.uuid1", "uuid.uuid4"}
IMPURE_CALLS = {"open", "input", "print", "exec", "eval", "__import__", "breakpoint"}
IMPURE_METHODS = {"now", "utcnow", "today", "uuid1", "uuid4"}

CATCHES_ALL = {"daemon.loop": 1, "daemon.cli.failure": 1}
PRINTS = re.compile(r"daemon\.(cli(\.|$)|demo)|sandbox\.serve$")


@cache
def modules() -> dict[str, Path]:
    """Every module of the packages by its dotted name, a package by its own."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(modules()[name].read_text(encoding="utf-8"))


def written() -> list[str]:
    """The modules that a person wrote."""
    return [name for name in modules() if name not in GENERATED]


def imports(name: str) -> Iterator[str]:
    """Dotted names that a module imports, wherever in it the import stands."""
    is_package = modules()[name].name == "__init__.py"
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = name.split(".")
                kept = parts[: len(parts) - node.level + is_package]
                base = ".".join([*kept, base] if base else kept)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def calls(name: str) -> Iterator[tuple[int, ast.expr]]:
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Call):
            yield node.lineno, node.func


def catches_all(name: str) -> list[int]:
    """Lines of handlers that catch whatever there is, and do not raise it again in every case."""
    everything = {"Exception", "BaseException"}
    found = []
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.ExceptHandler):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            returns = any(isinstance(inner, ast.Return) for inner in ast.walk(node))
            raises = isinstance(node.body[-1], ast.Raise) and not returns
            caught = {kind.id for kind in kinds if isinstance(kind, ast.Name)}
            if (node.type is None or caught & everything) and not raises:
                found.append(node.lineno)
    return found


def test_the_packages_are_found() -> None:
    assert len(modules()) > 100
    assert {name.split(".")[0] for name in modules()} == set(PACKAGES)


@pytest.mark.parametrize("name", written())
def test_imports_run_one_way(name: str) -> None:
    allowed = set(MAY_IMPORT[name.split(".")[0]])
    if USES_THE_SANDBOX.match(name):
        allowed.add("sandbox")
    ours = {target for target in imports(name) if target.split(".")[0] in PACKAGES}
    assert not {target for target in ours if target.split(".")[0] not in allowed}
    if name == "store.model":
        assert not ours, "the shared values import nothing of ours"


@pytest.mark.parametrize("name", [name for name in written() if PURE.match(name)])
def test_the_core_is_pure(name: str) -> None:
    impure = {
        target
        for target in imports(name)
        if target.split(".")[0] in IMPURE_MODULES or target in IMPURE_NAMES
    }
    for line, function in calls(name):
        if isinstance(function, ast.Name) and function.id in IMPURE_CALLS:
            impure.add(f"{function.id} in line {line}")
        if isinstance(function, ast.Attribute) and function.attr in IMPURE_METHODS:
            impure.add(f".{function.attr} in line {line}")
    assert not impure


@pytest.mark.parametrize("name", [name for name in written() if CORE.match(name)])
def test_the_core_rests_on_nothing_impure(name: str) -> None:
    ours = {target for target in imports(name) if target in modules()}
    on_the_way = {"store", "sync", "sync.local"}  # packages with nothing in them
    assert not {target for target in ours - on_the_way if not CORE.match(target)}


@pytest.mark.parametrize("name", written())
def test_a_file_is_one_idea(name: str) -> None:
    lines = modules()[name].read_text(encoding="utf-8").count("\n")
    assert lines <= 400


@pytest.mark.parametrize("name", written())
def test_a_function_is_one_thought(name: str) -> None:
    lengths = {
        node.name: (node.end_lineno or node.lineno) - node.lineno + 1
        for node in ast.walk(tree(name))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert not {function: length for function, length in lengths.items() if length > 60}


@pytest.mark.parametrize("name", written())
def test_a_module_says_what_it_decides(name: str) -> None:
    assert ast.get_docstring(tree(name))


@pytest.mark.parametrize("name", written())
def test_nothing_is_caught_wholesale(name: str) -> None:
    """A bug may be a state of the daemon, and one line of a client; nowhere else is it hidden."""
    assert len(catches_all(name)) <= CATCHES_ALL.get(name, 0)


@pytest.mark.parametrize("name", [name for name in written() if not PRINTS.match(name)])
def test_only_the_command_line_prints(name: str) -> None:
    prints = (
        line
        for line, function in calls(name)
        if isinstance(function, ast.Name) and function.id == "print"
    )
    assert not list(prints)
