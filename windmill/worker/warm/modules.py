"""The f.* modules that a job fetched from Windmill, kept on disk for the next job of the same version of the same script.

Windmill's loader (loader.py in a job's folder) fetches each one over HTTP into the job's folder, unless it is there, and compiles it. It names
the running script's version in the request (WM_RUNNABLE_ID), and the server answers a version's request with what it answered first: a
module's new version makes new versions of the scripts that import it. What is kept is that answer and its byte code, under the same key,
so it is never older than the server's own. Each server process here begins with none, so it can't grow without end.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

KEY = ("BASE_INTERNAL_URL", "WM_WORKSPACE", "WM_RUNNABLE_ID")
DEPLOYED = b"TEMP_SCRIPT_REFS = {}\n"  # in its loader; a preview of scripts that are not deployed has some


class Modules:
    """One job's: puts there what is known of them, and keeps what the job has fetched beside that."""

    def __init__(self, folder: Path) -> None:
        key = [os.environ.get(name, "") for name in KEY]
        loader = Path("loader.py")
        self.used = all(key) and loader.exists() and DEPLOYED in loader.read_bytes()
        self.folder, self.kept = folder, folder / hashlib.sha256(repr(key).encode()).hexdigest()
        self.job = Path.cwd() / "tmp"  # where the loader looks
        if self.used and self.kept.exists():
            try:
                shutil.copytree(self.kept, self.job, dirs_exist_ok=True)
            except OSError as error:
                shutil.rmtree(self.job, ignore_errors=True)
                self.tell(error)

    def has_more(self) -> bool:
        """Whether the job has imported what is not kept: asked of its modules, because searching the folder takes longer."""
        sources = [name.replace(".", "/") + ".py" for name in sys.modules if name[:2] in ("f.", "u.")]
        return any((self.job / file).exists() and not (self.kept / file).exists() for file in sources)

    def keep(self) -> None:
        """At the job's end. Each file takes its name when it is whole, and a source after its byte code: who sees one sees both."""
        if not self.used or not self.has_more():
            return
        os.umask(0o077)
        fresh = self.folder / str(os.getpid())
        try:
            for file in sorted(self.job.glob("[fu]/**/*.py*"), key=lambda file: file.suffix, reverse=True):
                kept = self.kept / file.relative_to(self.job)
                if not kept.exists():
                    kept.parent.mkdir(parents=True, exist_ok=True)
                    os.replace(shutil.copy2(file, fresh), kept)
        except OSError as error:
            self.tell(error)

    def tell(self, error: OSError) -> None:
        print(f"warm interpreter: fetched modules can't be kept: {error}", file=sys.stderr)
