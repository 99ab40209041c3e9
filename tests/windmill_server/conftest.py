"""The product on the server that the environment names, brought up once for all tests of this folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from local import postgres
from local.stack import Stack
from tests.e2e.conftest import World
from tests.windmill_server.place import NotGiven, ServerStack, given


class ServerWorld(World):
    """World, with what an operator of the server sees."""

    stack: ServerStack

    def __init__(self, stack: ServerStack, since: str | None) -> None:
        super().__init__(stack)
        self.since = since  # when the newest job was made that was there before

    def job(self, run: str) -> dict[str, Any]:
        found: dict[str, Any] = self.stack.windmill().call("GET", f"jobs_u/get/{run}").json()
        return found

    def jobs(self, query: str = "", but: Collection[str] = ()) -> list[dict[str, Any]]:
        """Every job of the workspace since this suite began, whole, with its log."""
        server = self.stack.windmill()
        newer = f"&created_after={quote(self.since)}" if self.since else ""
        listed: dict[str, dict[str, Any]] = {}
        for page in range(1, 100):
            found = server.call("GET", f"jobs/list?per_page=1000&page={page}{newer}{query}").json()
            new = {entry["id"]: entry for entry in found if entry["id"] not in {*listed, *but}}
            listed |= new
            if len(found) < 1000 or not new:
                break

        def whole(entry: dict[str, Any]) -> list[dict[str, Any]]:
            job = server.call("GET", f"jobs_u/get/{entry['id']}", ok=(200, 404))
            log = server.call("GET", f"jobs_u/get_logs/{entry['id']}", ok=(200, 404)).text
            return [{**job.json(), "logs": log}] if job.status_code == 200 else []

        with ThreadPoolExecutor(8) as pool:
            return [job for found in pool.map(whole, listed.values()) for job in found]

    def run_of(self, message_id: str) -> str:
        (row,) = self.rows("select run_id::text from inbound_messages where message_id = %s", message_id)
        return str(row["run_id"])


def newest_job(stack: ServerStack) -> str | None:
    """When the newest job of the workspace was made, by the server's clock; None where there is no workspace or no job."""
    found = stack.windmill().call("GET", "jobs/list?per_page=1", ok=(200, 400, 401, 403, 404))
    listed = found.json() if found.status_code == 200 else []
    return str(listed[0]["created_at"]) if listed else None


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="package")
def world(server: dict[str, str]) -> Iterator[ServerWorld]:
    """The product on that server."""
    folder = Path(tempfile.mkdtemp(prefix="chatmill-server-", dir="/var/tmp"))
    folder.chmod(0o755)
    stack = ServerStack(folder, server)
    try:
        since = newest_job(stack)
        stack.bring_up()
        yield ServerWorld(stack, since)
    finally:
        stack.stop()
        shutil.rmtree(folder, ignore_errors=True)
