"""The regular expressions that a script's jobs compile, kept for its next job as the code that the matching engine takes.

Python compiles an expression in Python: 70 of the 110 ms of CPU that a job of agent_loop took went there, for 170 expressions whose words of many
languages are always the same. Their code is loaded in 1.3 ms and put where re.compile() looks first, so a job gets exactly what it would compile.
An expression may hold a tenant's words: what one script's jobs compile is for that script's jobs only, in the server's private folder.
"""

from __future__ import annotations

import marshal
import re
import sys
from array import array
from pathlib import Path
from typing import Any

from .kept import read_kept, replace
from .keys import Key

MOST = 400  # of a script: the first ones. Of a script that makes new ones for each job, the later ones are compiled anew
WORDS = "I"  # what one instruction of the engine fits into


class Patterns:
    """Of one job, or of a template. Works where Python's own cache is as it was in 3.11 to 3.13; elsewhere it does nothing."""

    def __init__(self, folder: Path, key: Key, inherited: frozenset[Any]) -> None:
        same = (key.server, key.workspace, key.script)
        self._file = folder / key.name_of("patterns", *same)
        self._cache: dict[Any, re.Pattern[Any]] = getattr(re, "_cache", {})
        self._compiler: Any = getattr(re, "_compiler", None)
        self._stored: dict[Any, Any] = {}
        self._inherited = inherited
        self.used = all(same) and self._compiler is not None and bool(self._cache)

    @staticmethod
    def make_room() -> None:
        """Beside what is preloaded, before any job: Python forgets an expression for each one beyond 512, and agent_loop alone has 260."""
        if hasattr(re, "_MAXCACHE"):
            re._MAXCACHE = max(re._MAXCACHE, len(getattr(re, "_cache", ())) + 2 * MOST)

    def load(self) -> None:
        """Puts what earlier jobs compiled into Python's cache."""
        try:
            self._stored = read_kept(self._file) if self.used else {}
            for (text, flags), (all_flags, code, *groups) in self._stored.items():
                instructions = array(WORDS, code).tolist()
                compiled = self._compiler._sre.compile(text, all_flags, instructions, *groups)
                self._cache[type(text), text, flags] = compiled
        except (OSError, EOFError, ValueError, TypeError, AttributeError, RuntimeError) as error:
            self._tell(error)

    def keep(self) -> bool:
        """At the job's end; whether it has compiled any that are kept only now."""
        known = len(self._inherited) + len(self._stored)
        if not self.used or len(self._stored) >= MOST or len(self._cache) <= known:
            return False
        try:
            fresh = [
                key[1:] for key in self._cache if key not in self._inherited and key[1:] not in self._stored
            ]
            if fresh:
                self._stored = read_kept(self._file)  # other jobs have ended since this one began
                fresh = [key for key in fresh if key not in self._stored][: MOST - len(self._stored)]
            if not fresh:
                return False
            self._stored |= {key: self._compiled(*key) for key in fresh}
            replace(self._file, marshal.dumps(self._stored))
        except (OSError, EOFError, ValueError, TypeError, AttributeError, RuntimeError) as error:
            self._tell(error)
            return False
        return True

    def _compiled(self, text: str | bytes, flags: int) -> tuple[Any, ...]:
        """The arguments of the engine's own compile() after the text: as re._compiler.compile() makes them."""
        parsed = self._compiler._parser.parse(text, flags)
        code = self._compiler._code(parsed, flags)
        names: list[str | None] = [None] * parsed.state.groups
        for name, number in parsed.state.groupdict.items():
            names[number] = name
        return (
            flags | parsed.state.flags,
            array(WORDS, code).tobytes(),
            parsed.state.groups - 1,
            parsed.state.groupdict,
            tuple(names),
        )

    def _tell(self, error: Exception) -> None:
        print(f"warm interpreter: regular expressions can't be kept: {error}", file=sys.stderr)
