"""A door with two tenants behind it, and a Windmill that runs the real scripts, one after the other, as a worker would."""

from __future__ import annotations

import importlib
import json
import os
import re
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
from starlette.testclient import TestClient

from local.mail import Mailbox, words_of
from local.portal.wire import request
from portal.app import make_app
from portal.settings import Settings
from sql import apply
from tests.administrator import administrator

TOKEN = "the door's own token"
MASTER_KEY = b64encode(b"k" * 32).decode()
ALPHA = "aaaaaaaa-0000-4000-8000-00000000000d"
BETA = "bbbbbbbb-0000-4000-8000-00000000000d"
OWNER, AGENT, OTHER = "owner@alpha.example", "agent@alpha.example", "owner@beta.example"
PHONE, OPERATOR, STRANGER = "+34600111222", "op@platform.example", "nobody@elsewhere.example"
SEED = f"""
insert into tenants (id, name, embedding_model) values ('{ALPHA}', 'Alpha', 'multilingual-e5-small'),
    ('{BETA}', 'Beta', 'multilingual-e5-small');
insert into tenant_members (tenant_id, email, role) values ('{ALPHA}', '{OWNER}', 'owner'), ('{ALPHA}', '{AGENT}', 'agent'),
    ('{ALPHA}', '{PHONE}', 'agent'), ('{BETA}', '{OTHER}', 'owner');
insert into operators values ('{OPERATOR}');
"""
ORIGIN, SITE = "http://testserver", "testserver"
DOMAIN, OWN_ORIGIN = "chat.alpha.example", "http://chat.alpha.example"  # Alpha's own, by the fixture `label`


class FakeWindmill:
    """Answers run_wait_result. Each script runs with what a worker would give it: the job's id, and no signed-in user. `jobs`: all arguments, by
    job; `hold`: whoever clears it keeps every script waiting until it is set."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values, self.jobs, self.results = values, {}, {}  # type: ignore[var-annotated]
        self.hold = threading.Event()
        self.hold.set()
        self._lock = threading.Lock()
        windmill = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                status, answer = windmill.answer(self)
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nothing: the tests read results."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, handler: BaseHTTPRequestHandler) -> tuple[int, Any]:
        given = json.loads(handler.rfile.read(int(handler.headers["content-length"])))
        if handler.headers["authorization"] != f"Bearer {TOKEN}":
            return 401, "Unauthorized"
        place = urlsplit(handler.path)
        path = place.path.removeprefix("/api/w/demo/jobs/run_wait_result/p/")
        self.hold.wait(20)
        try:
            return 200, self.run(path, given, parse_qs(place.query)["job_id"][0])
        except Exception as error:
            return 500, {"error": {"name": type(error).__name__}}

    def run(self, path: str, given: dict[str, Any], job: str) -> Any:
        """As anybody may who can run scripts in Windmill."""
        self.jobs.setdefault(job, (path, given))
        arguments = {
            name: self.values.get(value, value) if isinstance(value, str) else value
            for name, value in given.items()
        }
        with self._lock:
            os.environ["WM_JOB_ID"] = job
            os.environ.pop("WM_END_USER_EMAIL", None)
            try:
                result = importlib.import_module(path.replace("/", ".")).main(**arguments)
            finally:
                del os.environ["WM_JOB_ID"]
        self.results[job] = result
        return json.loads(json.dumps(result))

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class House:
    """The door and all that is behind it."""

    def __init__(self, url: str) -> None:
        self.url, self.mailbox = url, Mailbox()
        apply.apply(url, {"chatbot_app": "portal tests", "chatbot_door": "portal tests"})
        info = psycopg.conninfo.conninfo_to_dict(url)
        place = {key: info.get(key) for key in ("host", "port", "dbname")}
        self.db = {**place, "user": "chatbot_app", "password": "portal tests"}
        self.windmill = FakeWindmill(
            {
                "$res:f/chatbot/database": self.db,
                "$res:f/chatbot/settings": {**self.mailbox.settings, "portal_url": ORIGIN},
                "$var:f/chatbot/master_key": MASTER_KEY,
                "$res:f/chatbot/whatsapp": {"graph_url": "http://127.0.0.1:9", "api_version": "v26.0"},
            }
        )
        self.settings = Settings.model_validate(
            {
                "database_url": psycopg.conninfo.make_conninfo(
                    url, user="chatbot_door", password="portal tests"
                ),
                "windmill_url": self.windmill.url,
                "windmill_workspace": "demo",
                "windmill_token": TOKEN,
                "portal_url": ORIGIN,
            }
        )
        self.rows = administrator(url).rows

    def member(self, email: str, tenant: str = ALPHA, role: str = "agent") -> str:
        self.rows(
            "insert into tenant_members (tenant_id, email, role) values (%s, %s, %s) returning 1",
            tenant,
            email,
            role,
        )
        return email

    @contextmanager
    def open(self, **changed: Any) -> Iterator[TestClient]:
        """The running door, as one browser sees it."""
        app = make_app(self.settings.model_copy(update=changed))
        origin = changed.get("portal_url", ORIGIN)
        with TestClient(app, base_url=origin, headers={"origin": origin}) as client:
            yield client

    @contextmanager
    def at(self, domain: str) -> Iterator[TestClient]:
        """The same at a business's own address."""
        with self.open() as client:
            client.base_url = client.headers["origin"] = f"http://{domain}"  # type: ignore[assignment]
            yield client

    def stop(self) -> None:
        self.windmill.stop()
        self.mailbox.stop()


class Browser:
    """Cookies of its own, at a door that others use, too."""

    def __init__(self, client: TestClient) -> None:
        self.client, self.cookies = client, {}  # type: ignore[var-annotated]

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self._kept(lambda: self.client.post(path, json=body or {}, **options))

    def get(self, path: str) -> Any:
        return self._kept(lambda: self.client.get(path))

    def _kept(self, ask: Callable[[], Any]) -> Any:
        self.client.cookies.clear()
        self.client.cookies.update(self.cookies)
        answer = ask()
        self.cookies = {cookie.name: cookie.value for cookie in self.client.cookies.jar}
        return answer

    def call(self, runnable: str, action: str, **fields: Any) -> Any:
        return self.post("/api/call", {"runnable": runnable, "args": {"request": request(action, **fields)}})

    def ask_code(self, person: str) -> Any:
        return self.post("/api/code", {"person": person, "language": "en"})

    def enter(self, code: str) -> Any:
        return self.post("/api/enter", {"code": code})

    def sign_in(self, house: House, person: str) -> Browser:
        """With the code that comes by mail."""
        before = len(house.mailbox.mails)
        assert self.ask_code(person).json() == {"ok": True}
        assert self.enter(house_code(house, person, before)).json() == {"ok": True}
        return self


def house_code(house: House, person: str, since: int) -> str:
    """The code that was mailed to somebody after so many mails."""
    message: Message = house.mailbox.wait_for(person, since)
    found = re.search(r"\b(\d{6})\b", words_of(message))
    assert found
    return found[1]
