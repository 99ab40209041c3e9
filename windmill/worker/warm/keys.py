"""By what the jobs that may share something are told apart. The client sends these values; a job's process reads them from its own environment."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

VARIABLES = (
    "BASE_INTERNAL_URL",
    "WM_WORKSPACE",
    "WM_JOB_PATH",
    "WM_RUNNABLE_ID",
    "PYTHONPATH",
)  # client.py has them, too


class Key(NamedTuple):
    """Windmill's server, the workspace, the script, its version ('' in the demo and in a preview), and where its packages are."""

    server: str
    workspace: str
    script: str
    version: str
    path: str

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Key:
        return cls(*(environment.get(name, "") for name in VARIABLES))

    @classmethod
    def sent(cls, words: bytes) -> Key:
        """As the client sends it. Raises ValueError."""
        values = words.decode(errors="surrogateescape").split("\0")
        if len(values) != len(VARIABLES):
            raise ValueError("no key")
        return cls(*values)

    def name_of(self, kind: str, *values: str) -> str:
        """The name of the file that keeps something of all jobs with the same values."""
        return f"{kind}-{hashlib.sha256(repr(values).encode(errors='surrogateescape')).hexdigest()}"
