"""Starts a warm interpreter; runs a wrapper.py by its client or by the plain interpreter."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from worker.warm.__main__ import COMPILER, compiled, interpreted, put

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = ("-u", "-m", "wrapper")
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "TZ": "UTC", "HOME": "/tmp", "WM_TOKEN": "t"}
SAYS = "warm interpreter: "
RUNS = ("-m", "windmill.worker.warm")


def until(true: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Job:
    """A folder with a wrapper.py, and the process that runs it."""

    def __init__(
        self,
        python: str,
        source: str,
        env: dict[str, str] | None = None,
        files: dict[str, str] | None = None,
        user: int | None = None,
        **options: Any,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="job-"))
        if user is not None:
            os.chown(self.folder, user, user)
        for name, text in {"wrapper.py": source, **(files or {})}.items():
            (self.folder / name).write_text(text)
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "process_group": 0} | options
        self.process = subprocess.Popen(
            [python, *ARGUMENTS],
            cwd=self.folder,
            env=ENVIRONMENT | (env or {}),
            stdin=subprocess.DEVNULL,
            text=True,
            **options,
        )

    def wait(self) -> tuple[int, str, str]:
        """Exit code, output, errors; without what differs from run to run."""
        out, err = self.process.communicate(timeout=60)
        shutil.rmtree(self.folder)
        folder = str(self.folder)
        return self.process.returncode, out.replace(folder, "FOLDER"), err.replace(folder, "FOLDER")


def plainly(source: str, env: dict[str, str] | None = None, **options: Any) -> tuple[int, str, str]:
    return Job(sys.executable, source, env, **options).wait()


class Warm:
    """A warm interpreter that runs. Its client is generous with time: the tests run many processes on few cores."""

    def __init__(
        self,
        *flags: str,
        wait_s: float = 60,
        code: tuple[str, ...] = RUNS,
        preexec_fn: Callable[[], None] | None = None,
        user: int | None = None,
        compiler: str | None = COMPILER,
    ) -> None:
        self.wait_s, self.preexec_fn, self.user, self.compiler = wait_s, preexec_fn, user, compiler
        self.folder = Path(tempfile.mkdtemp(prefix="warm-"))
        if user is not None:
            os.chown(self.folder, user, user)
        self.python = str(self.folder / "python")
        command = [sys.executable, *code, "--folder", str(self.folder), *flags]
        environment = os.environ | {"A_SECRET": "of whoever starts it"}
        self.log = (self.folder / "log").open("w+")
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stderr=self.log, preexec_fn=self.preexec_fn
        )

    def __enter__(self) -> Warm:
        until((self.folder / "socket").exists)
        self.patient(self.wait_s)
        until(lambda: not self.job("").wait()[2])
        return self

    def patient(self, seconds: float) -> None:
        """How long the client waits for an answer."""
        client = Path(self.python)
        owner = client.stat()
        put(client, (self.compiler and compiled(self.compiler, seconds)) or interpreted(seconds))
        os.chown(client, owner.st_uid, owner.st_gid)

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)

    @property
    def servers(self) -> list[int]:
        return [pid for pid in children(self.process.pid) if alive(pid)]

    def job(self, source: str, env: dict[str, str] | None = None, **options: Any) -> Job:
        return Job(self.python, source, env, **{"preexec_fn": self.preexec_fn, "user": self.user} | options)

    def run(self, source: str, env: dict[str, str] | None = None, **options: Any) -> tuple[int, str, str]:
        return self.job(source, env, **options).wait()
