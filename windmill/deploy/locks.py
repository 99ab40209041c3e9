"""Makes the bundle's named requirements, headers and locks, offline from the server: python windmill/deploy/locks.py [--check]

Each group that `worker` includes in pyproject.toml becomes windmill/dependencies/NAME.requirements.in: the whole closure, at the versions of
worker/requirements.txt. A script's header (`# requirements: NAME`) names the smallest of them that has every package which the script and the
modules it imports import. The server knows nothing else when it makes a lock again, which it does whenever an imported module changes, and so
it comes to the same lock whatever the index has by then. --check only says what is out of date.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

WINDMILL = Path(__file__).resolve().parents[1]
PROJECT = WINDMILL.parent / "pyproject.toml"
PINS = WINDMILL / "worker" / "requirements.txt"
PYTHON = "3.12"
WORKER = {
    "python_version": PYTHON,
    "python_full_version": f"{PYTHON}.0",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "platform_machine": "x86_64",
    "platform_system": "Linux",
    "sys_platform": "linux",
    "os_name": "posix",
    "extra": "",
}
# Stands above the header of a script whose packages share a folder (google.*). Without it a worker copies them all into the job's folder, for
# seconds, in every job; they are namespace packages, which Python finds where they are.
ALONE = "# no_postinstall\n"
SHARED_FOLDER = {"google-auth", "google-genai", "googleapis-common-protos", "protobuf"}
# The header as it is written here, or with the pins themselves below it, as the server takes it, too.
HEADER = re.compile(
    rf"\A(?:{re.escape(ALONE)})?(?:# requirements:(?: \S+)?\n(?:# [\w.-]+(?:\[[\w,-]+\])?==\S+\n)*)?"
)


class LockError(Exception):
    """A sentence for the person who changed an import or a group."""


def scripts() -> list[Path]:
    """Every Python file that is deployed."""
    return sorted(WINDMILL.glob("f/**/*.py"))


def imported_modules(script: Path) -> set[Path]:
    """The deployed modules that a script imports, and those that they import."""
    modules: set[Path] = set()
    queue = [script]
    while queue:
        for name in imports_of(queue.pop().read_text()):
            module = WINDMILL / (name.replace(".", "/") + ".py")
            if module.exists() and module not in modules:
                modules.add(module)
                queue.append(module)
    return modules


@cache
def imports_of(source: str) -> tuple[str, ...]:
    """The names that a file's text imports. Each module is asked once for every script above it."""
    return tuple(imported_names(ast.parse(source)))


def imported_names(tree: ast.Module) -> Iterator[str]:
    """What a file imports when it runs, wherever it does: `from f.a import b` may mean the module f.a or f.a.b."""
    nodes: list[ast.AST] = [tree]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            nodes += node.orelse
            continue
        nodes += ast.iter_child_nodes(node)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{part.name}" for part in node.names)
        elif isinstance(node, ast.Import):
            yield from (part.name for part in node.names)


@cache
def owners() -> dict[str, list[str]]:
    """The installed packages by the top-level name that is imported."""
    return {
        name: [canonicalize_name(p) for p in found]
        for name, found in metadata.packages_distributions().items()
    }


def imported_packages(script: Path) -> set[str]:
    """The packages that a script and its modules import. LockError for one that no group of the worker names."""
    named = {package for group in groups().values() for package in group}
    packages: set[str] = set()
    for file in (script, *imported_modules(script)):
        for name in imports_of(file.read_text()):
            top = name.partition(".")[0]
            if top in sys.stdlib_module_names or top == "f":
                continue
            held = named.intersection(owners().get(top, ()))
            if not held:
                raise LockError(
                    f"{file.relative_to(WINDMILL)} imports {top}: add its package to a group that `worker` includes in pyproject.toml,"
                    " then `make locks`"
                )
            packages |= held
    return packages


@cache
def groups() -> dict[str, dict[str, Requirement]]:
    """The groups that `worker` includes, by name: their requirements by package."""
    declared = tomllib.loads(PROJECT.read_text())["dependency-groups"]

    def flat(name: str) -> Iterator[Requirement]:
        for entry in declared[name]:
            if isinstance(entry, dict):
                yield from flat(entry["include-group"])
            else:
                yield Requirement(entry)

    names = [entry["include-group"] for entry in declared["worker"] if isinstance(entry, dict)]
    return {name: {canonicalize_name(r.name): r for r in flat(name)} for name in names}


