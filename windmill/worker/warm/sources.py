"""The byte code of the files that Windmill writes into each job's folder: its wrapper, its loader and the script itself.

They say the same in every job of a version, and Python compiles them in every job, because each has a folder of its own: 7 ms of a turn's four
steps, and the writing of byte code that nobody reads again. What one job compiled is kept by the file's content, for the script's next jobs. To a
job it looks as if the byte code lay beside the file, where Python itself would have put it.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import MAGIC_NUMBER, cache_from_source, source_from_cache
from pathlib import Path

from .kept import read_kept, replace
from .keys import Key

MOST = 12  # files of a script; a script whose files differ in each job is left alone from there on
HEAD = 16  # bytes of a file of byte code before the code: magic number, flags, the source's time and size


class Sources:
    """Of one job, or of a template. `used`: not for a preview: what somebody tries under a script's path would take the places of its files."""

    def __init__(self, folder: Path, key: Key, used: bool) -> None:
        same = (key.server, key.workspace, key.script)
        self._file, self._used = folder / key.name_of("sources", *same), used and all(same)
        self._known: dict[bytes, bytes] = {}  # the file's content: its code
        self._missed: dict[bytes, str] = {}  # the file's content: its path

    def load(self) -> None:
        """What earlier jobs compiled."""
        try:
            self._known = read_kept(self._file) if self._used else {}
        except (OSError, EOFError, ValueError, TypeError) as error:
            self._tell(error)

    def begin(self, job: Path) -> None:
        """In the process of a job, which is in that folder: where Python looks for byte code of a file in it, it finds what is known."""
        if not self._used:
            return
        place, fetched, read = f"{job}/", f"{job}/tmp/", SourceFileLoader.get_data

        def get_data(loader: SourceFileLoader, path: str) -> bytes:
            ours = path.endswith(".pyc") and type(loader) is SourceFileLoader and path.startswith(place)
            if ours and not path.startswith(fetched):  # those modules are kept by their version
                with contextlib.suppress(OSError, ValueError):
                    return self._byte_code(source_from_cache(path))
            return read(loader, path)

        SourceFileLoader.get_data = get_data  # type: ignore[method-assign, assignment]

    def _byte_code(self, path: str) -> bytes:
        """As the file of byte code of that source would be. Raises FileNotFoundError."""
        content, about = Path(path).read_bytes(), os.stat(path)
        if content not in self._known:
            self._missed[content] = path
            raise FileNotFoundError(path)
        numbers = (0, int(about.st_mtime), about.st_size)
        head = b"".join((number & 0xFFFFFFFF).to_bytes(4, "little") for number in numbers)
        return MAGIC_NUMBER + head + self._known[content]

    def keep(self) -> bool:
        """At the job's end; whether what it has compiled is kept only now."""
        if not self._missed:
            return False
        try:
            known, fresh = read_kept(self._file), {}  # other jobs have ended since this one began
            for content, path in self._missed.items():
                written = Path(cache_from_source(path))
                if content not in known and written.exists():
                    fresh[content] = written.read_bytes()[HEAD:]
            if not fresh or len(known) + len(fresh) > MOST:
                return False
            replace(self._file, marshal.dumps(known | fresh))
        except (OSError, EOFError, ValueError, TypeError) as error:
            self._tell(error)
            return False
        return True

    def _tell(self, error: Exception) -> None:
        print(f"warm interpreter: compiled files can't be kept: {error}", file=sys.stderr)
