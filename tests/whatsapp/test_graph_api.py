"""The Graph API as a step uses it, against the stand-in's real process: sends, their outcomes, and customers' files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from f.whatsapp.graph_api import GraphApi, MediaError
from f.whatsapp.media import sees, transcribe
from local.meta import voice
from local.models.media import words_heard
from tests.local.meta_support import NUMBER, TOKEN, Meta, Recorder, configuration, eventually

TEXT = {"type": "text", "text": {"body": "Hi"}}
SEND = "6f2c0e9a-0d52-4a4e-9d54-0b6c3a0f7a11"


@pytest.fixture(scope="module")
def meta(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meta]:
    webhook = Recorder()
    with Meta(tmp_path_factory.mktemp("meta"), configuration(webhook.url + "/webhook")) as running:
        yield running
    webhook.stop()


@pytest.fixture
def api(meta: Meta) -> GraphApi:
    meta.control("reset")
    meta.deliver("Hello")
    return client(meta)


def client(
    meta: Meta, token: str = TOKEN, phone: str | None = "16505551234", user: str | None = None
) -> GraphApi:
    resource = {"graph_url": f"{meta.url}/graph", "api_version": "v26.0", "timeout_s": 2}
    return GraphApi(resource, NUMBER, token, phone, user)


def test_a_send_is_sent(meta: Meta, api: GraphApi) -> None:
    outcome = api.send(TEXT, SEND, "run")
    (found,) = meta.sent()
    assert (outcome["state"], outcome["message_id"]) == ("sent", found["wamid"])
    assert found["to"] == "+16505551234"
    assert found["biz_data"] == {"send_id": SEND, "run": "run"}


def test_a_person_without_a_phone_is_reached_by_user_id(meta: Meta, api: GraphApi) -> None:
    meta.deliver("Hello", customer="Ana Ruiz")
    assert client(meta, phone=None, user="ES.88120045120077").send(TEXT, SEND, "run")["state"] == "sent"
    assert meta.sent()[-1]["to"] == "ES.88120045120077"


@pytest.mark.field_failure(7)
@pytest.mark.parametrize("code", [4, 100, 130429, 131026, 131047, 131056, 190, 368, 132001, 131042])
def test_a_refusal_has_its_code(meta: Meta, api: GraphApi, code: int) -> None:
    meta.control("fail", mode="error", code=code, status=400)
    outcome = api.send(TEXT, SEND, "run")
    assert (outcome["state"], outcome["code"]) == ("refused", code)


@pytest.mark.parametrize(
    "fault",
    [
        {"mode": "error", "code": 131000, "status": 500},
        {"mode": "error_after_accept", "code": 131016, "status": 503},
        {"mode": "timeout_after_accept"},
        {"mode": "drop_after_accept"},
        {"mode": "drop_before"},
    ],
)
def test_what_may_have_been_accepted_is_unknown(meta: Meta, api: GraphApi, fault: dict[str, Any]) -> None:
    meta.control("fail", **fault)
    assert api.send(TEXT, SEND, "run")["state"] == "unknown"


def test_without_a_connection_nothing_was_sent() -> None:
    resource = {"graph_url": "http://127.0.0.1:1/graph", "api_version": "v26.0"}
    outcome = GraphApi(resource, NUMBER, TOKEN, "1", None).send(TEXT, SEND, "run")
    assert (outcome["state"], outcome["code"]) == ("refused", None)


def test_typing_is_renewed_until_it_is_over(
    meta: Meta, api: GraphApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("f.whatsapp.graph_api.TYPING_S", 0.05)
    wamid = meta.deliver("Hello")["wamid"]
    done = api.keep_typing(wamid)
    eventually(lambda: len(meta.client.get("/control/receipts").json()["receipts"]) >= 3)
    done.set()


class Malformed(BaseHTTPRequestHandler):
    """Meta as it answers a token that it can't read: it quotes it."""

    def log_message(self, *arguments: Any) -> None: ...

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers["content-length"] or 0))
        token = self.headers["authorization"].removeprefix("Bearer ")
        message = f"{'x' * 270} Malformed access token {token}"
        error = {"message": message, "type": "OAuthException", "code": 190, "error_data": {"details": token}}
        content = json.dumps({"error": error}).encode()
        self.send_response(401)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET


