"""Settings of this folder's commands: the environment, and the file of secrets for what the environment lacks."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from pathlib import Path

from dotenv import load_dotenv


def load(env_file: Path) -> None:
    """Adds to the environment those settings of the file that it lacks. Without the file it adds nothing."""
    load_dotenv(env_file, interpolate=False)


def add_env_file(parser: argparse.ArgumentParser) -> None:
    """The option that names the file of secrets."""
    parser.add_argument(
        "--env-file",
        type=Path,
        default=Path(".env"),
        help="the file of settings that the environment lacks (default %(default)s)",
    )


def missing(names: Iterable[str], env_file: Path) -> str | None:
    """A sentence that names the missing settings; None when there are none."""
    lacking = [name for name in names if not os.environ.get(name)]
    if not lacking:
        return None
    return f"missing in the environment and in {env_file}: {', '.join(lacking)} (.env.example and --help explain them)"


def keep(env_file: Path, name: str, value: str) -> None:
    """Writes a value into the file of settings, in the line of its name. A new file can be read by its owner only."""
    lines = env_file.read_text().splitlines() if env_file.exists() else []
    at = next((n for n, line in enumerate(lines) if line.startswith(f"{name}=")), len(lines))
    after = [line for line in lines[at + 1 :] if not line.startswith(f"{name}=")]
    lines = [*lines[:at], f"{name}={value}", *after]
    env_file.touch(mode=0o600)
    env_file.write_text("\n".join([*lines, ""]))
