"""The product on the server that the environment names, brought up once for all tests of this folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from local import postgres
from local.stack import Stack
from tests.e2e.conftest import World
from tests.windmill_server.place import NotGiven, ServerStack, given


class ServerWorld(World):
    """World, with what an operator of the server sees."""

    stack: ServerStack

    def job(self, run: str) -> dict[str, Any]:
        found: dict[str, Any] = self.stack.windmill().call("GET", f"jobs_u/get/{run}").json()
        return found

    def jobs(self) -> list[dict[str, Any]]:
        """Every job of the workspace, whole, with its log."""
        server = self.stack.windmill()
        listed = server.call("GET", "jobs/list?per_page=1000").json()
        assert len(listed) < 1000, "more jobs than a listing holds: use a fresh workspace"

        def whole(entry: dict[str, Any]) -> list[dict[str, Any]]:
            job = server.call("GET", f"jobs_u/get/{entry['id']}", ok=(200, 404))
            log = server.call("GET", f"jobs_u/get_logs/{entry['id']}", ok=(200, 404)).text
            return [{**job.json(), "logs": log}] if job.status_code == 200 else []

        with ThreadPoolExecutor(8) as pool:
            return [job for found in pool.map(whole, listed) for job in found]

    def run_of(self, message_id: str) -> str:
        (row,) = self.rows("select run_id::text from inbound_messages where message_id = %s", message_id)
        return str(row["run_id"])


@pytest.fixture(scope="session")
def server() -> Iterator[dict[str, str]]:
    """The server that the environment names. Where it names none and none is asked for, the local runner stands in with the same URLs."""
    try:
        yield given()
        return
    except NotGiven as missing:
        if os.environ.get("SERVER_REQUIRED"):
            pytest.exit(str(missing), 2)
    folder = Path(tempfile.mkdtemp(prefix="chatmill-runner-", dir="/var/tmp"))
    folder.chmod(0o755)
    runner = Stack(folder)
    try:
        runner.start_warm()
        runner.cluster = postgres.start(folder / "postgres", runner.secrets.postgres, durable=False)
        runner.cluster.create_database("runner")
        runner.start_runner({"PYTHONDONTWRITEBYTECODE": ""})
        runner.processes.wait_until_answers("runner", runner.url("runner") + "/api/version")
        yield {
            "WINDMILL_URL": runner.url("runner"),
            "WINDMILL_TOKEN": runner.secrets.runner,
            "WINDMILL_WORKSPACE": runner.workspace,
            "DATABASE_URL": runner.cluster.url(),
        }
    finally:
        runner.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def world(server: dict[str, str]) -> Iterator[ServerWorld]:
    """The product on that server."""
    folder = Path(tempfile.mkdtemp(prefix="chatmill-server-", dir="/var/tmp"))
    folder.chmod(0o755)
    stack = ServerStack(folder, server)
    try:
        stack.bring_up()
        yield ServerWorld(stack)
    finally:
        stack.stop()
        shutil.rmtree(folder, ignore_errors=True)
