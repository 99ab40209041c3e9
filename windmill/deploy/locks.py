"""Makes the bundle's locks, offline from the server: python windmill/deploy/locks.py [--check]

Each script and module of f/ names its packages, and those of the modules it imports, in a `# requirements:` header: the server knows nothing
else when it makes a lock again (it does whenever an imported module changes). The lock holds these and what they need in turn, all at the
versions of worker/requirements.txt. --check only says which locks are not what they would be.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

WINDMILL = Path(__file__).resolve().parents[1]
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
# May stand above the header. Without it a worker copies all packages that share a folder (google.*) into the job's folder, for seconds, in every
# job; they are namespace packages, which Python finds where they are.
ALONE = "# no_postinstall\n"
# Both lines are the server's own: it writes them on top of a lock whose script has a `# requirements:` header.
HEADER = f"# workspace-dependencies-mode: manual\n# py: {PYTHON}\n"


def scripts() -> list[Path]:
    """Every Python file that is deployed."""
    return sorted(WINDMILL.glob("f/**/*.py"))


def own_requirements(script: Path) -> list[str]:
    """The lines of the script's `# requirements:` header."""
    lines = script.read_text().removeprefix(ALONE).splitlines()
    if not lines or lines[0] != "# requirements:":
        return []
    end = next((i for i, line in enumerate(lines[1:], 1) if not line.startswith("# ")), len(lines))
    return [line.removeprefix("# ") for line in lines[1:end]]


def imported(script: Path) -> set[Path]:
    """The deployed modules that a script imports, and those that they import."""
    found: set[Path] = set()
    queue = [script]
    while queue:
        for name in names_in(ast.parse(queue.pop().read_text())):
            module = WINDMILL / (name.replace(".", "/") + ".py")
            if module.exists() and module not in found:
                found.add(module)
                queue.append(module)
    return found


def names_in(tree: ast.Module) -> Iterator[str]:
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


def missing(script: Path) -> list[str]:
    """What the modules that a script imports need and its own header lacks."""
    return sorted(
        {line for path in imported(script) for line in own_requirements(path)} - set(own_requirements(script))
    )


def complete(script: Path) -> None:
    """Writes what is missing into the script's header."""
    if lines := missing(script):
        whole = script.read_text()
        text = whole.removeprefix(ALONE)
        header = ALONE * whole.startswith(ALONE) + "\n".join(
            ["# requirements:", *(f"# {line}" for line in (*own_requirements(script), *lines))]
        )
        if text.startswith("# requirements:\n"):
            end = len("\n".join(["# requirements:", *(f"# {line}" for line in own_requirements(script))]))
            text = text[end:].removeprefix("\n")
        else:
            header += "\n"
        script.write_text(f"{header}\n{text}")


def lock_of(script: Path) -> str:
    """The text of the script's lock, to the byte what the server would make: no line end after the last package."""
    if not own_requirements(script):
        return f"# py: {PYTHON}\n"
    return (HEADER + resolve(tuple(sorted(own_requirements(script))))).rstrip("\n")


@cache
def resolve(wanted: tuple[str, ...]) -> str:
    """The pinned closure of some requirements, a line each. From the installed packages' own metadata, so that no index is asked."""
    pins = pinned()
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    queue = [Requirement(line) for line in wanted]
    while queue:
        requirement = queue.pop()
        name = canonicalize_name(requirement.name)
        if name not in pins:
            raise SystemExit(f"{name} is not in worker/requirements.in: add it there, then `make locks`")
        if not requirement.specifier.contains(pins[name]):
            raise SystemExit(f"{requirement} is asked for, but worker/requirements.txt has {pins[name]}")
        found[name] = pins[name]
        for extra in ("", *requirement.extras):
            if (name, extra) not in seen:
                seen.add((name, extra))
                queue += needs(name, extra)
    return "".join(f"{name}=={found[name]}\n" for name in sorted(found))


def needs(name: str, extra: str) -> list[Requirement]:
    """What a package needs on a worker, for one of its extras or for none."""
    listed = [Requirement(line) for line in metadata.requires(name) or []]
    return [r for r in listed if (not r.marker or r.marker.evaluate(WORKER | {"extra": extra}))]


def pinned() -> dict[str, str]:
    """The version of each package in worker/requirements.txt that a worker would install."""
    lines = [line.removesuffix("\\").strip() for line in PINS.read_text().splitlines() if "==" in line]
    pins = [Requirement(line) for line in lines]
    return {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin in pins
        if not pin.marker or pin.marker.evaluate(WORKER)
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 when a lock is out of date"
    )
    check = parser.parse_args().check
    stale = []
    for script in scripts():
        if missing(script):
            stale.append(script)
            if not check:
                complete(script)
        lock = script.with_suffix(".script.lock")
        text = lock_of(script)
        if not lock.exists() or lock.read_text() != text:
            stale.append(lock)
            if not check:
                lock.write_text(text)
    for lock in stale:
        print(f"{lock.relative_to(WINDMILL)} {'is out of date: run `make locks`' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
