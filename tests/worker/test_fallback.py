"""What the warm interpreter must not or can't run goes to the plain one, soon, with one line that says why."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest
from worker.warm.__main__ import COMPILER, WAIT_S, compiled, interpreted, put

from tests.worker.support import SAYS, Job, Warm

WARM = "import sys\nprint('openai' in sys.modules)"


def package(folder: Path, name: str, version: str) -> str:
    """A folder as Windmill keeps one for each locked package."""
    place = folder / f"{name}=={version}"
    (place / f"{name}-{version}.dist-info").mkdir(parents=True)
    return str(place)


def test_locked_as_preloaded(warm: Warm, tmp_path: Path) -> None:
    path = f"{package(tmp_path, 'psycopg', psycopg.__version__)}:{package(tmp_path, 'left_pad', '1.0')}"
    assert warm.run(WARM, {"PYTHONPATH": path}) == (0, "True\n", "")


def test_locked_otherwise(warm: Warm, tmp_path: Path) -> None:
    path = f"{package(tmp_path, 'left_pad', '1.0')}:{package(tmp_path, 'psycopg', '3.2.13')}"
    code, out, err = warm.run(WARM, {"PYTHONPATH": path})
    said = f"{SAYS}psycopg 3.2.13 is locked, {psycopg.__version__} is preloaded; this job runs in the plain one\n"
    assert (code, out, err) == (0, "False\n", said)


def test_another_module_of_that_name(warm: Warm, tmp_path: Path) -> None:
    (tmp_path / "openai.py").write_text("")
    code, out, err = warm.run(WARM + "\nimport openai\nprint(openai.__file__)", {"PYTHONPATH": str(tmp_path)})
    assert (code, out) == (0, f"False\n{tmp_path}/openai.py\n") and "another openai" in err


@pytest.mark.parametrize("name", ["PYTHONHASHSEED", "LC_ALL", "LD_PRELOAD", "OPENSSL_CONF"])
def test_variables_that_only_a_fresh_process_reads(warm: Warm, name: str) -> None:
    code, out, err = warm.run(WARM, {name: ""})
    assert (code, out) == (0, "False\n") and name in err


def test_limits_are_the_client_s(warm: Warm) -> None:
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))

    source = WARM + "\ntry:\n    bytearray(2**30)\nexcept MemoryError:\n    print('refused')"
    assert warm.run(source, preexec_fn=limit) == (0, "True\nrefused\n", "")


def timed(python: str) -> tuple[float, tuple[int, str, str]]:
    start = time.monotonic()
    ended = Job(python, WARM).wait()
    return time.monotonic() - start, ended


def test_missing_hung_or_overloaded(warm: Warm, tmp_path: Path) -> None:
    """All four: no socket, nobody at it, one that does not answer, one whose queue is full."""
    client = tmp_path / "python"
    put(client, (warm.compiler and compiled(warm.compiler, 0.05)) or interpreted(0.05))

    def falls_back(reason: str) -> None:
        """Within the wait and the client's own start, beside which the plain interpreter takes as long as ever: once at least, on a busy machine."""
        longer = []
        for _ in range(20):
            plain_s, took = timed(sys.executable)[0], timed(str(client))
            code, out, err = took[1]
            assert (code, out, err.count("\n")) == (0, "False\n", 1) and SAYS in err and reason in err
            longer.append(took[0] - plain_s)
            if longer[-1] < 0.05 + 0.1:
                return
        pytest.fail(f"it took longer than the plain one by {longer} s")

    falls_back("No such file")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.bind(str(tmp_path / "socket"))
        falls_back("refused")
        server.listen(0)
        clients = [socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)]
        clients[0].connect(str(tmp_path / "socket"))
        falls_back("can't be reached")
        clients[0].close()
    (tmp_path / "socket").unlink()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.bind(str(tmp_path / "socket"))
        server.listen(100)
        falls_back("no answer")


def test_a_stopped_server_is_left_alone() -> None:
    with Warm() as own:
        (server,) = own.servers
        os.kill(server, signal.SIGSTOP)
        own.patient(0.05)
        code, out, err = own.run("print(1)")
        os.kill(server, signal.SIGCONT)
        assert (code, out) == (0, "1\n") and "no answer" in err
        own.patient(60)
        assert own.run("print(2)") == (0, "2\n", "")
        assert own.servers == [server]  # which found a client that had given up


def test_a_server_that_is_busy_for_a_moment_is_waited_for() -> None:
    """A plain interpreter in its place takes a second of the processor, of which there is too little already."""
    with Warm() as own:
        (server,) = own.servers
        own.patient(WAIT_S)
        os.kill(server, signal.SIGSTOP)
        threading.Timer(0.6, os.kill, (server, signal.SIGCONT)).start()
        assert own.run("print(1)") == (0, "1\n", "")


@pytest.mark.parametrize("compiler", [COMPILER, None], ids=["compiled", "interpreted"])
def test_a_server_that_ends_before_the_job_began_is_no_end_of_the_job(
    tmp_path: Path, compiler: str | None
) -> None:
    """As where the template of a script is killed with the clients that wait for it."""
    client = tmp_path / "python"
    put(client, (compiler and compiled(compiler, 60)) or interpreted(60))
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.bind(str(tmp_path / "socket"))
        server.listen(1)
        job = Job(str(client), WARM)
        caller, _ = server.accept()
        caller.send(b"welcome")
        _, streams, _, _ = socket.recv_fds(caller, 4096, 3)
        for stream in streams:
            os.close(stream)
        caller.close()
        code, out, err = job.wait()
    assert (code, out) == (0, "False\n") and "before this job began" in err
