"""Runs one script in a fresh Python process: its folder, its log, its limits, its end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.runner import wrapper
from local.runner.errors import error_result, execution_error
from local.runner.models import Outcome
from local.runner.settings import MAX_LOG_CHARS, MAX_RESULT_BYTES

FLUSH_S = 0.5
DRAIN_S = 1.0


@dataclass(frozen=True)
class Run:
    """What one process needs."""

    folder: Path
    python: str
    path: str
    source: str
    args: dict[str, Any]
    env: dict[str, str]
    step_id: str | None
    timeout_s: float | None


def prepare(run: Run) -> None:
    shutil.rmtree(run.folder, ignore_errors=True)
    package, module = wrapper.module_name(run.path)
    code = run.folder / package.replace(".", "/")
    code.mkdir(parents=True)
    (code / f"{module}.py").write_text(run.source, encoding="utf-8")
    (run.folder / "wrapper.py").write_text(wrapper.render(run.path), encoding="utf-8")
    (run.folder / "args.json").write_text(json.dumps(run.args), encoding="utf-8")


class Log:
    """Collects what the process writes, hands it on in pieces, and notices when it is too much."""

    def __init__(self, flush: Callable[[str], Awaitable[None]]) -> None:
        self._flush = flush
        self._pending = ""
        self.tail = ""
        self.size = 0
        self.full = asyncio.Event()

    def take(self) -> str:
        text, self._pending = self._pending, ""
        return text

    async def read(self, stream: asyncio.StreamReader) -> None:
        # A character that is cut in two between reads shows as a replacement mark, and no more than that.
        while data := await stream.read(65536):
            text = data.decode("utf-8", "replace").replace("\x00", "")
            self.size += len(text)
            if self.size > MAX_LOG_CHARS:
                self._pending += (
                    f"\nJob logs reached the limit of {MAX_LOG_CHARS} characters; killing the job."
                )
                self.full.set()
                return
            self._pending += text
            self.tail = (self.tail + text)[-600:]

    async def flush_often(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            if self._pending:
                await self._flush(self.take())


def kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


async def _start(run: Run) -> tuple[asyncio.subprocess.Process, asyncio.StreamReader, asyncio.ReadTransport]:
    """The process and its output. The pipe is our own: with asyncio's, a process has not ended before its
    pipe has, and a grandchild can hold that open for ever."""
    read_end, write_end = os.pipe()
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", buffering=0)
    )
    try:
        process = await asyncio.create_subprocess_exec(
            run.python, "-u", "-m", "wrapper",
            cwd=run.folder, env=run.env, start_new_session=True,
            stdin=asyncio.subprocess.DEVNULL, stdout=write_end, stderr=write_end,
        )  # fmt: skip
    except BaseException:
        transport.close()
        raise
    finally:
        os.close(write_end)
    return process, reader, transport


async def execute(
    run: Run, canceled: asyncio.Event, flush: Callable[[str], Awaitable[None]], pids: set[int]
) -> Outcome:
    """Starts the process and sees it through. `pids` shows whom to kill when the runner ends."""
    await asyncio.to_thread(prepare, run)
    process, output, transport = await _start(run)
    pids.add(process.pid)
    log = Log(flush)
    reader = asyncio.create_task(log.read(output))
    flusher = asyncio.create_task(log.flush_often())
    try:
        reason = await _watch(process, run.timeout_s, canceled, log.full)
        await asyncio.wait({reader}, timeout=DRAIN_S)
    finally:
        kill_group(process.pid)
        pids.discard(process.pid)
        for task in (reader, flusher):
            task.cancel()
        await asyncio.gather(reader, flusher, return_exceptions=True)
        transport.close()
    outcome = _outcome(run, process.returncode, reason, log.tail)
    outcome.logs = log.take()
    shutil.rmtree(run.folder, ignore_errors=True)
    return outcome


async def _watch(
    process: asyncio.subprocess.Process, timeout_s: float | None, canceled: asyncio.Event, full: asyncio.Event
) -> str:
    """Waits for the end, whatever brings it: '', 'timeout', 'canceled' or 'logs'."""
    waits = {
        asyncio.create_task(process.wait()): "",
        asyncio.create_task(canceled.wait()): "canceled",
        asyncio.create_task(full.wait()): "logs",
    }
    try:
        done, _ = await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waits:
            task.cancel()
    reasons = {waits[task] for task in done}
    if "" in reasons:
        return ""
    kill_group(process.pid)
    await process.wait()
    return reasons.pop() if reasons else "timeout"


def _outcome(run: Run, code: int | None, reason: str, tail: str) -> Outcome:
    if reason == "canceled":
        return Outcome("canceled", None)
    if reason == "timeout":
        message = "job process terminated due to timeout after exceeding job-specific duration limit"
        canceled = {"by": "timeout", "reason": f"duration > {run.timeout_s:g}"}
        return Outcome("failure", execution_error(message, run.step_id), canceled=canceled)
    if reason == "logs":
        message = f"logs or result reached limit. (current max size: {MAX_LOG_CHARS} characters)"
        return Outcome("failure", execution_error(message, run.step_id))
    if code is not None and code < 0:
        message = f"process terminated by signal: {-code} ({signal.Signals(-code).name})"
        return Outcome("failure", execution_error(message, run.step_id))
    return _read_result(run, code == 0, code or 0, tail)


def _read_result(run: Run, success: bool, code: int, tail: str) -> Outcome:
    file = run.folder / "result.json"
    size = file.stat().st_size if file.exists() else 0
    if size > MAX_RESULT_BYTES:
        message = f"Result is too large: {size} bytes (limit {MAX_RESULT_BYTES} bytes, 2MB)"
        return Outcome("failure", execution_error(message, run.step_id))
    text = file.read_text(encoding="utf-8") if size else ""
    if not text:
        if success:
            return Outcome("success", None)
        message = f'exit code for "{Path(run.python).name} run": {code}, last log lines:\n{tail.strip()}'
        return Outcome("failure", error_result("ExecutionErr", message, run.step_id, exit_code=code))
    value = json.loads(text)
    return Outcome("success", value) if success else Outcome("failure", {"error": value})


def default_python() -> str:
    return os.environ.get("PYTHON_PATH") or sys.executable
