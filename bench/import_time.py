"""What each step pays for its imports in a fresh interpreter, and whether it pays for something that it doesn't use.

    python -m bench.import_time            a table, slowest first
    python -m bench.import_time --check    fails when a step imports what it doesn't use

Not used is: a large SDK that is imported before the branch that needs it is taken; a package that the step's own header doesn't name, nor
one of these brings along; a package in its header that neither the step nor one of its f.* modules imports anywhere.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import packages_distributions, requires
from pathlib import Path

BUNDLE = Path(__file__).resolve().parents[1] / "windmill"
LARGE = {"openai", "google-genai", "mcp", "tiktoken", "pypdf", "pypdfium2", "markdown-it-py"}
OPTIONAL = {"sniffio"}  # httpcore2 imports it where it happens to be installed, and does without
OWNERS = packages_distributions()


@dataclass
class Step:
    """A script of the bundle and what its import loads: milliseconds by distribution."""

    path: str
    total_ms: float
    packages: dict[str, float]

    def complaints(self) -> list[str]:
        named = header(BUNDLE / f"{self.path}.py")
        found = [f"imports {name} before it is needed" for name in sorted(LARGE & self.packages.keys())]
        strange = self.packages.keys() - closure(named) - LARGE - OPTIONAL
        found += [f"imports {name}, which its requirements don't bring" for name in sorted(strange)]
        idle = named - {owner for module in imported(self.path, set()) for owner in owners(module)}
        found += [f"requires {name}, which nothing of it imports" for name in sorted(idle)]
        return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def owners(module: str) -> set[str]:
    """The distributions that a module may come from; of a shared namespace the one that has its name."""
    top = module.partition(".")[0]
    found = {normal(owner) for owner in OWNERS.get(top, ())}
    close = {name for name in found if name == normal(".".join(module.split(".")[:2]))}
    return close or found


def header(script: Path) -> set[str]:
    """The packages named under `# requirements:`."""
    lines = script.read_text().splitlines()
    names = [
        re.match(r"# ([A-Za-z0-9._-]+)(\[.*\])?==", line) for line in lines[:30] if line.startswith("# ")
    ]
    return {normal(match[1]) for match in names if match}


def closure(names: set[str]) -> set[str]:
    """With all that they bring along, extras included."""
    found: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        found.add(name)
        try:
            needed = requires(name) or []
        except ModuleNotFoundError:
            continue  # for another platform
        waiting |= {normal(re.split(r"[^A-Za-z0-9._-]", line)[0]) for line in needed} - found
    return found


def imported(path: str, seen: set[str]) -> set[str]:
    """Every module that a script names in an import, wherever it stands, through its f.* modules."""
    seen.add(path)
    modules: set[str] = set()
    for node in ast.walk(ast.parse((BUNDLE / f"{path}.py").read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    for module in [module for module in modules if module.startswith("f.")]:
        further = module.replace(".", "/")
        if further not in seen and (BUNDLE / f"{further}.py").exists():
            modules |= imported(further, seen)
    return modules


def measure(path: str) -> Step:
    """One import in a fresh interpreter; with byte code, as on a worker."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {
        "PYTHONPATH": str(BUNDLE)
    }
    module = path.replace("/", ".")
    command = [
        sys.executable,
        "-X",
        "importtime",
        "-c",
        f"import sys; print(file=sys.stderr); import {module}",
    ]
    ran = subprocess.run(command, env=env, capture_output=True, text=True)
    if ran.returncode:
        raise SystemExit(f"{path} can't be imported: {ran.stderr.strip().splitlines()[-1]}")
    lines = re.findall(r"import time: +(\d+) \| +\d+ \| +(\S+)", ran.stderr.split("\n\n")[-1])
    packages: dict[str, float] = {}
    for own, name in lines:
        for owner in sorted(owners(name))[:1]:
            packages[owner] = packages.get(owner, 0) + int(own) / 1000
    return Step(path, sum(int(own) for own, _ in lines) / 1000, packages)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="complain and fail; no table")
    check = parser.parse_args().check
    scripts = sorted((BUNDLE / "f").rglob("*.py"))
    paths = [str(s.relative_to(BUNDLE).with_suffix("")) for s in scripts if "\ndef main(" in s.read_text()]
    for path in [] if check else paths:
        measure(path)  # the first import writes byte code
    steps = sorted((measure(path) for path in paths), key=lambda step: -step.total_ms)
    wrong = [f"{step.path} {words}" for step in steps for words in step.complaints()]
    if not check:
        for step in steps:
            most = sorted(step.packages.items(), key=lambda item: -item[1])[:5]
            print(f"{step.total_ms:7.0f} ms  {step.path:32} " + ", ".join(f"{n} {ms:.0f}" for n, ms in most))
    print(
        "\n".join(wrong) or f"{len(steps)} scripts import only what they use.",
        file=sys.stderr if wrong else sys.stdout,
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
