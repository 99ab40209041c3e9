"""The warm interpreter: a process that has imported the heavy modules already, and forks for each job that its client hands off.

    python -m windmill.worker.warm --folder /tmp/warm

makes the folder (0700) with the client `python`, which is what PYTHON_PATH must name, and the socket (0600). Four kinds of processes:
this one, the supervisor, which imports next to nothing; one server at a time, which it forks; a template for each script, and one process a job,
forked from that or from the server.
No secret is ever here: the environment is cleared first, and a job's own is read by the job's process alone.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CLIENT = Path(__file__).with_name("client.c")
STAND_IN = CLIENT.with_suffix(".py")
COMPILER = shutil.which("cc", path="/usr/local/bin:/usr/bin:/bin")
# How long the server may take to say that it is there. On a machine that is late it is late, too, and a plain interpreter in its place costs a second
# of the processor that all wait for: with 2 s here, a flood of jobs became a flood of plain interpreters, and each made the next more likely.
WAIT_S = 10.0
# Windmill asks uv in every job with packages where its Python is, although PYTHON_PATH has told it: 15 to 45 ms, and always the same answer. And of a
# fresh worker it asks each package of a lock, one by one; the image has them in a cache of uv's, and what that lacks is fetched.
UV = """#!/bin/sh
case "$*" in
    "python find {version} --system --python-preference=only-managed") echo {python} ;;
    "pip install "*" --no-cache "*)
        for word; do
            shift
            [ "$word" = --no-cache ] || set -- "$@" "$word"
        done
        {uv} "$@" --offline --cache-dir {packages} >/dev/null 2>&1 || exec {uv} "$@" --no-cache ;;
    *) exec {uv} "$@" ;;
esac
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--folder", type=Path, required=True, help="holds the client and the socket; private")
    parser.add_argument("--install", action="store_true", help="only write the client")
    parser.add_argument("--uv", help="the real uv: a second client, for UV_PATH, is written for it")
    parser.add_argument(
        "--packages", default="/nonexistent", help="a cache of uv's with the workers' packages"
    )
    parser.add_argument("--jobs", type=int, default=20_000, help="start afresh after so many jobs (20000)")
    parser.add_argument("--growth", type=int, default=64, help="or when memory has grown by so many MB (64)")
    options = parser.parse_args()
    if set(os.environ) - {"LC_CTYPE"}:  # which Python itself sets where there is no locale
        os.execve(sys.executable, [sys.executable, "-u", *sys.orig_argv[1:]], {})
    try:
        install(options.folder, options.uv, options.packages)
        if not options.install:
            supervise(listen(options.folder / "socket"), options.jobs, options.growth * 1024 * 1024)
    except OSError as error:
        print(f"The warm interpreter can't start: {error}", file=sys.stderr)
        return 1
    return 0


def install(
    folder: Path,
    uv: str | None = None,
    packages: str = "/nonexistent",
    wait_s: float = WAIT_S,
    compiler: str | None = COMPILER,
) -> None:
    """The clients, executable by whoever may enter the folder: this user."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.stat()
    if found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} must belong to this user and be closed to all others (mode 0700)")
    put(folder / "python", (compiler and compiled(compiler, wait_s)) or interpreted(wait_s))
    if uv:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        python = os.path.realpath(sys.executable)  # without an environment's packages, as uv would find it
        words = {"python": python, "uv": uv, "packages": packages}
        quoted = {name: shlex.quote(word) for name, word in words.items()}
        put(folder / "uv", UV.format(version=version, **quoted).encode())


def put(file: Path, content: bytes) -> None:
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_bytes(content)
    fresh.chmod(0o700)
    fresh.rename(file)


def compiled(compiler: str, wait_s: float) -> bytes | None:
    """The client that becomes this interpreter where it can't hand off a job. None: it can't be compiled here."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "client"
        python = json.dumps(sys.executable, ensure_ascii=False)  # a string of C, too
        settings = [f"-DPYTHON={python}", f"-DWAIT_MS={round(wait_s * 1000)}"]
        ran = subprocess.run(
            [compiler, "-O2", "-static", *settings, "-o", str(made), str(CLIENT)],
            env={"PATH": os.defpath},
            capture_output=True,
            check=False,
        )
        return made.read_bytes() if ran.returncode == 0 else None


def interpreted(wait_s: float) -> bytes:
    text = STAND_IN.read_text().replace(f"WAIT_S = {WAIT_S}", f"WAIT_S = {wait_s}")
    return f"#!{sys.executable} -IS\n{text}".encode()


def listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    for left in path.parent.glob("modules-*"):  # of a server that was killed
        shutil.rmtree(left)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    os.umask(0o177)
    listener.bind(str(path))
    os.umask(0o022)
    listener.listen(4096)
    listener.setblocking(False)
    return listener


def supervise(listener: socket.socket, max_jobs: int, max_growth: int) -> None:
    """Keeps one server up. The next is ready before the last one stops taking jobs; what that still runs, it sees to the end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a server
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    serving: socket.socket | None = None
    while True:
        link, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        supervisor = os.getpid()
        if os.fork() == 0:
            link.close()
            if serving:
                serving.close()
            work(listener, theirs, supervisor, max_jobs, max_growth)
            return
        theirs.close()
        if link.recv(8):  # it is ready
            if serving:
                serving.close()  # tells it to take no more
            serving = link
            if link.recv(8):  # it has grown old
                continue
        print("warm interpreter: the server died; starting another", file=sys.stderr)
        time.sleep(0.5)


def work(
    listener: socket.socket, link: socket.socket, supervisor: int, max_jobs: int, max_growth: int
) -> None:
    """The life of a server and, where serve() returns a connection, of the job that was forked from it."""
    from .forks import die_with
    from .job import run  # not before the fork: the supervisor stays small
    from .server import Server, preload

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    die_with(supervisor)
    preloaded = preload(Path(listener.getsockname()).parent)
    server = Server(listener, link, preloaded, max_jobs, max_growth)
    link.send(b"ready")
    start = server.serve()
    if start is not None:
        run(start.connection, preloaded, server.kept, start.template)


if __name__ == "__main__":
    sys.exit(main())
