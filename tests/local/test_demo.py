"""The demo's command line: what is wrong with it is one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local import seed


@pytest.mark.parametrize(
    ("module", "variable", "port"),
    [("local.demo", "DEMO_PORT", "abc")]
    + [("local.runner", "RUNNER_PORT", port) for port in ("abc", "99999", "-1", "8700.5")],
)
def test_a_port_that_is_none_is_named(tmp_path: Path, module: str, variable: str, port: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module],
        env=os.environ | {variable: port, "LOCAL_STATE": str(tmp_path / "state")},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert f"'{port}' is not a port number" in done.stderr and "Traceback" not in done.stderr


def test_the_demo_waits_for_the_end_of_a_burst_as_the_product_does() -> None:
    """Five quick messages get one answer: no number of the demo is without the pause that a new number has."""
    assert all("merge_window_s" not in tenant.settings for tenant in seed.TENANTS)
