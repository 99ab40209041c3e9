"""Settings of this folder's commands: the environment, and for what it does not say the file of secrets."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from pathlib import Path


def load(env_file: Path) -> None:
    """Takes from the file of secrets what the environment does not say."""
    if not env_file.exists():
        return
    for line in env_file.read_text().splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and name.isidentifier():
            os.environ.setdefault(name, value.strip().strip("\"'"))


def add_env_file(parser: argparse.ArgumentParser) -> None:
    """The option that names the file of secrets."""
    parser.add_argument(
        "--env-file",
        type=Path,
        default=Path(".env"),
        help="where settings stand that the environment lacks (default %(default)s)",
    )


def missing(names: Iterable[str], env_file: Path) -> str | None:
    """A sentence that names the settings which are not there."""
    lacking = [name for name in names if not os.environ.get(name)]
    if not lacking:
        return None
    return f"missing in the environment and in {env_file}: {', '.join(lacking)} (.env.example and --help explain them)"
