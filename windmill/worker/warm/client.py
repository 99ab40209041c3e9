"""What Windmill starts as PYTHON_PATH: hands the job to the warm interpreter, or becomes the plain one.

Runs as `python -IS`, and imports nothing that isn't built in: its start is the whole cost of a job. The server (server.py beside this
file) forks a process that gets this one's folder, environment and standard streams; this one waits for its end and ends in the same way.
"""

import _signal  # type: ignore[import-not-found]
import _socket
import posix
import sys

WAIT_S = 0.05  # how long the server may take to say that it is there
MAPPED = list[object]()
FORWARDED = (1, 2, 3, 10, 12, 15)  # HUP, INT, QUIT, USR1, USR2, TERM


def plain(reason: str = "") -> None:
    """Becomes the plain interpreter. Nothing of the job has run."""
    if reason:
        posix.write(2, f"warm interpreter: {reason}; this job runs in the plain one\n".encode())
    with open("/proc/self/environ", "rb") as file:  # as it was, before this interpreter set a locale
        given = dict(pair.split(b"=", 1) for pair in file.read().split(b"\0") if pair)
    posix.execve(sys.executable, [sys.executable, *sys.argv[1:]], given)


def lines(connection: _socket.socket):  # type: ignore[no-untyped-def]
    """What the server says, word by word; ends when the connection does."""
    text = b""
    while True:
        try:
            piece = connection.recv(1)
        except TimeoutError:
            yield ["silence"]
            continue
        if not piece:
            return
        text += piece
        if piece == b"\n":
            yield text[:-1].decode().split(" ", 1)
            text = b""


def submit(connection: _socket.socket) -> None:
    """Sends the job: standard streams, folder, umask, environment."""
    umask = posix.umask(0)
    posix.umask(umask)
    pairs = [name + b"=" + value for name, value in posix.environ.items()]
    body = b"\0".join([b"%d" % umask, *pairs])
    handles = b"".join(n.to_bytes(4, sys.byteorder) for n in (0, 1, 2, posix.open(".", posix.O_RDONLY)))
    rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, handles)]
    connection.sendmsg([len(body).to_bytes(4, "big")], rights)
    connection.sendall(body)


def follow_memory(pid: int, file: int, shown: int) -> int:
    """Windmill reads the peak of this process: it is brought up to the job's by mapping the same 2 MB again and again, which costs nothing."""
    import mmap

    step = 2 * 1024 * 1024
    posix.ftruncate(file, step)
    with open(f"/proc/{pid}/status") as status:
        peak = next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), 0) * 1024
    while shown < peak:
        MAPPED.append(mmap.mmap(file, step, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE))
        shown += step
    return shown


def forward(pid: int) -> None:
    """A signal for this process is meant for the job."""
    for number in FORWARDED:
        _signal.signal(number, lambda received, frame: posix.kill(pid, received))


def end(status: int) -> None:
    """As the job ended: by the same signal, or with the same code."""
    number = status & 127
    if number:
        if number not in (9, 19):
            _signal.signal(number, _signal.SIG_DFL)
        posix.kill(posix.getpid(), number)
    posix._exit(status >> 8)


def main() -> None:
    if sys.argv[1:] != ["-u", "-m", "wrapper"]:
        plain()
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    said = lines(connection)
    try:
        connection.setblocking(False)  # a full queue is an answer, too
        connection.connect(sys.argv[0].rpartition("/")[0] + "/socket")
        connection.settimeout(WAIT_S)
        if next(said, [""])[0] != "welcome":
            plain("it does not answer")
        connection.settimeout(None)
        submit(connection)
    except OSError as error:
        plain(f"it can't be reached ({error.strerror})")
    connection.settimeout(0.5)
    pid, memory, shown = 0, posix.memfd_create("peak"), 0
    for word, *rest in said:
        if word == "plain":
            plain(rest[0])
        elif word == "pid":
            pid = int(rest[0])
            forward(pid)
        elif word == "status":
            end(int(rest[0]))
        elif pid:
            try:
                shown = follow_memory(pid, memory, shown)
            except OSError:
                continue  # the job has just ended: its status comes next
    posix.write(2, b"warm interpreter: it was stopped in the middle of this job\n")
    posix._exit(1)


main()
