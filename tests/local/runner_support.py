"""A runner in a process of its own on a bundle that a test writes, and a client for its API."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

import httpx
import yaml

from local.ports import free_port

TOKEN = "admin-token-for-tests"
ROOT = Path(__file__).parents[2]


def wait_until(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """The condition's value as soon as it is true; fails when it stays false."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


def script(bundle: Path, path: str, source: str, **more: Any) -> None:
    file = bundle / f"{path}.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dedent(source), encoding="utf-8")
    schema = {"type": "object", "properties": {}}
    file.with_suffix(".script.yaml").write_text(yaml.safe_dump({"kind": "script", "schema": schema, **more}))


def step(name: str, path: str, inputs: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A module; an input that starts with `=` is an expression, anything else static."""
    transforms = {
        key: {"type": "javascript", "expr": value[1:]}
        if isinstance(value, str) and value.startswith("=")
        else {"type": "static", "value": value}
        for key, value in (inputs or {}).items()
    }
    return {"id": name, "value": {"type": "script", "path": path, "input_transforms": transforms}, **more}


def flow(bundle: Path, path: str, *modules: dict[str, Any], **value: Any) -> None:
    file = bundle / f"{path}__flow" / "flow.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    names = {"x": {"type": "integer"}, "mode": {"type": "string"}}
    data = {"summary": path, "value": {"modules": list(modules), **value}, "schema": {"properties": names}}
    file.write_text(yaml.safe_dump(data), encoding="utf-8")


def environment(database: str) -> dict[str, str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("RUNNER_")}
    return {**env, "RUNNER_TOKEN": TOKEN, "RUNNER_DATABASE_URL": database}


class Client:
    """The running process and its API."""

    def __init__(self, process: subprocess.Popen[str], port: int, bundle: Path, database: str) -> None:
        self.process = process
        self.port = port
        self.bundle = bundle
        self.database = database
        self.url = f"http://127.0.0.1:{port}"
        self.http = self.as_token(TOKEN)

    def as_token(self, token: str) -> httpx.Client:
        base = f"{self.url}/api/w/demo/"
        return httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    def start(self, kind: str, path: str, args: Any = None, **query: Any) -> str:
        answer = self.http.post(f"jobs/run/{kind}/{path}", json=args or {}, params=query)
        assert answer.status_code == 201, answer.text
        return answer.text

    def job(self, job_id: str) -> dict[str, Any]:
        data: dict[str, Any] = self.http.get(f"jobs_u/get/{job_id}").json()
        return data

    def done(self, job_id: str, seconds: float = 60) -> dict[str, Any]:
        def completed() -> dict[str, Any] | None:
            job = self.job(job_id)
            return job if job["type"] == "CompletedJob" else None

        job: dict[str, Any] = wait_until(completed, seconds)
        return job

    def run(self, kind: str, path: str, args: Any = None) -> dict[str, Any]:
        return self.done(self.start(kind, path, args))

    def steps(self, job_id: str) -> list[dict[str, Any]]:
        """A flow's step jobs, oldest first, with everything in them."""
        listed = self.http.get("jobs/list", params={"parent_job": job_id}).json()
        return [self.job(item["id"]) for item in reversed(listed)]


RUNS = ("-m", "local.runner")


@contextmanager
def running(bundle: Path, database: str, *options: str, code: tuple[str, ...] = RUNS) -> Iterator[Client]:
    port = free_port()
    command = [sys.executable, *code, "--bundle", str(bundle), "--port", str(port), *options]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(database),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        seen = []
        for line in process.stdout:
            seen.append(line)
            if line.startswith("Runner ready"):
                break
        else:
            raise AssertionError(f"the runner did not start: {''.join(seen)}")
        yield Client(process, port, bundle, database)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(timeout=60)
        process.stdout.close()
