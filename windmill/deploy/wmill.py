"""Runs the `wmill` CLI over a copy of the bundle: what it installs and writes while it pushes stays out of the work tree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.bootstrap import DeployError, Server

WINDMILL = Path(__file__).resolve().parents[1]
CLI = "windmill-cli@1.819.0"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
COUNT = re.compile(r"(\d+) changes to apply")
QUIET_S = (
    8  # the server gathers the modules that changed for some seconds before it makes their importers' locks
)
DEPENDENCY_JOBS = "jobs/queue/list?job_kinds=dependencies,flowdependencies,appdependencies&per_page=100"
LONGEST_S = 600  # for one run of the CLI
ROUNDS = 5  # a lock made anew can make those of its importers anew, and so on: modules are at most three deep


def command() -> list[str]:
    """How the CLI is started: WMILL (a program), or the pinned package by npx."""
    if program := os.environ.get("WMILL"):
        return [program]
    npx = shutil.which("npx")
    if not npx:
        raise DeployError(
            f"npx was not found: install Node.js 20 or newer, or set WMILL to an installed {CLI}"
        )
    return [npx, "--yes", CLI]


@contextmanager
def bundle() -> Iterator[Path]:
    """A copy of what is deployed."""
    with tempfile.TemporaryDirectory(prefix="chatmill-bundle-") as folder:
        copy = Path(folder)
        shutil.copytree(
            WINDMILL / "f", copy / "f", ignore=shutil.ignore_patterns("__pycache__", "node_modules")
        )
        shutil.copy(WINDMILL / "wmill.yaml", copy / "wmill.yaml")
        shutil.copy(WINDMILL / "wmill-lock.yaml", copy / "wmill-lock.yaml")
        yield copy


def run(folder: Path, *arguments: str) -> str:
    """The CLI's output without colours; DeployError with its last lines when it fails."""
    try:
        done = subprocess.run(
            [*command(), *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_S,
        )
    except subprocess.TimeoutExpired:
        words = f"wmill {' '.join(arguments[:2])} did not end within {LONGEST_S} s: is the server up?"
        raise DeployError(words) from None  # not the command itself: the token is in it
    words = COLOURS.sub("", done.stdout + done.stderr)
    if done.returncode != 0:
        raise DeployError(
            f"wmill {' '.join(arguments[:2])} failed: {' / '.join(words.strip().splitlines()[-6:])}"
        )
    return words


def _sync(server: Server, folder: Path, *flags: str) -> tuple[int, str]:
    """A push, for real or not: how many changes, and the CLI's words."""
    target = ["--base-url", server.url, "--workspace", server.workspace, "--token", server.token]
    words = run(folder, "sync", "push", *flags, *target).replace(server.token, "…")
    found = COUNT.search(words)
    if not found:
        raise DeployError(f"wmill sync push said nothing of changes: {words.strip()[-500:]}")
    return int(found[1]), words


def diff(server: Server) -> tuple[int, str]:
    """What a push would change."""
    with bundle() as folder:
        return _sync(server, folder, "--dry-run")


def push(server: Server, say: Callable[[str], None] = lambda line: None) -> int:
    """Pushes until nothing is left to push, because the server makes the locks of some scripts anew. Returns the first push's changes."""
    with bundle() as folder:
        first, _ = _sync(server, folder, "--yes")
        count, words = first, ""
        for _ in range(ROUNDS):
            if not count:
                return first
            say(f"bundle: {count} changes pushed; the server makes its locks")
            wait_for_locks(server)
            count, words = _sync(server, folder, "--yes")
    if count:
        raise DeployError(f"the server keeps changing {count} files after each push: {words.strip()[-1500:]}")
    return first


def wait_for_locks(server: Server, seconds: float = 600) -> None:
    """Until no dependency job has been queued or at work for a while: one job starts the next, some seconds later."""
    deadline, quiet = time.monotonic() + seconds, 0
    while quiet < QUIET_S:
        quiet = 0 if server.call("GET", DEPENDENCY_JOBS).json() else quiet + 1
        if time.monotonic() > deadline:
            raise DeployError(
                f"the server did not finish its dependency jobs in {seconds:.0f} s: are workers running?"
            )
        time.sleep(1)
