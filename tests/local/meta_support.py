"""For the tests of local.meta: the real process, a webhook that records, and a stand-in for Windmill."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

SECRET = "test_app_secret"
NUMBER, OTHER_NUMBER = "106540352242922", "106540352242933"
TOKEN, OTHER_TOKEN = "token-a", "token-b"
SHEENA = {"name": "Sheena Nelson", "phone": "16505551234", "user_id": "US.13491208655302741918"}
ANA = {"name": "Ana Ruiz", "user_id": "ES.88120045120077", "username": "ana.ruiz"}
T = TypeVar("T")


def eventually(check: Callable[[], T], seconds: float = 60.0) -> T:
    """The first true value of `check`; fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := check():
            return value
        time.sleep(0.01)
    raise AssertionError("It did not happen in time.")


class Recorder:
    """Keeps every request. As a webhook it answers with `status`; `answers` maps paths to JSON."""

    def __init__(self, port: int = 0) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 200
        self.answers: dict[str, Any] = {}
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                recorder.requests.append((self.path, headers, body))
                answer = recorder.answers.get(self.path.partition("?")[0])
                self.send_response(200 if answer is not None else recorder.status)
                self.end_headers()
                self.wfile.write(b"" if answer is None else json.dumps(answer).encode())

            do_GET = do_POST

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, _, body in list(self.requests) if body]

    def values(self, field: str) -> list[dict[str, Any]]:
        """All `messages` or `statuses` that were delivered, in order."""
        changes = [c for body in self.bodies() for entry in body["entry"] for c in entry["changes"]]
        return [item for change in changes for item in change["value"].get(field, [])]

    def statuses(self, wamid: str) -> list[str]:
        return [status["status"] for status in self.values("statuses") if status["id"] == wamid]

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def configuration(webhook_url: str, **more: Any) -> dict[str, Any]:
    numbers = [
        {
            "phone_number_id": NUMBER,
            "display_phone_number": "+1 555 078 3881",
            "waba_id": "102290129340398",
            "name": "Lumen Bikes",
            "examples": ["How long is the warranty?"],
            "catalog_id": "77",
            "products": {f"sku-{n}": {"name": f"Bike {n}", "price": "9 EUR"} for n in range(31)},
            "flows": {"123": {"screen": "FIRST", "title": "Test ride", "fields": {"day": "Day"}}},
        },
        {
            "phone_number_id": OTHER_NUMBER,
            "display_phone_number": "+49 30 5550 1234",
            "waba_id": "102290129340399",
            "name": "Praxis am Park",
        },
    ]
    return {
        "webhook_urls": [webhook_url],
        "numbers": numbers,
        "templates": [
            {
                "waba_id": "102290129340398",
                "name": name,
                "language": "en",
                "components": [{"type": "BODY", "text": "We are back."}],
            }
            for name in ("hello", "back")
        ],
        "customers": [SHEENA, ANA],
        "statuses": {"sent_s": 0.01, "delivered_s": 0.03, "read_s": 0.05},
        "limits": {"retry_base_s": 0.05},
        **more,
    }


class Meta:
    """The real process on a free port."""

    def __init__(
        self,
        directory: Path,
        config: dict[str, Any],
        *arguments: str,
        tokens: dict[str, str] | None = None,
    ) -> None:
        path = directory / "config.json"
        path.write_text(json.dumps(config))
        held = json.dumps(tokens or {NUMBER: TOKEN, OTHER_NUMBER: OTHER_TOKEN})
        secrets = {"META_APP_SECRET": SECRET, "META_ACCESS_TOKENS": held, "META_RUNNER_TOKEN": "runner"}
        environment = {**os.environ, **secrets}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local.meta", "--port", "0", "--config", str(path), *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert "http://" in line, "The process did not start."
        self.url = "http://" + line.split("http://", 1)[1].split("/", 1)[0]
        self.client = httpx.Client(base_url=self.url, timeout=60, trust_env=False)
        eventually(self.up)

    def up(self) -> bool:
        try:
            return self.client.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def control(self, name: str, /, **body: Any) -> Any:
        answer = self.client.post(f"/control/{name}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def deliver(self, text: str = "Hello", /, **more: Any) -> Any:
        body = {"phone_number_id": NUMBER, "message": {"type": "text", "text": text}}
        return self.control("deliver", **(body | {"customer": "Sheena Nelson"} | more))

    def sent(self, **query: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get("/control/sent", params=query).json()["sent"]
        return found

    def post(self, body: Any, token: str = TOKEN, number: str = NUMBER) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return self.client.post(f"/graph/v26.0/{number}/messages", json=body, headers=headers)

    def send(self, text: str = "Hi", /, **more: Any) -> httpx.Response:
        body = {"messaging_product": "whatsapp", "to": "+16505551234", "type": "text", "text": {"body": text}}
        return self.post({key: value for key, value in (body | more).items() if value is not None})

    def stop(self) -> int:
        self.client.close()
        self.process.terminate()
        code = self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()
