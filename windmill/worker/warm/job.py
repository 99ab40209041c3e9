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
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, NoReturn

from .modules import Modules
from .patterns import Patterns

# Read once, when a process or one of the preloaded modules starts: a job that sets them needs a fresh interpreter.
EARLY = ("PYTHON", "LANG", "LC_", "LD_", "MALLOC_", "GLIBC_", "OPENSSL_", "PSYCOPG_", "PYDANTIC_", "OTEL_")
OURS = __name__.partition(".")[0]  # the package that this code is in: not a job's business
NAMESPACES = ("mnt", "net", "pid", "user", "cgroup")
LIMITS = sorted({getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")})


class Preloaded(NamedTuple):
    """What a job finds imported: the packages' versions, the top-level names, all modules but ours, and ours.

    Made before any fork, as is `patterns`, what Python's cache of regular expressions holds: to go through either in a job is to write to each of
    their names, which copies a page of memory for nearly every one.
    """

    versions: dict[str, str]
    names: set[str]
    modules: frozenset[str]
    ours: tuple[str, ...]
    patterns: frozenset[Any]

    def clash(self, folder: str) -> str:
        """Whether a folder of a job's path holds something else than what is imported already under that name."""
        try:
            found = os.listdir(folder)
        except OSError:
            return ""  # Python passes over it, too
        packages = [
            name.removesuffix(".dist-info").split("-") for name in found if name.endswith(".dist-info")
        ]
        for name, version in ((plain_name(package[0]), package[-1]) for package in packages):
            if self.versions.get(name, version) != version:
                return f"{name} {version} is locked, {self.versions[name]} is preloaded"
        same = {name.partition(".")[0] for name in found} & self.names if not packages else set()
        return f"{folder} has another {', '.join(sorted(same))}" if same else ""


def plain_name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


class Client:
    """Who hands off the job: the process that Windmill started, and whether a fork can stand in for it."""

    def __init__(self, connection: socket.socket) -> None:
        self.streams = socket.recv_fds(connection, 16, 3)[1]
        if len(self.streams) != 3:
            raise OSError("the client went away")
        peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        self.pid, *owner = struct.unpack("3i", peer)
        if owner != [os.geteuid(), os.getegid()]:
            raise PermissionError("it belongs to another user")
        self.place = Path(f"/proc/{self.pid}")
        pairs = (self.place / "environ").read_bytes().split(b"\0")
        given = dict(os.fsdecode(pair).split("=", 1) for pair in pairs if pair)
        self.environment = {**os.environ, **given}  # the server's is what Python itself sets: LC_CTYPE
        self.path = [folder for folder in given.get("PYTHONPATH", "").split(":") if folder]

    def why_not(self, preloaded: Preloaded) -> str:
        """The reason why this job needs an interpreter of its own; '' when it doesn't."""
        for kind in NAMESPACES:
            if os.readlink(self.place / "ns" / kind) != os.readlink(f"/proc/self/ns/{kind}"):
                return f"the job is isolated from it ({kind} namespace)"
        early = {k for k, v in self.environment.items() if k.startswith(EARLY) and os.environ.get(k) != v}
        if early - {"PYTHONPATH"}:
            return f"it was started without this job's {', '.join(sorted(early - {'PYTHONPATH'}))}"
        folders = (os.readlink(self.place / "cwd"), *self.path)
        return next((reason for folder in folders if (reason := preloaded.clash(folder))), "")

    def take_over(self) -> None:
        """Its streams, folder, environment, limits and process group; what is killed with it, is killed with the job."""
        for number, handle in enumerate(self.streams):
            os.dup2(handle, number)
            os.close(handle)
        os.chdir(self.place / "cwd")
        umask = re.search(r"Umask:\s+(\d+)", (self.place / "status").read_text())
        os.umask(int(umask[1], 8) if umask else 0o022)
        for limit in LIMITS:
            wanted = resource.prlimit(self.pid, limit)
            if wanted != resource.getrlimit(limit):
                resource.setrlimit(limit, wanted)
        Path("/proc/self/oom_score_adj").write_text((self.place / "oom_score_adj").read_text())
        try:
            os.setpgid(0, self.pid)
        except PermissionError:
            os.setsid()  # it doesn't lead a group of this session
        os.environ.clear()
        os.environ.update(self.environment)
        time.tzset()


def run(connection: socket.socket, preloaded: Preloaded, kept: Path) -> NoReturn:
    """In the job's process: becomes what `python -u -m wrapper` would be, and ends as that would."""
    base = sys.path[:]
    try:
        client = Client(connection)
        reason = client.why_not(preloaded)
        if not reason:
            client.take_over()
    except (OSError, ValueError) as error:
        reason = str(error)
    try:
        connection.send((f"plain {reason}" if reason else f"pid {os.getpid()}").encode())
    except OSError:
        os._exit(1)  # the client is gone: nothing of the job has run, and it does not
    if reason:
        os._exit(0)
    connection.close()
    gc.enable()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in preloaded.ours:
        del sys.modules[name]
    modules, patterns = Modules(kept), Patterns(kept, preloaded.patterns)
    patterns.load()
    sys.path[:] = [os.getcwd(), *client.path, *base]
    sys.argv[:] = ["-m"]
    sys.orig_argv[:] = [sys.executable, "-u", "-m", "wrapper"]
    sys.modules["__main__"] = ModuleType("__main__")
    sys.modules["__main__"].__annotations__ = {}
    code = main_module(modules)
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    brought = brought_modules(preloaded.modules)
    modules.keep(brought)
    patterns.keep()
    leave(code, brought)


def main_module(modules: Modules) -> int:
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
        modules.lay_out()
        sys.excepthook(type(error), error, error.__traceback__)
        if isinstance(error, KeyboardInterrupt):
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        return 1
    return 0


def brought_modules(before: frozenset[str]) -> list[str]:
    """The modules that the job itself has imported, the last one first: they are at the end, and those before them are better not touched."""
    count = len(sys.modules) - len(before)
    return list(islice((name for name in reversed(sys.modules) if name not in before), count))


def leave(code: int, brought: list[str]) -> NoReturn:
    """What an interpreter does at its end, for what the job itself has brought: tearing down all that was preloaded takes 50 ms."""
    if threading.active_count() == 1:  # a thread that goes on would find its modules empty
        for name in [*brought, "__main__"]:
            if module := sys.modules.pop(name, None):
                vars(module).clear()
        gc.collect()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        code = 120
    os._exit(code)
