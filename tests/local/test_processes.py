"""The demo's processes: none outlives who started it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import Thread

import httpx2

from local.ports import free_port
from local.processes import Processes
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
        return httpx2.get(url, timeout=30).status_code == 200
    except httpx2.TransportError:
        return False


def test_one_that_a_thread_has_started_outlives_that_thread(tmp_path: Path) -> None:
    port = free_port()
    processes = Processes(tmp_path)
    arguments = ("web", "http.server", str(port), "--bind", "127.0.0.1")
    thread = Thread(target=processes.start, args=arguments)
    thread.start()
    thread.join()
    try:
        processes.wait_until_answers("web", f"http://127.0.0.1:{port}/")
        assert answers(f"http://127.0.0.1:{port}/")
    finally:
        processes.stop_all()


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
