"""The whole product, started once for all end-to-end tests: the same processes as in the demo, with its two tenants."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from local import seed
from local.stack import Stack
from tests.administrator import administrator

CHAT_WORKERS = 8  # so few that a small flood fills them


class World:
    """What a customer, Meta, and an operator can do from outside."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.http = httpx2.Client(timeout=90)

    def control(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """A wish to the stand-in for Meta."""
        response = self.http.post(f"{self.stack.url('meta')}/control/{path}", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    def ask(
        self, tenant: seed.DemoTenant, text: str, customer: str = "Lucía Ferrer", timeout_s: float = 60
    ) -> str:
        """Writes to a tenant as a customer; returns the whole reply."""
        body = {
            "phone_number_id": tenant.phone_number_id,
            "customer": customer,
            "text": text,
            "timeout_s": timeout_s,
        }
        answer = self.control("ask", body)
        assert answer["reply"], f"no reply to {text!r}: {answer}"
        return "\n".join(answer["reply"])

    def sent(self, tenant: seed.DemoTenant, at_least: int = 0, timeout_s: float = 60) -> list[dict[str, Any]]:
        """What the Graph API accepted from a tenant's number so far; waits for a number of messages."""
        query = {
            "phone_number_id": tenant.phone_number_id,
            "at_least": str(at_least),
            "timeout_s": str(timeout_s),
        }
        response = self.http.get(f"{self.stack.url('meta')}/control/sent", params=query)
        found: list[dict[str, Any]] = response.json()["sent"]
        return found

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """What the database holds, seen as its administrator."""
        return administrator(self.stack.database).rows(query, *parameters)

    def job_ids(self, query: str = "") -> list[str]:
        """Of every job, or of those that a query of Windmill's leaves."""
        listed = self.stack.windmill().call("GET", f"jobs/list?per_page=1000{query}").json()
        return [job["id"] for job in listed]

    def jobs(self, query: str = "", but: Collection[str] = ()) -> list[dict[str, Any]]:
        """The same, whole. `but`: jobs that are of no interest, of which there may be hundreds."""
        server = self.stack.windmill()
        wanted = [job for job in self.job_ids(query) if job not in but]
        return [server.call("GET", f"jobs_u/get/{job}").json() for job in wanted]

    def secrets_in(self, text: str) -> list[str]:
        """The names of the secrets that a text holds."""
        known = self.stack.secrets
        secret = {
            "database password": known.app,
            "master key": known.master_key,
            "job id key": known.job_id_key,
            "model key": known.models,
            "order system key": known.orders,
            **{f"access token {number}": token for number, token in known.whatsapp.items()},
        }
        escaped = {name: json.dumps(value)[1:-1] for name, value in secret.items()}
        return [name for name in secret if secret[name] in text or escaped[name] in text]


@contextmanager
def running_world() -> Iterator[World]:
    """The running product, with the demo's two tenants."""
    folder = Path(tempfile.mkdtemp(prefix="chatmill-e2e-", dir="/var/tmp"))
    folder.chmod(0o755)
    stack = Stack(folder)
    stack.chat_workers = CHAT_WORKERS
    try:
        stack.start(seed.meta_config(), durable=False)
        # The tests write as a few customers, more often in an hour than one customer would.
        seed.seed(stack, merge_window_s=0.0, max_replies_per_hour=1000)
        seed.seed_documents(stack)
        yield World(stack)
    finally:
        stack.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")  # at rest it still takes a twentieth of a core
def world() -> Iterator[World]:
    with running_world() as made:
        yield made
