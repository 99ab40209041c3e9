"""A job's process, freshly forked: whether it may run here, what it takes over from the client, how it runs and how it ends."""

from __future__ import annotations

import atexit
import gc
import os
import re
import resource
import runpy
import signal
import socket
import struct
import sys
import threading
import time
from pathlib import Path
from types import ModuleType
from typing import NoReturn

# Read once, when a process or one of the preloaded modules starts: a job that sets them needs a fresh interpreter.
EARLY = ("PYTHON", "LANG", "LC_", "LD_", "MALLOC_", "GLIBC_", "OPENSSL_", "PSYCOPG_", "PYDANTIC_", "OTEL_")
OURS = __name__.partition(".")[0]  # the package that this code is in: not a job's business
NAMESPACES = ("mnt", "net", "pid", "user", "cgroup")
LIMITS = sorted({getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")})


def answer(connection: socket.socket, line: str) -> None:
    try:
        connection.send(f"{line}\n".encode())
    except OSError:
        return  # nobody waits for it any more


def plain_name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


class Client:
    """Who handed over the job: its process, what it sent, and whether a fork can stand in for what it would become."""

    def __init__(self, connection: socket.socket) -> None:
        peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        self.pid, self.user, self.group = struct.unpack("3i", peer)
        head, self.handles, _, _ = socket.recv_fds(connection, 4, 4)
        size = int.from_bytes(head, "big")
        umask, *pairs = connection.recv(size, socket.MSG_WAITALL).split(b"\0")
        if len(self.handles) != 4 or not umask:
            raise OSError("the client went away")
        self.umask = int(umask)
        self.environment = dict(os.fsdecode(pair).split("=", 1) for pair in pairs)
        self.path = [folder for folder in self.environment.get("PYTHONPATH", "").split(":") if folder]

    def why_not(self, versions: dict[str, str], loaded: set[str]) -> str:
        """The reason why this job needs an interpreter of its own; '' when it doesn't."""
        if (self.user, self.group) != (os.geteuid(), os.getegid()):
            return "it belongs to another user"
        for kind in NAMESPACES:
            if os.readlink(f"/proc/{self.pid}/ns/{kind}") != os.readlink(f"/proc/self/ns/{kind}"):
                return f"the job is isolated from it ({kind} namespace)"
        early = {k for k, v in self.environment.items() if k.startswith(EARLY) and os.environ.get(k) != v}
        early |= os.environ.keys() - self.environment.keys()
        if early - {"PYTHONPATH"}:
            return f"it was started without this job's {', '.join(sorted(early - {'PYTHONPATH'}))}"
        return next(
            (reason for folder in (".", *self.path) if (reason := clash(folder, versions, loaded))), ""
        )

    def take_over(self) -> None:
        """Its streams, folder, environment, limits and process group; what is killed with it, is killed with the job."""
        for number, handle in enumerate(self.handles[:3]):
            os.dup2(handle, number)
        os.fchdir(self.handles[3])
        for handle in self.handles:
            os.close(handle)
        os.umask(self.umask)
        for limit in LIMITS:
            wanted = resource.prlimit(self.pid, limit)
            if wanted != resource.getrlimit(limit):
                resource.setrlimit(limit, wanted)
        Path("/proc/self/oom_score_adj").write_text(Path(f"/proc/{self.pid}/oom_score_adj").read_text())
        try:
            os.setpgid(0, self.pid)
        except PermissionError:
            os.setsid()  # it doesn't lead a group of this session
        os.environ.clear()
        os.environ.update(self.environment)
        time.tzset()


def clash(folder: str, versions: dict[str, str], loaded: set[str]) -> str:
    """Whether a folder of the job's path holds something else than what is imported already under that name."""
    try:
        names = os.listdir(folder)
    except OSError:
        return ""  # Python passes over it, too
    packages = [name.removesuffix(".dist-info").split("-") for name in names if name.endswith(".dist-info")]
    for name, version in ((plain_name(package[0]), package[-1]) for package in packages):
        if versions.get(name, version) != version:
            return f"{name} {version} is locked, {versions[name]} is preloaded"
    same = {name.partition(".")[0] for name in names} & loaded if not packages else set()
    return f"{folder} has another {', '.join(sorted(same))}" if same else ""


def run(connection: socket.socket, versions: dict[str, str], loaded: set[str]) -> NoReturn:
    """In the job's process: becomes what `python -u -m wrapper` would be, and ends as that would."""
    base = sys.path[:]
    try:
        client = Client(connection)
        reason = client.why_not(versions, loaded)
        if not reason:
            client.take_over()
    except (OSError, ValueError) as error:
        reason = str(error)
    answer(connection, f"plain {reason}" if reason else f"pid {os.getpid()}")
    if reason:
        os._exit(0)
    connection.close()
    gc.enable()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in [name for name in sys.modules if name.partition(".")[0] == OURS]:
        del sys.modules[name]
    before = set(sys.modules)
    sys.path[:] = [os.getcwd(), *client.path, *base]
    sys.argv[:] = ["-m"]
    sys.orig_argv[:] = [sys.executable, "-u", "-m", "wrapper"]
    sys.modules["__main__"] = ModuleType("__main__")
    sys.modules["__main__"].__annotations__ = {}
    leave(main_module(), before)


def main_module() -> int:
    """Runs wrapper.py as `-m` does; the exit code."""
    try:
        runpy._run_module_as_main("wrapper")  # type: ignore[attr-defined]
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return (end.code or 0) & 255
        print(end.code, file=sys.stderr)
        return 1
    except BaseException as error:
        assert error.__traceback__ is not None
        error.__traceback__ = error.__traceback__.tb_next  # without this function
        sys.excepthook(type(error), error, error.__traceback__)
        if isinstance(error, KeyboardInterrupt):
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        return 1
    return 0


def leave(code: int, before: set[str]) -> NoReturn:
    """What an interpreter does at its end, for what the job itself has brought: tearing down all that was preloaded takes 50 ms."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    if threading.active_count() == 1:  # a thread that goes on would find its modules empty
        for name in [name for name in sys.modules if name not in before or name == "__main__"][::-1]:
            vars(sys.modules.pop(name)).clear()
        gc.collect()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        code = 120
    os._exit(code)
