"""Child processes of the demo and of the tests: started together, waited for until they answer, stopped together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


class StartError(Exception):
    """Names the process that did not come up, with the end of its log."""


class Processes:
    """Named processes with their logs in one folder. Each has a session of its own: Ctrl-C reaches only the starter, which stops them in order."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._logs.mkdir(parents=True, exist_ok=True)
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def running(self) -> dict[str, subprocess.Popen[bytes]]:
        """By name."""
        return dict(self._running)

    def start(self, name: str, *arguments: str, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Runs `python -m …` with extra environment variables."""
        with (self._logs / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=os.environ | (env or {}),
                cwd=Path(__file__).resolve().parents[1],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_starter if _can_end_with_starter() else None,
            )
        return self._running[name]

    def wait_until_answers(self, name: str, url: str, seconds: float = 60) -> None:
        """Polls a URL until it answers with anything below 500. Raises StartError when the process ends or time is up."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._running[name].poll() is not None:
                raise StartError(f"{name} stopped at its start: {self.last_words(name)}")
            try:
                with urllib.request.urlopen(url, timeout=2):
                    return
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    return
            except OSError:
                pass  # not listening yet: asked again below
            time.sleep(0.03)
        raise StartError(f"{name} did not answer within {seconds:.0f} s: {self.last_words(name)}")

    def last_words(self, name: str) -> str:
        """The last lines of its log."""
        lines = (self._logs / f"{name}.log").read_text(errors="replace").strip().splitlines()
        return " / ".join(lines[-3:]) or "its log is empty"

    def kill(self, name: str) -> None:
        """SIGKILL to the process and what it started; for tests of faults."""
        process = self._running.pop(name)
        _signal_group(process, signal.SIGKILL)
        process.wait()

    def stop(self, name: str) -> None:
        """SIGTERM, patience, SIGKILL."""
        process = self._running.pop(name)
        _end(process)

    def stop_all(self) -> None:
        """Last started, first stopped."""
        for process in reversed(self._running.values()):
            _signal_group(process, signal.SIGTERM)
        for process in reversed(self._running.values()):
            _end(process)
        self._running.clear()

    def wait_for_any(self, tick: Callable[[], None] | None = None) -> str:
        """Blocks until one of them ends; returns its name."""
        while True:
            for name, process in self._running.items():
                if process.poll() is not None:
                    return name
            time.sleep(0.5)
            if tick:
                tick()


def _end(process: subprocess.Popen[bytes]) -> None:
    _signal_group(process, signal.SIGTERM)
    try:
        process.wait(timeout=8)
    except subprocess.TimeoutExpired:
        _signal_group(process, signal.SIGKILL)
        process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return  # it is gone already, which is what was wanted


def _can_end_with_starter() -> bool:
    """Linux only. It signals when the starting *thread* ends, so only the main thread may ask for it."""
    return sys.platform == "linux" and threading.current_thread() is threading.main_thread()


def _end_with_starter() -> None:
    """In the new process: asks for SIGTERM when its starter ends, even by SIGKILL. Otherwise it would go on and keep its port."""
    LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
