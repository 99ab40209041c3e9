"""Keys are planted everywhere, and everything fails that can: then no job, log or answer holds one.

On a product of its own, because it breaks it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest
import yaml

from local.portal import people
from local.portal.build import APP
from local.portal.wire import request
from local.seed import CLINIC, SHOP, DemoTenant, wait_for
from tests.e2e.conftest import World, running_world
from tests.e2e.test_delivery import change, deliver, envelope, message, stored
from tests.portal.test_refusals import ACTIONS, OPERATORS
from tests.typed_keys import sealed_key

pytestmark = pytest.mark.timeout(600)
PLANTED = {
    "whatsapp_token": "EAAplanted-whatsapp-0123456789",
    "llm_api_key": "planted-model-key-0123456789",
    "tool": "planted-tool-key-0123456789",
}
QUESTION = "How long is a gift card valid?"


class Quoting:
    """A vendor, Meta, or an MCP server that refuses everything and quotes the key it was asked with, also in other spellings."""

    def __init__(self) -> None:
        quoted: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                key = self.headers.get("authorization") or self.headers.get("x-goog-api-key") or "no key"
                quoted.append(key)
                words = f"{key} is wrong. Received '{key.removeprefix('Bearer ')}'"
                error = {"message": words, "code": 190, "type": "invalid", "error_data": {"details": words}}
                body = json.dumps({"error": error, "detail": words}).encode()
                self.send_response(401)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_DELETE = do_POST

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self.quoted = quoted
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


class Portal:
    """The portal in a browser; keeps every answer, whole."""

    def __init__(self, world: World) -> None:
        self.address = people.start(world.stack)
        self.answers: list[str] = []
        self.searched: set[str] = set()  # jobs that were over when they were searched
        self._signed_in: dict[str, httpx2.Client] = {}
        backend = {
            yaml.safe_load(file.read_text())["path"]: file.stem for file in (APP / "backend").glob("*.yaml")
        }
        self.runnables = {path.replace("/", "."): name for path, name in backend.items()}

    def ask(self, email: str, script: str, action: str, /, **fields: Any) -> Any:
        body = {"runnable": self.runnables[script], "args": {"request": request(action, **fields)}}
        answer = self._browser_of(email).post("/api/call", json=body)
        self.answers.append(answer.text)
        return answer.json()

    def _browser_of(self, email: str) -> httpx2.Client:
        if email not in self._signed_in:
            origin = {"origin": self.address}
            made = httpx2.Client(base_url=self.address, headers=origin, timeout=130)
            made.post("/sign-in", data={"email": email})
            self._signed_in[email] = made
        return self._signed_in[email]

    def close(self) -> None:
        for client in self._signed_in.values():
            client.close()


@pytest.fixture(scope="module")
def broken() -> Iterator[World]:
    with running_world() as made:
        yield made


@pytest.fixture(scope="module")
def portal(broken: World) -> Iterator[Portal]:
    """The shop's and the clinic's keys are planted as their owners and the operator type them."""
    made, operator = Portal(broken), people.OPERATOR.email
    (row,) = broken.rows(
        "select tenant_id::text from chatbots where phone_number_id = %s", CLINIC.phone_number_id
    )
    to = made.ask(operator, "f.portal_api.operator", "get")["sealing_key"]
    for kind in ("whatsapp_token", "llm_api_key"):
        sealed = sealed_key(to, row["tenant_id"], kind, PLANTED[kind])
        fields = {"tenant": row["tenant_id"], "kind": kind, "sealed_key": sealed}
        assert made.ask(operator, "f.portal_api.operator", "set_key", **fields)["ok"] is True
    yield made
    made.close()


@contextmanager
def resource(world: World, path: str, **changes: Any) -> Iterator[None]:
    """Other fields in a resource of the scripts, for a while."""
    server = world.stack.windmill()
    was = server.call("GET", f"resources/get_value/{path}").json()
    server.call("POST", f"resources/update/{path}", {"value": {**was, **changes}})
    try:
        yield
    finally:
        server.call("POST", f"resources/update/{path}", {"value": was})


@contextmanager
def app_role(world: World, broken: str, mended: str) -> Iterator[None]:
    """Another state of the scripts' role, for a while."""
    with world.stack.connect() as conn:
        conn.execute(f"alter role chatbot_app {broken}".encode())
        try:
            yield
        finally:
            conn.execute(f"alter role chatbot_app {mended}".encode())


def leaks(world: World, portal: Portal) -> list[str]:
    """The names of the secrets that a job, a process's log, or an answer of the portal holds."""
    logs = "".join(file.read_text(errors="replace") for file in (world.stack.state / "logs").glob("*.log"))
    jobs = world.jobs(but=portal.searched)
    searched = {"jobs": json.dumps(jobs), "logs": logs, "answers": "".join(portal.answers)}
    assert jobs and all(searched.values()), "what was looked at is there"
    portal.searched |= {job["id"] for job in jobs if job["type"] == "CompletedJob"}
    return [
        f"{name} in {where}"
        for where, text in searched.items()
        for name in (*world.secrets_in(text), *(kind for kind, key in PLANTED.items() if key in text))
    ]


