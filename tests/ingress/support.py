"""What these tests share: payloads, a process to talk to, and a recording stand-in for Windmill."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import psycopg

from ingress.settings import Settings
from local.ports import free_port
from sql import apply

SECRET = "test_app_secret"
PHONE = "106540352242922"
JOB_ID_KEY = "a key that only tests use"
TOKEN = "windmill-token"


def wait_until(look: Callable[[], Any], deadline_s: float = 60.0) -> Any:
    """What `look` returns once that is true; fails after the deadline."""
    end = time.monotonic() + deadline_s
    while not (found := look()):
        assert time.monotonic() < end, f"still {found!r} after {deadline_s} s"
        time.sleep(0.01)
    return found


def text(
    message_id: str = "wamid.1", sender: str = "16505551234", body: str = "Hello", **more: Any
) -> dict[str, Any]:
    return {
        "from": sender,
        "id": message_id,
        "timestamp": "1749416383",
        "type": "text",
        "text": {"body": body},
        **more,
    }


def status(message_id: str = "wamid.out", state: str = "delivered", **more: Any) -> dict[str, Any]:
    return {
        "id": message_id,
        "status": state,
        "timestamp": "1749416384",
        "recipient_id": "16505551234",
        **more,
    }


def value(phone: str = PHONE, **more: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": "15550783881", "phone_number_id": phone}
    return {"messaging_product": "whatsapp", "metadata": metadata, **more}


def change(field: str = "messages", **more: Any) -> dict[str, Any]:
    return {"field": field, "value": value(**more)}


def envelope(*changes: Any, account: str = "102290129340398") -> dict[str, Any]:
    return {"object": "whatsapp_business_account", "entry": [{"id": account, "changes": list(changes)}]}


def dumps(body: Any) -> bytes:
    return json.dumps(body).encode()


def signature(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def settings(**chosen: Any) -> Settings:
    """Valid settings with these values."""
    needed = {
        "database_url": "postgresql://chatbot_ingress@127.0.0.1:1/none",
        "meta_app_secret": SECRET,
        "meta_verify_token": "verify me",
        "windmill_url": "http://127.0.0.1:9",
        "windmill_workspace": "demo",
        "windmill_token": TOKEN,
        "job_id_key": JOB_ID_KEY,
    }
    return Settings(**needed | chosen)


class Ingress:
    """A running `python -m ingress`."""

    def __init__(
        self, database_url: str, log: Path, windmill_url: str = "http://127.0.0.1:9", **settings: str
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.admin_port = free_port()
        self.admin_url = f"http://127.0.0.1:{self.admin_port}"
        self.log = log
        environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database_url,
            "META_APP_SECRET": SECRET,
            "META_VERIFY_TOKEN": "verify me",
            "WINDMILL_URL": windmill_url,
            "WINDMILL_WORKSPACE": "demo",
            "WINDMILL_TOKEN": TOKEN,
            "JOB_ID_KEY": JOB_ID_KEY,
            "INGRESS_PORT": str(self.port),
            "INGRESS_ADMIN_PORT": str(self.admin_port),
            "DISPATCH_RETRY_S": "0.02",
            "DISPATCH_LONGEST_RETRY_S": "0.2",
            "DISPATCH_POLL_S": "0.1",
            **settings,
        }
        with log.open("ab") as lines:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ingress"],
                env=environment,
                stderr=lines,
                cwd=Path(__file__).parents[2],
            )
        self.http = httpx2.Client(base_url=self.url, timeout=60, trust_env=False)
        self.admin = httpx2.Client(base_url=self.admin_url, timeout=60, trust_env=False)

    def wait(self, path: str = "/readyz") -> Ingress:
        wait_until(lambda: self._status(path) == 200)
        return self

    def _status(self, path: str) -> int:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.admin.get(path).status_code
        except httpx2.TransportError:
            return 0

    def post(self, body: bytes, **headers: str) -> httpx2.Response:
        """Posts a signed body."""
        return self.http.post(
            "/webhook", content=body, headers={"X-Hub-Signature-256": signature(body), **headers}
        )

    def send(self, *changes: Any) -> httpx2.Response:
        return self.post(dumps(envelope(*changes)))

    def metric(self, name: str) -> int:
        sample = re.search(
            rf"^ingress_{re.escape(name)} (\S+)$", self.admin.get("/metrics").text, re.MULTILINE
        )
        return int(float(sample[1])) if sample else 0

    def stop(self) -> int:
        self.http.close()
        self.admin.close()
        self.process.terminate()
        return self.process.wait(60)


def post_once(ingress: Ingress, body: bytes) -> int:
    """The status of a signed body, over a connection of its own."""
    headers = {"X-Hub-Signature-256": signature(body)}
    return httpx2.post(f"{ingress.url}/webhook", content=body, headers=headers, trust_env=False).status_code


def exchange(ingress: Ingress, *pieces: bytes) -> bytes:
    """What comes back for these bytes until the server hangs up."""
    with socket.create_connection(("127.0.0.1", ingress.port), timeout=60) as sock:
        try:
            for piece in pieces:
                sock.sendall(piece)
        except ConnectionError:
            assert pieces  # cut off while sending: what it said is read below
        answer = b""
        try:
            while chunk := sock.recv(65536):
                answer += chunk
        except ConnectionResetError:
            return answer
    return answer


class FakeWindmill:
    """Records every post and answers as told; can go away and come back on the same port."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], tuple[int, str]] = lambda post: (201, post["job_id"])
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        self.at_once = self.most_at_once = 0

    def up(self) -> None:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                post = {
                    "path": urlsplit(self.path).path,
                    "token": self.headers["Authorization"],
                    "job_id": "",
                    "body": body,
                    **query,
                }
                with fake._lock:
                    fake.posts.append(post)
                    fake.at_once += 1
                    fake.most_at_once = max(fake.most_at_once, fake.at_once)
                code, text = fake.answer(post)
                with fake._lock:
                    fake.at_once -= 1
                self.send_response(code)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                """Quiet: the posts are the record."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def down(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def message_ids(self) -> list[str]:
        def first(post: dict[str, Any]) -> str:
            return str(json.loads(post["body"])["entry"][0]["changes"][0]["value"]["messages"][0]["id"])

        return [first(post) for post in list(self.posts)]


class Database:
    """The inbox as an administrator sees it, and the URL that the ingress gets."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.ingress_url = f"{url}?options=-c%20role%3Dchatbot_ingress"
        self.connection = psycopg.connect(url, autocommit=True)

    def rows(self, query: str, *values: Any) -> list[Any]:
        return self.connection.execute(query.encode(), values).fetchall()

    def ids(self, where: str = "true") -> list[str]:
        return [
            row[0] for row in self.rows(f"select message_id from inbound_messages where {where} order by seq")
        ]

    def clear(self) -> None:
        self.connection.execute("delete from inbound_messages")

    def room(self, turns: int) -> None:
        """How many runs there may be at once."""
        apply.apply(self.url, {}, turns_in_flight=turns)

    def end(self, phone: str, message_id: str) -> None:
        """The run of a message ends: nobody has this number."""
        self.rows("select end_message(%s, %s, gen_random_uuid(), 'no chatbot')", phone, message_id)


LOCKED = (
    "select 1 from pg_stat_activity where application_name = 'ingress inbox' and wait_event_type = 'Lock'"
)
