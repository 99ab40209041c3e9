"""No step of the bundle pays for an import that it doesn't use."""

from __future__ import annotations

import subprocess
import sys

from tests.worker.support import ROOT


def test_steps_import_only_what_they_use() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bench.import_time", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
