"""Files of what jobs have made and the next ones take. Many jobs end at once: each writes a whole file under a name of its own and puts it in the
place of the last one, so nobody ever reads half of it."""

from __future__ import annotations

import marshal
import os
from pathlib import Path
from typing import Any


def read_kept(file: Path) -> dict[Any, Any]:
    """What is kept by now; nothing before the first job has ended. Raises OSError, EOFError, ValueError and TypeError."""
    found: dict[Any, Any] = marshal.loads(file.read_bytes()) if file.exists() else {}
    return found


def replace(file: Path, content: bytes) -> None:
    """Raises OSError. From here on nobody else may read what this process writes."""
    os.umask(0o077)
    written = file.with_name(f"{file.name}.{os.getpid()}")
    written.write_bytes(content)
    written.rename(file)
