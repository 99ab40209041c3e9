"""The demo's processes: none outlives who started it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx2

from local.ports import free_port
from tests.local.runner_support import wait_until

STARTS = """
import sys, time
from pathlib import Path
from local.processes import Processes
Processes(Path(sys.argv[1])).start("web", "http.server", sys.argv[2], "--bind", "127.0.0.1")
print("started", flush=True)
sys.stdin.read()
"""


def answers(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=5).status_code == 200
    except httpx2.TransportError:
        return False


def test_a_killed_demo_leaves_nothing_that_holds_its_ports(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    demo = subprocess.Popen(
        [sys.executable, "-c", STARTS, str(tmp_path), str(port)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
    )
    try:
        wait_until(lambda: answers(url), 60)
    finally:
        demo.kill()
        demo.wait()
    wait_until(lambda: not answers(url), 60)
