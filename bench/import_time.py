"""What each step pays for its imports in a fresh interpreter, and whether it pays for something that it doesn't use.

    python -m bench.import_time            a table, slowest first
    python -m bench.import_time --check    fails when a step imports what it doesn't use

Not used is: a large SDK that is imported before the branch that needs it is taken. A package that the step's lock doesn't hold fails, too: this
environment has it, a worker would not.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import packages_distributions
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
        found = [f"imports {name} before it is needed" for name in sorted(LARGE & self.packages.keys())]
        strange = self.packages.keys() - locked(BUNDLE / f"{self.path}.script.lock") - LARGE - OPTIONAL
        found += [f"imports {name}, which its lock doesn't hold" for name in sorted(strange)]
        return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def owners(module: str) -> set[str]:
    """The distributions that a module may come from; of a shared namespace the one that has its name."""
    top = module.partition(".")[0]
    found = {normal(owner) for owner in OWNERS.get(top, ())}
    close = {name for name in found if name == normal(".".join(module.split(".")[:2]))}
    return close or found


def locked(lock: Path) -> set[str]:
    """The packages that a step has on a worker."""
    return {normal(line.partition("==")[0]) for line in lock.read_text().splitlines() if "==" in line}


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
