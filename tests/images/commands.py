"""Running a command here, and how what does not work is told."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

from tests.images.services import ROOT

PROJECT = "chatmill-check"
BUILD_S, START_S, LOOK_S = 1800, 300, 15
TAIL = 25  # lines of a log


class Failed(Exception):
    """What does not work, in a sentence; then the last lines of what was printed."""


def run(
    command: Iterable[str | Path], what: str, seconds: float = BUILD_S, env: dict[str, str] | None = None
) -> str:
    """What a command prints; raises Failed with `what` where it fails."""
    try:
        done = subprocess.run(
            list(map(str, command)),
            stdin=subprocess.DEVNULL,
            env=env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            cwd=ROOT,
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"{what} takes longer than {seconds:.0f} s.") from None
    if done.returncode:
        raise Failed(f"{what} fails (exit {done.returncode}).\n{tail(done.stdout)}")
    return done.stdout


def look(command: list[str]) -> tuple[int, str]:
    """How a command ends, and what it prints; 1 where it does not end in time."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=ROOT, timeout=LOOK_S, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        return 1, f"no answer in {LOOK_S} s"
    return done.returncode, done.stdout + done.stderr


def tail(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-TAIL:])
