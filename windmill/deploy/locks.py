"""Makes the bundle's locks, offline from the server: python windmill/deploy/locks.py [--check]

Each script and module of f/ names its packages, and those of the modules it imports, in a `# requirements:` header: the server knows nothing
else when it makes a lock again (it does whenever an imported module changes). The lock holds these and what they need in turn, all at the
versions of worker/requirements.txt. --check only says which locks are not what they would be.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

WINDMILL = Path(__file__).resolve().parents[1]
PINS = WINDMILL / "worker" / "requirements.txt"
PYTHON = "3.12"
# May stand above the header. Without it a worker copies all packages that share a folder (google.*) into the job's folder, for seconds, in every
# job; they are namespace packages, which Python finds where they are.
ALONE = "# no_postinstall\n"
# Both lines are the server's own: it writes them on top of a lock whose script has a `# requirements:` header.
HEADER = f"# workspace-dependencies-mode: manual\n# py: {PYTHON}\n"
IMPORT = re.compile(r"^\s*from (f(?:\.\w+)+) import|^\s*import (f(?:\.\w+)+)", re.M)


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
        for groups in IMPORT.findall(queue.pop().read_text()):
            module = WINDMILL / (next(filter(None, groups)).replace(".", "/") + ".py")
            if module.exists() and module not in found:
                found.add(module)
                queue.append(module)
    return found


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
    return HEADER + resolve(tuple(sorted(own_requirements(script)))).rstrip("\n")


@cache
def resolve(wanted: tuple[str, ...]) -> str:
    """The pinned closure of some requirements, a line each."""
    if not wanted:
        return ""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "compile", "-", "--quiet", "--no-header", "--no-annotate"),
            *("--python-version", PYTHON, "--python-platform", "linux", "--constraints", str(PINS)),
        ],
        input="\n".join(wanted),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"no lock for {', '.join(wanted)}:\n{done.stderr.strip()}")
    return done.stdout


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