def failures(world: World) -> int:
    """How many runs of a turn's first step failed."""
    listed = world.stack.windmill().call("GET", "jobs/list?success=false&per_page=1000").json()
    return sum(job["script_path"] == "f/chatbot/load_context" for job in listed)


def asked(world: World, tenant: DemoTenant) -> list[dict[str, Any]]:
    """A customer's question, once its turn has ended; the jobs of the run."""
    sent = message(QUESTION, customer=0)
    assert deliver(world, envelope(change(tenant, sent))) == 200
    wait_for(lambda: stored(world, sent["id"])[0]["state"] in ("answered", "dead"), 120)
    return stored(world, sent["id"])


@pytest.mark.parametrize("how", ["refused", "unknown host", "wrong password", "full"])
def test_a_database_that_can_not_be_reached(broken: World, portal: Portal, how: str) -> None:
    """The stranger's page, where the password stood once, and a customer's turn, which goes on when the database is back."""
    database: dict[str, dict[str, Any]] = {
        "refused": {"port": 1},
        "unknown host": {"host": "no-such-host.invalid"},
    }
    password = broken.stack.secrets.app
    roles = {
        "wrong password": ("password 'another'", f"password '{password}'"),
        "full": ("connection limit 0", "connection limit -1"),
    }
    place = (
        resource(broken, "f/chatbot/database", **database[how])
        if how in database
        else app_role(broken, *roles[how])
    )
    sent, before = message(QUESTION, customer=0), failures(broken)
    with place:
        answer = portal.ask(people.STRANGER.email, "f.portal_api.me", "get")
        assert answer == {"ok": False, "refused": "unavailable", "values": {}}
        assert deliver(broken, envelope(change(SHOP, sent))) == 200
        wait_for(lambda: failures(broken) > before, 60)
    wait_for(lambda: stored(broken, sent["id"])[0]["state"] == "answered", 120)
    assert leaks(broken, portal) == []


def test_a_postgresql_that_cuts_off_whoever_is_connected(broken: World, portal: Portal) -> None:
    over = threading.Event()

    def cut() -> None:
        with broken.stack.connect() as conn:
            while not over.wait(0.05):
                conn.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'chatbot_app'"
                )

    thread = threading.Thread(target=cut)
    thread.start()
    try:
        for _ in range(5):
            portal.ask(SHOP.staff, "f.portal_api.conversations", "list")
    finally:
        over.set()
        thread.join()
    assert leaks(broken, portal) == []


def test_vendors_that_quote_the_key(broken: World, portal: Portal) -> None:
    """The model's (the platform's key and the clinic's), the embeddings', Meta and an MCP server."""
    quoting = Quoting()
    address = f"http://{quoting.host}"
    owner = next(email for role, email in SHOP.people.items() if role == "owner")
    (row,) = broken.rows(
        "select tenant_id::text from chatbots where phone_number_id = %s", SHOP.phone_number_id
    )
    tool = {"name": "club", "url": f"{address}/mcp", "allowed_tools": ["get_points"]}
    to = portal.ask(owner, "f.portal_api.bot", "get")["sealing_key"]
    sealed = sealed_key(to, row["tenant_id"], f"tool:club {tool['url']}", PLANTED["tool"])
    with resource(broken, "f/chatbot/settings", allowed_private_hosts=[quoting.host]):
        assert portal.ask(owner, "f.portal_api.bot", "upsert_tool", **tool, sealed_key=sealed)["ok"] is True
        bot = portal.ask(owner, "f.portal_api.bot", "get")["bots"][0]
        seen = {"draft": {"tools": bot["draft"][0]["value"]}, "live": bot["version"], "note": ""}
        publish = {"phone_number_id": bot["phone_number_id"], **seen}
        assert portal.ask(owner, "f.portal_api.versions", "publish", **publish)["version"]
        asked(broken, SHOP)
        assert any(PLANTED["tool"] in key for key in quoting.quoted)
        for path, changes, key in (
            ("f/chatbot/llm", {"base_url": f"{address}/v1"}, broken.stack.secrets.models),
            ("f/chatbot/embeddings", {"base_url": f"{address}/v1"}, broken.stack.secrets.models),
            (
                "f/chatbot/whatsapp",
                {"graph_url": address},
                broken.stack.secrets.whatsapp[SHOP.phone_number_id],
            ),
        ):
            quoting.quoted.clear()
            with resource(broken, path, **changes):
                asked(broken, SHOP)
                asked(broken, CLINIC)
            assert any(key in quoted for quoted in quoting.quoted), f"{path} was asked with its key"
    assert leaks(broken, portal) == []


def test_every_action_of_the_portal(broken: World, portal: Portal) -> None:
    """As one who may do everything; and of each script one that is refused: all are refused in the same place (portal/test_refusals.py)."""
    for script, action, fields, _ in ACTIONS:
        portal.ask(SHOP.people["owner"], script, action, **fields)
    refused = {script: (action, fields) for script, action, fields, least in ACTIONS if least != "viewer"}
    for script, (action, fields) in refused.items():
        assert "refused" in portal.ask(SHOP.people["viewer"], script, action, **fields)
    for action in sorted(OPERATORS - {"delete_operator"}):
        portal.ask(people.OPERATOR.email, "f.portal_api.operator", action)
    assert leaks(broken, portal) == []
