"""The f.* modules that a job fetched from Windmill, kept for the next job of the same version of the same script.

Windmill's loader (loader.py in a job's folder) fetches each one over HTTP into the job's folder, and Python compiles it there. It names
the running script's version in the request (WM_RUNNABLE_ID), and the server answers a version's request with what it answered first: a
module's new version makes new versions of the scripts that import it. What is kept is that answer and its byte code, under the same key,
so it is never older than the server's own. All of it is one file, and the next job imports from its own copy in memory: to write forty
files for each job takes longer than to run them. Each server process here begins with none, so it can't grow without end.
"""

from __future__ import annotations

import marshal
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import Any

from .kept import replace
from .keys import Key

DEPLOYED = b"TEMP_SCRIPT_REFS = {}\n"  # in its loader; a preview of scripts that are not deployed has some


def is_deployed() -> bool | None:
    """Whether the job in this folder imports what its version stands for. None: it has no loader, and imports from PYTHONPATH."""
    loader = Path("loader.py")
    return DEPLOYED in loader.read_bytes() if loader.exists() else None


class Modules(MetaPathFinder):
    """Finds what is known of a version's modules, for one job or for a template, and keeps what the job has fetched beside that.

    `job`: where the loader puts them. For a template, which has no such place yet, it is relative to the folder of each of its jobs.
    """

    def __init__(self, folder: Path, key: Key, used: bool, job: Path) -> None:
        same = (key.server, key.workspace, key.version)
        self.kept = folder / key.name_of("code", *same)
        self.used, self.job, self._shown = used and all(same), job, job
        self.files: dict[str, tuple[float, bytes]] = {}  # time of the last change, content
        self._as_of = 0
        if self.used:
            sys.meta_path.insert(0, self)
            self.load()

    def load(self) -> None:
        """What jobs have kept by now."""
        try:
            changed = self.kept.stat().st_mtime_ns
            if changed != self._as_of:
                self._as_of, self.files = changed, marshal.loads(self.kept.read_bytes())
        except FileNotFoundError:
            pass  # the first job
        except (OSError, EOFError, ValueError, TypeError) as error:
            self.tell(error)

    def begin(self, job: Path) -> None:
        """In the process of a template's job, which is in that place."""
        self.job = job
        if self.used:
            self.load()

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        file = f"{name.replace('.', '/')}.py"
        if file not in self.files:
            return None
        return ModuleSpec(
            name, Kept(name, str(self._shown / file), self)
        )  # without a location, as Windmill's loader makes it

    def get(self, path: str) -> tuple[float, bytes] | None:
        return self.files.get(path.removeprefix(f"{self._shown}/"))

    def lay_out(self) -> None:
        """Puts the sources where they seem to be: Python itself looks there for the lines of a traceback."""
        for file, (_, content) in self.files.items():
            place = self.job / file
            if file.endswith(".py") and not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)

    def keep(self, brought: list[str]) -> None:
        """At the job's end. `brought`: the modules that the job has imported."""
        imported = [f"{name.replace('.', '/')}.py" for name in brought if name[:2] in ("f.", "u.")]
        if not self.used or not any(x not in self.files and (self.job / x).exists() for x in imported):
            return
        try:
            for file in self.job.glob("[fu]/**/*.py*"):
                name = str(file.relative_to(self.job))
                self.files.setdefault(name, (file.stat().st_mtime, file.read_bytes()))
            replace(self.kept, marshal.dumps(self.files))
        except OSError as error:
            self.tell(error)

    def tell(self, error: Exception) -> None:
        print(f"warm interpreter: fetched modules can't be kept: {error}", file=sys.stderr)


class Kept(SourceFileLoader):
    """Python's own loader, to which what is kept looks like files."""

    def __init__(self, name: str, path: str, modules: Modules) -> None:
        super().__init__(name, path)
        self.modules = modules

    def path_stats(self, path: str) -> Any:
        found = self.modules.get(path)
        return {"mtime": found[0], "size": len(found[1])} if found else super().path_stats(path)

    def get_data(self, path: str) -> bytes:
        found = self.modules.get(path)
        return found[1] if found else super().get_data(path)