def group_of(script: Path) -> str | None:
    """The name that the script's header should have; None where nothing of it needs a package."""
    packages = imported_packages(script)
    if not packages:
        return None
    fitting = [name for name, group in groups().items() if packages <= group.keys()]
    if not fitting:
        raise LockError(
            f"{script.relative_to(WINDMILL)} needs {', '.join(sorted(packages))}, and no group that `worker` includes in pyproject.toml has them"
            " all: add what is missing to the nearest one, then `make locks`"
        )
    return min(fitting, key=lambda name: (len(closure(name)), name))


@cache
def closure(group: str) -> tuple[str, ...]:
    """A group's packages with all that they need, pinned. From the installed packages' own metadata, so that no index is asked."""
    pins = pinned()
    packages: set[str] = set()
    seen: set[tuple[str, str]] = set()
    queue = list(groups()[group].values())
    while queue:
        requirement = queue.pop()
        name = canonicalize_name(requirement.name)
        if name not in pins:
            raise LockError(f"{name} is not in worker/requirements.txt: run `make locks`")
        if not requirement.specifier.contains(pins[name]):
            raise LockError(f"{requirement} is asked for, but worker/requirements.txt has {pins[name]}")
        packages.add(name)
        for extra in ("", *requirement.extras):
            if (name, extra) not in seen:
                seen.add((name, extra))
                queue += needs(name, extra)
    return tuple(f"{name}=={pins[name]}" for name in sorted(packages))


def needs(package: str, extra: str) -> list[Requirement]:
    """What a package needs on a worker, for one of its extras or for none."""
    required = [Requirement(line) for line in metadata.requires(package) or []]
    return [r for r in required if (not r.marker or r.marker.evaluate(WORKER | {"extra": extra}))]


@cache
def pinned() -> dict[str, str]:
    """The version of each package in worker/requirements.txt that a worker would install."""
    lines = [line.removesuffix("\\").strip() for line in PINS.read_text().splitlines() if "==" in line]
    pins = [Requirement(line) for line in lines]
    return {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin in pins
        if not pin.marker or pin.marker.evaluate(WORKER)
    }


def requirements_text(group: str) -> str:
    """The text of windmill/dependencies/GROUP.requirements.in. Its hash stands in each lock: nothing but pins may be in it."""
    return "".join(f"{line}\n" for line in closure(group))


def with_header(script: Path) -> str:
    """The script's text with the header that it should have."""
    group, text = group_of(script), script.read_text()
    code = text[HEADER.match(text).end() :].lstrip("\n")  # type: ignore[union-attr]  # the pattern matches the empty text, too
    if group is None:
        return code
    shares = {line.partition("==")[0] for line in closure(group)} & SHARED_FOLDER
    return f"{ALONE * (len(shares) > 1)}# requirements: {group}\n{code}"


def lock_of(script: Path) -> str:
    """The text of the script's lock, to the byte what the server would make: no line end after the last package."""
    group = group_of(script)
    if group is None:
        return f"# py: {PYTHON}\n"
    return "\n".join(
        [
            "# workspace-dependencies-mode: manual",
            f"# workspace-dependencies: {group}:{hashlib.sha256(requirements_text(group).encode()).hexdigest()}",
            f"# py: {PYTHON}",
            *closure(group),
        ]
    )


def wanted() -> Iterator[tuple[Path, str | None]]:
    """Each file that is made here, with its text; None for a file of requirements that no group has any more."""
    folder = WINDMILL / "dependencies"
    for group in groups():
        yield folder / f"{group}.requirements.in", requirements_text(group)
    for file in sorted(folder.glob("*")):
        if file.name.removesuffix(".requirements.in") not in groups():
            yield file, None
    for script in scripts():
        yield script, with_header(script)
        yield script.with_suffix(".script.lock"), lock_of(script)


def write(file: Path, text: str | None) -> None:
    if text is None:
        file.unlink()
    else:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 when a file is out of date"
    )
    check = parser.parse_args().check
    try:
        stale = [
            (file, text) for file, text in wanted() if text != (file.read_text() if file.exists() else None)
        ]
    except LockError as error:
        print(error, file=sys.stderr)
        return 1
    for file, text in stale:
        if not check:
            write(file, text)
        print(f"{file.relative_to(WINDMILL)} {'is out of date: run `make bundle`' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
