"""The f.* modules that a job fetched from Windmill, kept for the next job of the same version of the same script.

Windmill's loader (loader.py in a job's folder) fetches each one over HTTP into the job's folder, and Python compiles it there. It names
the running script's version in the request (WM_RUNNABLE_ID), and the server answers a version's request with what it answered first: a
module's new version makes new versions of the scripts that import it. What is kept is that answer and its byte code, under the same key,
so it is never older than the server's own. All of it is one file, and the next job imports from its own copy in memory: to write forty
files for each job takes longer than to run them. Each server process here begins with none, so it can't grow without end.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import Any

KEY = ("BASE_INTERNAL_URL", "WM_WORKSPACE", "WM_RUNNABLE_ID")
DEPLOYED = b"TEMP_SCRIPT_REFS = {}\n"  # in its loader; a preview of scripts that are not deployed has some


class Modules(MetaPathFinder):
    """One job's: finds what is known of them, and keeps what the job has fetched beside that."""

    def __init__(self, folder: Path) -> None:
        key = [os.environ.get(name, "") for name in KEY]
        loader = Path("loader.py")
        self.used = all(key) and loader.exists() and DEPLOYED in loader.read_bytes()
        self.folder, self.kept = folder, folder / hashlib.sha256(repr(key).encode()).hexdigest()
        self.job = Path.cwd() / "tmp"  # where the loader puts them
        self.files: dict[str, tuple[float, bytes]] = {}  # time of the last change, content
        if self.used and self.kept.exists():
            try:
                self.files = marshal.loads(self.kept.read_bytes())
            except (OSError, EOFError, ValueError, TypeError) as error:
                self.tell(error)
            sys.meta_path.insert(0, self)

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        file = f"{name.replace('.', '/')}.py"
        if file not in self.files:
            return None
        return ModuleSpec(
            name, Kept(name, str(self.job / file), self)
        )  # without a location, as Windmill's loader makes it

    def get(self, path: str) -> tuple[float, bytes] | None:
        return self.files.get(path.removeprefix(f"{self.job}/"))

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
            os.umask(0o077)
            fresh = self.folder / str(os.getpid())
            fresh.write_bytes(marshal.dumps(self.files))
            fresh.rename(self.kept)
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
