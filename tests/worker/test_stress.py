"""Many jobs at once through one warm interpreter, a third of them ill-behaved. `make test-warm-stress` runs 2,000; STRESS_JOBS=100 makes it short."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.worker.support import ARGUMENTS, ENVIRONMENT, Warm, alive, children, until

JOBS = int(os.environ.get("STRESS_JOBS", "100"))
LARGE = 10_000_000
SLEEPER = "import os, time\nforked = os.fork()\nif forked:\n    print(os.getpid(), forked)\ntime.sleep(900)"

# What a job does, the exit code it ends with (None: it is killed from outside), and what it prints for its own name.
KINDS: list[tuple[str, int | None, Callable[[str], str]]] = [
    ("print(NAME)", 0, lambda name: f"{name}\n"),
    ("import psycopg, openai\nprint(NAME, len(os.listdir('/proc/self/fd')))", 0, lambda name: f"{name} 4\n"),
    ("print(NAME)\nraise SystemExit(3)", 3, lambda name: f"{name}\n"),
    ("print(NAME)\nraise ValueError(NAME)", 1, lambda name: f"{name}\n"),
    ("print(NAME)\nos._exit(9)", 9, lambda name: f"{name}\n"),
    ("print(NAME)\nos.kill(os.getpid(), 9)", -9, lambda name: f"{name}\n"),
    ("print(NAME)\nos.abort()", -6, lambda name: f"{name}\n"),
    ("if os.fork():\n    os.wait()\n    print(NAME)", 0, lambda name: f"{name}\n"),
    ("x = bytes(2**30)\nprint(NAME, len(x))", 0, lambda name: f"{name} {2**30}\n"),
    (f"sys.stdout.write(NAME * ({LARGE} // len(NAME)))", 0, lambda name: name * (LARGE // len(name))),
    (SLEEPER, None, lambda name: ""),
    (SLEEPER, None, lambda name: ""),
]


async def run_one(warm: Warm, number: int, folder: Path, left: list[int]) -> str:
    """Starts a job, kills it if that is its part, and says what is wrong with its end."""
    source, code, prints = KINDS[number % len(KINDS)]
    name = f"job{number:06d}"
    place = folder / name
    place.mkdir()
    (place / "wrapper.py").write_text(f"import os, sys\nNAME = {name!r}\n{source}")
    process = await asyncio.create_subprocess_exec(
        warm.python, *ARGUMENTS, cwd=place, env=ENVIRONMENT, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, process_group=0,
    )  # fmt: skip
    assert process.stdout
    if code is None:
        pids = [int(word) for word in (await process.stdout.readline()).split()]
        left += pids
        (os.killpg if number % 2 else os.kill)(process.pid, signal.SIGKILL)
        await process.communicate()
        return "" if len(pids) == 2 else f"{name} did not start"
    out, err = await process.communicate()
    words = err.decode()
    if "warm interpreter" in words or (words and name not in words):
        return f"{name} said {words[:300]}"
    wrong = process.returncode != code or out.decode() != prints(name)
    return f"{name} ended with {process.returncode} and {out[:80]!r}" if wrong else ""


@pytest.mark.stress
@pytest.mark.timeout(1800)
def test_many_jobs_at_once() -> None:
    left: list[int] = []

    async def all_of_them(warm: Warm, folder: Path) -> list[str]:
        jobs = (run_one(warm, number, folder, left) for number in range(JOBS))
        return [wrong for wrong in await asyncio.gather(*jobs) if wrong]

    with tempfile.TemporaryDirectory() as folder, Warm("--jobs", "1000000", wait_s=900) as warm:
        (server,) = warm.servers
        before = sorted(os.listdir(f"/proc/{server}/fd"))
        assert asyncio.run(all_of_them(warm, Path(folder))) == []
        until(lambda: not any(alive(pid) for pid in left))
        until(lambda: not children(server))
        assert warm.servers == [server]
        assert sorted(os.listdir(f"/proc/{server}/fd")) == before
        print(f"{JOBS} jobs", file=sys.stderr)
