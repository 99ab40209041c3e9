"""What Windmill starts as PYTHON_PATH where client.c can't be compiled: hands the job to the warm interpreter, or becomes the plain one.

Runs as `python -IS`, and imports nothing that isn't built in: its start is the whole cost of a job. The server (server.py) forks a process
that takes over this one's folder, environment and standard streams; this one waits for its end and ends in the same way.
"""

import _signal  # type: ignore[import-not-found]
import _socket
import posix
import sys

WAIT_S = 10.0  # __main__.py
# What tells the server which jobs may share something: keys.py.
VARIABLES = (b"BASE_INTERNAL_URL", b"WM_WORKSPACE", b"WM_JOB_PATH", b"WM_RUNNABLE_ID", b"PYTHONPATH")
LOOK_S = 0.5
STEP = 2 * 1024 * 1024
# HUP, INT, QUIT, USR1, USR2, TERM: one for this process is meant for the job; held back while it is not known whether there is one.
SIGNALS = (1, 2, 3, 10, 12, 15)


def plain(reason: str = "") -> None:
    """Becomes the plain interpreter. Nothing of the job has run."""
    if reason:
        posix.write(2, f"warm interpreter: {reason}; this job runs in the plain one\n".encode())
    with open("/proc/self/environ", "rb") as file:  # as it was, before this interpreter set a locale
        given = dict(pair.split(b"=", 1) for pair in file.read().split(b"\0") if pair)
    _signal.pthread_sigmask(_signal.SIG_UNBLOCK, SIGNALS)
    posix.execve(sys.executable, [sys.executable, *sys.argv[1:]], given)


def show_memory(pid: int, file: int, mapped: list[object]) -> None:
    """Windmill reads the peak of this process: it is brought up to the job's by mapping the same 2 MB again and again, which costs nothing."""
    import mmap

    with open(f"/proc/{pid}/status") as status:
        peak = next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), 0) * 1024
    posix.ftruncate(file, STEP)
    while len(mapped) * STEP < peak:
        mapped.append(mmap.mmap(file, STEP, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE))


def end(status: int) -> None:
    """As the job ended: by the same signal, or with the same code."""
    number = status & 127
    if number:
        if number != 9:
            _signal.signal(number, _signal.SIG_DFL)
        posix.kill(posix.getpid(), number)
    posix._exit(status >> 8)


def abandon(group: int) -> None:
    """The server is gone, and the job with it; not what the job had started."""
    try:
        posix.killpg(group, 9)  # where it is this process's own, too, that is its end
    finally:
        posix._exit(1)  # nothing was left of it


def see_through(connection: _socket.socket) -> None:
    """Until the job has ended."""
    pid, waited, file, mapped = 0, 0.0, posix.memfd_create("peak"), list[object]()
    while True:
        try:
            word, _, rest = connection.recv(4096).decode().partition(" ")
        except TimeoutError:
            if pid:
                try:
                    show_memory(pid, file, mapped)
                except OSError:
                    continue  # the job has just ended: its status comes next
            elif (
                waited := waited + LOOK_S
            ) >= WAIT_S:  # nobody answers: then this process is to end as it is told
                _signal.pthread_sigmask(_signal.SIG_UNBLOCK, SIGNALS)
            continue
        if word == "plain":
            plain(rest)
        elif word == "pid":
            pid = int(rest)
            for number in SIGNALS:
                _signal.signal(number, lambda received, frame, pid=pid: posix.kill(pid, received))
            _signal.pthread_sigmask(_signal.SIG_UNBLOCK, SIGNALS)
        elif word == "status":
            end(int(rest))
        elif not pid:
            plain("it went away before this job began")  # a job says its pid before anything of it runs
        else:
            posix.write(2, b"warm interpreter: it was stopped in the middle of this job\n")
            abandon(posix.getpid() if posix.getpgrp() == posix.getpid() else pid)


def main() -> None:
    if sys.argv[1:] != ["-u", "-m", "wrapper"]:
        plain()
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    streams = b"".join(number.to_bytes(4, sys.byteorder) for number in (0, 1, 2))
    try:
        connection.setblocking(False)  # a full queue is an answer, too
        connection.connect(sys.argv[0].rpartition("/")[0] + "/socket")
        connection.settimeout(WAIT_S)
        if not connection.recv(16):
            plain("it went away")
        _signal.pthread_sigmask(_signal.SIG_BLOCK, SIGNALS)
        connection.sendmsg(
            [b"\0".join(posix.environ.get(name, b"") for name in VARIABLES)],
            [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)],
        )
    except OSError as error:
        plain(f"it can't be reached: {error.strerror or 'no answer'}")
    connection.settimeout(LOOK_S)
    see_through(connection)


main()
