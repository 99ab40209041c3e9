"""A job's process, freshly forked: whether it may run here, what it takes over from the client, how it runs and how it ends."""

from __future__ import annotations

import atexit
import gc
import os
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
from typing import NoReturn

from .keys import Key
from .modules import Modules, is_deployed
from .patterns import Patterns
from .preloaded import Preloaded
from .sources import Sources
from .templates import Template, note

# Read once, when a process or one of the preloaded modules starts: a job that sets them needs a fresh interpreter.
EARLY = ("PYTHON", "LANG", "LC_", "LD_", "MALLOC_", "GLIBC_", "OPENSSL_", "PSYCOPG_", "PYDANTIC_", "OTEL_")
NAMESPACES = ("mnt", "net", "pid", "user", "cgroup")
LIMITS = sorted({getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")})


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
        self.place = f"/proc/{self.pid}"
        pairs = read(f"{self.place}/environ").split(b"\0")
        given = dict(os.fsdecode(pair).split("=", 1) for pair in pairs if pair)
        self.environment = {**os.environ, **given}  # the server's is what Python itself sets: LC_CTYPE
        self.path = [folder for folder in given.get("PYTHONPATH", "").split(":") if folder]

    def why_not(self, preloaded: Preloaded) -> str:
        """The reason why this job needs an interpreter of its own; '' when it doesn't."""
        for kind in NAMESPACES:
            if os.readlink(f"{self.place}/ns/{kind}") != os.readlink(f"/proc/self/ns/{kind}"):
                return f"the job is isolated from it ({kind} namespace)"
        early = {k for k, v in self.environment.items() if k.startswith(EARLY) and os.environ.get(k) != v}
        if early - {"PYTHONPATH"}:
            return f"it was started without this job's {', '.join(sorted(early - {'PYTHONPATH'}))}"
        folders = (os.readlink(f"{self.place}/cwd"), *self.path)
        return next((reason for folder in folders if (reason := preloaded.clash(folder))), "")

    def take_over(self) -> None:
        """Its streams, folder, environment, limits and process group; what is killed with it, is killed with the job."""
        for number, handle in enumerate(self.streams):
            os.dup2(handle, number)
            os.close(handle)
        os.chdir(f"{self.place}/cwd")
        umask = read(f"{self.place}/status").partition(b"\nUmask:")[2].split(maxsplit=1)
        os.umask(int(umask[0], 8) if umask else 0o022)
        for limit in LIMITS:
            wanted = resource.prlimit(self.pid, limit)
            if wanted != resource.getrlimit(limit):
                resource.setrlimit(limit, wanted)
        score, own = read(f"{self.place}/oom_score_adj"), "/proc/self/oom_score_adj"
        if score != read(own):
            Path(own).write_bytes(score)
        try:
            os.setpgid(0, self.pid)
        except PermissionError:
            os.setsid()  # it doesn't lead a group of this session
        os.environ.clear()
        os.environ.update(self.environment)
        time.tzset()


def read(file: str) -> bytes:
    """A file of /proc. What a Path and a file object do beside that copies some 100 pages of memory for each job."""
    handle, parts = os.open(file, os.O_RDONLY | os.O_CLOEXEC), []
    try:
        while part := os.read(handle, 1 << 18):
            parts.append(part)
    finally:
        os.close(handle)
    return b"".join(parts)


def run(connection: socket.socket, preloaded: Preloaded, kept: Path, template: Template | None) -> NoReturn:
    """In the job's process: becomes what `python -u -m wrapper` would be, and ends as that would. `template`: what it was forked from, if not from
    the server."""
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
    imports = Imports(preloaded, kept, template)
    sys.path[:] = [os.getcwd(), *client.path, *base]
    sys.argv[:] = ["-m"]
    sys.orig_argv[:] = [sys.executable, "-u", "-m", "wrapper"]
    sys.modules["__main__"] = ModuleType("__main__")
    sys.modules["__main__"].__annotations__ = {}
    code = main_module(imports.modules)
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    leave(code, imports.keep())


class Imports:
    """What of a job's modules, expressions and files is there already, and what the job adds for the next one."""

    def __init__(self, preloaded: Preloaded, kept: Path, template: Template | None) -> None:
        key, deployed = Key.of(os.environ), is_deployed()
        self._is_anew = template is not None and not template.fits(key, bool(deployed))
        if template and self._is_anew:
            template.forget()
            template = None
        self._before, self._kept, self._key = preloaded.modules, kept, key
        if template:
            self._before, self.modules = template.now.modules, template.modules
            self._patterns, self._sources = template.patterns, template.sources
            self.modules.begin(Path.cwd() / "tmp")
        else:
            self.modules = Modules(kept, key, bool(deployed), Path.cwd() / "tmp")
            self._patterns = Patterns(kept, key, preloaded.patterns)
            self._patterns.load()
            self._sources = Sources(kept, key, deployed is not False and bool(key.version))
            self._sources.load()
        self._sources.begin(Path.cwd())
        self._is_noted = deployed is None or self.modules.used  # what a preview imports is of no version

    def keep(self) -> list[str]:
        """At the job's end; returns the names of the modules that it has imported, the last one first."""
        brought = brought_modules(self._before)
        self.modules.keep(brought)
        compiled = self._patterns.keep() | self._sources.keep()
        if self._is_noted:
            note(self._kept, self._key, brought, compiled, self._is_anew)
        return brought


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
