"""The shape of the code, read from its syntax trees: who imports whom, and how large is large."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Container, Iterator
from functools import cache
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("daemon", "sync", "store", "sandbox")
GENERATED = {"sync.codec.document_pb2"}

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 60

MAY_IMPORT = {
    "daemon": {"daemon", "sync", "store"},
    "sync": {"sync", "store"},
    "store": {"store"},
    "sandbox": {"sandbox"},
}
USES_THE_SANDBOX = re.compile(r"daemon\.(demo(\.\w+)?|cli\.trial)$")

HALLS = {
    "daemon",
    "sandbox",
    "store",
    "sync",
    "sync.cycle",
}  # packages of which each part is a room by itself

CORE = re.compile(
    r"store\.(model|polled\.rows)$"
    r"|store\.rows(\.|$)"
    r"|sync\.core(\.|$)"
    r"|sync\.codec(\.|$)"
    r"|sync\.polls\.items(\.|$)"
    r"|sync\.local\.(markdown|todotxt|vdir)(\.|$)"
    r"|sync\.local\.(names|layout|tasks|unread|verify|lines|dates|text|projection|formats)$"
)
PURE = re.compile(
    CORE.pattern + r"|sync\.cycle\.(rendering(\.\w+)?|planning\.sentences|observing\.stale)$"
)
IMPURE_MODULES = {
    "asyncio", "glob", "http", "httpx", "io", "logging", "os", "pyicloud", "random", "requests",
    "secrets", "shutil", "signal", "socket", "sqlite3", "sqlite_utils", "subprocess", "sys",
    "tempfile", "threading", "time", "urllib",
}  # fmt: skip
IMPURE_NAMES = {"pathlib", "pathlib.Path", "uuid.uuid1", "uuid.uuid4"}
IMPURE_CALLS = {"open", "input", "print", "exec", "eval", "__import__", "breakpoint"}
IMPURE_METHODS = {"now", "utcnow", "today", "uuid1", "uuid4"}

CATCHES_ALL = {
    **{"daemon.running.loop": 1, "daemon.cli.failure": 1},
    **{"daemon.process.worker": 1, "sync.cycle.observing.ahead": 1},  # raised where it is awaited
    "daemon.polls.helper": 1,  # raised, by its name, in the process that asked
}
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


@cache
def nodes(name: str) -> list[ast.AST]:
    return list(ast.walk(tree(name)))


def written() -> list[str]:
    """The modules that a person wrote."""
    return [name for name in modules() if name not in GENERATED]


@cache
def imports(name: str) -> list[str]:
    """Dotted names that a module imports, wherever in it the import stands."""
    return list(_imports(name))


@cache
def imports_at_once(name: str) -> list[str]:
    """The same without what only a reader of types needs."""
    apart = {
        inner
        for node in nodes(name)
        if isinstance(node, ast.If) and is_name(node.test, "TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    return list(_imports(name, apart))


def _imports(name: str, apart: Container[ast.AST] = ()) -> Iterator[str]:
    is_package = modules()[name].name == "__init__.py"
    for node in nodes(name):
        if node in apart:
            continue
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


def room(name: str) -> str:
    """The room that a module is in; in a hall it is one by itself."""
    home = name
    while (above := home.rpartition(".")[0]) and above not in HALLS:
        home = above
    return home


def calls(name: str) -> Iterator[tuple[int, ast.expr]]:
    for node in nodes(name):
        if isinstance(node, ast.Call):
            yield node.lineno, node.func


def canonical(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def is_name(expression: ast.expr, name: str) -> bool:
    return isinstance(expression, ast.Name) and expression.id == name


def catches_all(name: str) -> list[int]:
    """Lines of handlers that catch whatever there is, and do not raise it again in every case."""
    everything = {"Exception", "BaseException"}
    found = []
    for node in nodes(name):
        if isinstance(node, ast.ExceptHandler):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            returns = any(isinstance(inner, ast.Return) for inner in ast.walk(node))
            raises = isinstance(node.body[-1], ast.Raise) and not returns
            caught = {kind.id for kind in kinds if isinstance(kind, ast.Name)}
            if (node.type is None or caught & everything) and not raises:
                found.append(node.lineno)
    return found


def impure(name: str) -> set[str]:
    """What a module imports or calls that reads or changes the world."""
    found = {
        target
        for target in imports(name)
        if target.split(".")[0] in IMPURE_MODULES or target in IMPURE_NAMES
    }
    for line, function in calls(name):
        if any(is_name(function, call) for call in IMPURE_CALLS):
            found.add(f"line {line}: {ast.unparse(function)}")
        if isinstance(function, ast.Attribute) and function.attr in IMPURE_METHODS:
            found.add(f"line {line}: {ast.unparse(function)}")
    return found


def test_the_packages_are_found() -> None:
    assert len(modules()) > 100
    assert {name.split(".")[0] for name in modules()} == set(PACKAGES)


def test_imports_run_one_way() -> None:
    wrong = {}
    for name in written():
        allowed = MAY_IMPORT[name.split(".")[0]]
        if USES_THE_SANDBOX.match(name):
            allowed = allowed | {"sandbox"}
        targets = {target.split(".")[0] for target in imports(name)} & set(PACKAGES)
        if targets - allowed:
            wrong[name] = targets - allowed
    assert wrong == {}


def test_rooms_import_one_way() -> None:
    """What a room rests on does not rest on it, however long the way round.

    In the sandbox all are handed the world that consists of them, which is no import but a type.
    """
    rests_on: defaultdict[str, set[str]] = defaultdict(set)
    for name in written():
        found = imports_at_once(name) if name.startswith("sandbox.") else imports(name)
        targets = {room(target) for target in found if target in modules()}
        rests_on[room(name)] |= targets - {room(name)} - HALLS
    TopologicalSorter(rests_on).prepare()  # raises CycleError, which names the rooms


def test_every_library_in_use_is_declared_and_every_declared_one_in_use() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {canonical(re.split(r"[^\w.-]", entry)[0]) for entry in project["dependencies"]}
    homes = packages_distributions()
    foreign = {target.split(".")[0] for name in modules() for target in imports(name)}
    foreign -= {*PACKAGES, *sys.stdlib_module_names}
    used = {canonical(home) for package in foreign for home in homes[package]}
    assert used | {"tzdata"} == declared  # what zoneinfo reads where the system has none


def test_the_shared_values_import_nothing_of_ours() -> None:
    assert not {target for target in imports("store.model") if target.split(".")[0] in PACKAGES}


def test_the_core_is_pure() -> None:
    wrong = {name: found for name in written() if PURE.match(name) and (found := impure(name))}
    assert wrong == {}


def test_the_core_rests_on_nothing_impure() -> None:
    on_the_way = {"store", "sync", "sync.local"}  # packages with nothing in them
    wrong = {}
    for name in written():
        if CORE.match(name):
            ours = {target for target in imports(name) if target in modules()} - on_the_way
            if outside := {target for target in ours if not CORE.match(target)}:
                wrong[name] = outside
    assert wrong == {}


def test_only_purging_and_restoring_write_without_a_change_tag() -> None:
    forms = ("forceUpdate", "forceDelete", "forceReplace")
    said = {
        name
        for name in written()
        if name.startswith(("daemon", "sync", "store"))
        for node in nodes(name)
        if isinstance(node, ast.Constant) and node.value in forms
    }
    users = {name for name in written() if "sync.codec.forced" in imports(name)}
    assert said == {"sync.codec.forced"}
    assert users == {"sync.codec.purging", "sync.codec.reviving"}


def test_a_file_is_one_idea() -> None:
    sizes = {name: modules()[name].read_text(encoding="utf-8").count("\n") for name in written()}
    assert {name: size for name, size in sizes.items() if size > LINES_OF_A_FILE} == {}


def test_a_function_is_one_thought() -> None:
    sizes = {
        f"{name}.{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for name in written()
        for node in nodes(name)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: size for name, size in sizes.items() if size > LINES_OF_A_FUNCTION} == {}


def test_a_module_says_what_it_decides() -> None:
    assert [name for name in written() if not ast.get_docstring(tree(name))] == []


def test_nothing_is_caught_wholesale() -> None:
    """A bug may be a state of the daemon, and one line of a client; nowhere else is it hidden."""
    wrong = {
        name: lines
        for name in written()
        if len(lines := catches_all(name)) > CATCHES_ALL.get(name, 0)
    }
    assert wrong == {}


def test_only_the_command_line_prints() -> None:
    wrong = {
        name: lines
        for name in written()
        if not PRINTS.match(name)
        and (lines := [line for line, function in calls(name) if is_name(function, "print")])
    }
    assert wrong == {}
