"""What the benches that bring up the whole product share: a folder of their own, and one sentence where nothing could be measured."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2

from local import postgres
from local.processes import StartError


class NotMeasured(Exception):
    """Why there is no result, in a sentence."""


def run_bench(measured: Callable[[Path], dict[str, Any]]) -> int:
    """Prints what a measurement gives as one JSON object; returns the exit code. `measured` stops what it has started."""
    folder = Path(tempfile.mkdtemp(prefix="chatmill-bench-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        print(json.dumps(measured(folder)))
    except (
        NotMeasured,
        StartError,
        postgres.PostgresError,
        httpx2.HTTPError,
        OSError,
        RuntimeError,
    ) as problem:
        print(f"Not measured: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0