def test_the_token_is_in_no_error() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Malformed)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    resource = {"graph_url": f"http://127.0.0.1:{server.server_address[1]}", "api_version": "v26.0"}
    token = "GGQVsecret-0123456789"
    api = GraphApi(resource, NUMBER, token, "1", None)
    try:
        outcome = api.send(TEXT, SEND, "run")
        with pytest.raises(MediaError, match="190") as refused:
            api.upload("terms.pdf", "application/pdf", b"%PDF-1.4 x")
        with pytest.raises(MediaError, match="190"):
            api.fetch_media("12345", 1000, 5)
    finally:
        server.shutdown()
        server.server_close()
    assert (outcome["state"], outcome["code"]) == ("refused", 190) and "[key]" in str(outcome["error"])
    assert "GGQV" not in f"{outcome} {refused.value}"


def file(meta: Meta, content: bytes, kind: str = "text/plain") -> str:
    files = {"file": ("f", content, kind)}
    answer = meta.client.post(
        f"/graph/v26.0/{NUMBER}/media",
        data={"messaging_product": "whatsapp", "type": kind},
        files=files,
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    return str(answer.json()["id"])


@pytest.mark.field_failure(8)
def test_a_file_comes_in_two_steps(meta: Meta, api: GraphApi) -> None:
    content = b"hello" * 1000
    assert (
        hashlib.sha256(api.fetch_media(file(meta, content), 10_000, 5)).digest()
        == hashlib.sha256(content).digest()
    )


def test_a_file_that_is_too_large_is_not_taken(meta: Meta, api: GraphApi) -> None:
    with pytest.raises(MediaError) as refused:
        api.fetch_media(file(meta, b"x" * 1001), 1000, 5)
    assert refused.value.problem == "too_large"


def test_an_address_that_has_expired_is_asked_for_again(
    meta: Meta, api: GraphApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    download, seen = GraphApi._download, []

    def expires_once(self: GraphApi, url: str, limit: int, deadline: float) -> bytes | None:
        seen.append(url)
        return download(self, url + ("broken" if len(seen) == 1 else ""), limit, deadline)

    monkeypatch.setattr(GraphApi, "_download", expires_once)
    assert api.fetch_media(file(meta, b"hello"), 1000, 5) == b"hello"
    assert len(seen) == 2


@pytest.mark.parametrize("media_id", ["", "../messages", "12345678", "a/b"])
def test_a_file_that_is_not_there_is_said(api: GraphApi, media_id: str) -> None:
    with pytest.raises(MediaError) as refused:
        api.fetch_media(media_id, 1000, 5)
    assert refused.value.problem == "unreachable"


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/x", "https://evil.example/x", "https://xfbsbx.com/x"]
)
def test_the_token_goes_to_meta_only(api: GraphApi, url: str) -> None:
    with pytest.raises(MediaError, match="not Meta's"):
        api._download(url, 10, 1e12)


def test_a_file_that_does_not_come_in_time_is_given_up(meta: Meta, api: GraphApi) -> None:
    with pytest.raises(MediaError, match="in time"):
        api.fetch_media(file(meta, b"hello"), 1000, 0)


def test_an_upload_can_be_sent(meta: Meta, api: GraphApi) -> None:
    media_id = api.upload("terms.pdf", "application/pdf", b"%PDF-1.4 x")
    content = {"type": "document", "document": {"id": media_id, "filename": "terms.pdf"}}
    assert api.send(content, SEND, "run")["state"] == "sent"


def test_the_demo_s_voice_notes_carry_their_words(tmp_path: Path) -> None:
    sound = voice.ogg("¿Dónde está mi pedido?" * 30)
    assert sound.startswith(b"OggS")
    assert words_heard(sound) == "¿Dónde está mi pedido?" * 30
    assert words_heard(b"OggS" + b"\0" * 100) == ""


def test_a_transcription_that_fails_is_a_problem_not_an_error() -> None:
    for provider in ("openai", "gemini"):
        model: Any = {"provider": provider, "base_url": "http://127.0.0.1:1/v1", "api_key": "x", "model": "m"}
        with pytest.raises(MediaError) as refused:
            transcribe(model, b"OggS", "audio/ogg", "whisper-1")
        assert refused.value.problem == "unreachable"


@pytest.mark.parametrize(
    ("model", "llm", "answer"),
    [
        ("gpt-4o-mini", {}, True),
        ("gemini-2.5-flash", {}, True),
        ("offline-rule-based", {}, False),
        ("house-model", {"model": "house-model", "reads_images": True}, True),
        ("another-model", {"model": "house-model", "reads_images": True}, False),
        ("", {}, False),
    ],
)
def test_which_models_see(model: str, llm: dict[str, Any], answer: bool) -> None:
    assert sees(model, llm) is answer
