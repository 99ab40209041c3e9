"""Cancelling, dying, growing old: whoever is killed, no process stays behind, and no job is lost that need not be."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from worker.warm.__main__ import COMPILER

from tests.worker.support import RUNS, SAYS, Warm, alive, children, until

FAMILY = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
forked = os.fork()
if forked:
    print(os.getpid(), child.pid, forked)
time.sleep(600)
"""


@pytest.mark.parametrize(
    "options", [{}, {"process_group": None, "start_new_session": True}], ids=["group", "session"]
)
@pytest.mark.parametrize("whole_group", [True, False])
def test_killing_the_client_kills_all_of_the_job(
    warm: Warm, options: dict[str, Any], whole_group: bool
) -> None:
    job = warm.job(FAMILY, **options)
    assert job.process.stdout
    pids = [int(word) for word in job.process.stdout.readline().split()]
    assert len(pids) == 3 and all(alive(pid) for pid in pids)
    (os.killpg if whole_group else os.kill)(job.process.pid, signal.SIGKILL)
    until(lambda: not any(alive(pid) for pid in pids))
    assert job.wait()[0] == -9
    assert warm.run("print(1)") == (0, "1\n", "")


SLOW_FORKS = """
import os, sys, time
from windmill.worker.warm import __main__, server
let_go = server.Server.let_go

def slowly(self):
    while os.path.exists(sys.argv[2] + "/hold"):
        time.sleep(0.01)
    let_go(self)

server.Server.let_go = slowly
sys.exit(__main__.main())
"""
CLEANS_UP = """
import signal, sys, time
signal.signal(15, lambda *_: (print('cleaned up'), sys.exit(5)))
print('ready')
time.sleep(600)
"""


def test_a_signal_for_the_client_reaches_the_job(warm: Warm) -> None:
    job = warm.job(CLEANS_UP)
    assert job.process.stdout and job.process.stdout.readline() == "ready\n"
    job.process.send_signal(signal.SIGTERM)
    assert job.wait() == (5, "cleaned up\n", "")


@pytest.mark.parametrize("compiler", [COMPILER, None], ids=["compiled", "in Python"])
def test_a_signal_before_the_client_knows_its_job_reaches_the_job(compiler: str | None) -> None:
    """The job runs before its client, told of it, has had its turn on the processor: the signal must wait for that."""
    with Warm(code=("-c", SLOW_FORKS), compiler=compiler) as own:
        (own.folder / "hold").touch()
        job = own.job(CLEANS_UP)
        until(lambda: len(children(own.servers[0])) == 1)
        job.process.send_signal(signal.SIGSTOP)
        (own.folder / "hold").unlink()
        assert job.process.stdout and job.process.stdout.readline() == "ready\n"
        job.process.send_signal(signal.SIGTERM)
        job.process.send_signal(signal.SIGCONT)
        assert job.wait() == (5, "cleaned up\n", "")


def test_peak_memory_shows_in_the_client(warm: Warm) -> None:
    job = warm.job("import sys, time\nx = b'x' * 200_000_000\nprint('ready')\ntime.sleep(600)")
    assert job.process.stdout and job.process.stdout.readline() == "ready\n"

    def peak() -> int:
        lines = Path(f"/proc/{job.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

    until(lambda: peak() > 200_000)
    job.process.kill()
    job.wait()


def test_a_killed_server_takes_its_jobs_along_and_is_replaced() -> None:
    with Warm() as own:
        job = own.job(FAMILY)
        assert job.process.stdout
        pids = [int(word) for word in job.process.stdout.readline().split()]
        (server,) = own.servers
        os.kill(server, signal.SIGKILL)
        code, _, err = job.wait()
        assert code == -9 and f"{SAYS}it was stopped in the middle of this job" in err
        until(lambda: not any(alive(pid) for pid in pids))
        assert own.run("print(1)") == (0, "1\n", "")
        assert own.servers != [server]
        job = own.job("import os, time\nprint(os.getpid())\ntime.sleep(600)")
        assert job.process.stdout
        pid = int(job.process.stdout.readline())
        own.process.kill()
        until(lambda: not alive(pid))
        assert job.wait()[0] == -9


WAITS = "import os, time\nprint('ready')\nwhile not os.path.exists('go'):\n    time.sleep(0.01)"


def test_a_slow_fork_keeps_no_ended_job_alive() -> None:
    """A fork begins with copies of the server's descriptors. An ended job's, held by one, once made the server wait for another job's end."""
    with Warm(code=("-c", SLOW_FORKS)) as own:
        (server,) = own.servers
        ends = own.job(WAITS)
        assert ends.process.stdout and ends.process.stdout.readline() == "ready\n"
        (own.folder / "hold").touch()
        slow = own.job("print('slow')")
        until(lambda: len(children(server)) == 2)
        (ends.folder / "go").touch()
        assert ends.wait() == (0, "", "")
        stays = own.job(WAITS)
        until(lambda: len(children(server)) == 2)
        (own.folder / "hold").unlink()
        assert stays.process.stdout and stays.process.stdout.readline() == "ready\n"
        assert slow.wait() == (0, "slow\n", "")
        assert own.run("print('served')") == (0, "served\n", "")
        assert stays.process.poll() is None
        (stays.folder / "go").touch()
        assert stays.wait() == (0, "", "")


GROWS = """
import sys
from windmill.worker.warm import __main__, server
admit, hoard = server.Server.admit, []

def growing(self):
    hoard.append(b"x" * 5_000_000)
    return admit(self)

server.Server.admit = growing
sys.exit(__main__.main())
"""


@pytest.mark.parametrize(
    ("flags", "code"), [(("--jobs", "5"), RUNS), (("--growth", "20"), ("-c", GROWS))], ids=["jobs", "memory"]
)
def test_growing_old_fails_no_job(flags: tuple[str, ...], code: tuple[str, ...]) -> None:
    with Warm(*flags, code=code) as own:
        (first,) = own.servers
        long = own.job(
            "import os, time\nprint(os.getppid())\nwhile not os.path.exists('go'):\n    time.sleep(0.01)\nprint('end')"
        )
        assert long.process.stdout and long.process.stdout.readline() == f"{first}\n"
        seen: set[str] = set()

        def ask() -> bool:
            ended, out, err = own.run("import os\nprint(os.getppid())")
            assert (ended, err) == (0, "")
            seen.add(out)
            return len(seen) >= 3

        until(ask, 100)
        (long.folder / "go").touch()
        assert long.wait() == (0, "end\n", "")
        until(lambda: not alive(first))
        until(lambda: len(own.servers) <= 2)
