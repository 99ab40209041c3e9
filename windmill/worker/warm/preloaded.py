"""What a job finds imported, and whether its own folders hold something else under the same names."""

from __future__ import annotations

import os
import re
import sys
from typing import Any, NamedTuple

OURS = __name__.partition(".")[0]  # the package that this code is in: not a job's business


class Preloaded(NamedTuple):
    """What a job finds imported: the packages' versions, the top-level names, all modules but ours, and ours.

    Made before any fork, as is `patterns`, what Python's cache of regular expressions holds: to go through either in a job is to write to each of
    their names, which copies a page of memory for nearly every one.
    """

    versions: dict[str, str]
    names: set[str]
    modules: frozenset[str]
    ours: tuple[str, ...]
    patterns: frozenset[Any]

    def now(self) -> Preloaded:
        """With what has been imported and compiled since."""
        return self._replace(
            modules=frozenset(sys.modules) - {*self.ours}, patterns=frozenset(getattr(re, "_cache", ()))
        )

    def clash(self, folder: str) -> str:
        """Whether a folder of a job's path holds something else than what is imported already under that name."""
        try:
            found = os.listdir(folder)
        except OSError:
            return ""  # Python passes over it, too
        packages = [
            name.removesuffix(".dist-info").split("-") for name in found if name.endswith(".dist-info")
        ]
        for name, version in ((plain_name(package[0]), package[-1]) for package in packages):
            if self.versions.get(name, version) != version:
                return f"{name} {version} is locked, {self.versions[name]} is preloaded"
        same = {name.partition(".")[0] for name in found} & self.names if not packages else set()
        return f"{folder} has another {', '.join(sorted(same))}" if same else ""


def plain_name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
