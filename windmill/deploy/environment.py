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
