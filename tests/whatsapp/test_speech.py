"""Voice notes: to which server they go, in which language they are heard, and what they count."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

from f.agent.turn import Turn
from f.models.prices import PER_MILLION
from f.models.providers import candidates_of
from f.whatsapp.speech import TOKENS_HEARD_PER_SECOND, hearing_model, transcribe

pytestmark = pytest.mark.field_reply("surroundings-11")
WORDS = "¿Dónde está mi pedido?"
WHISPER = "gpt-4o-mini-transcribe"


class Ear:
    """A server with /audio/transcriptions alone, as Whisper's are."""

    def __init__(self) -> None:
        self.usage: Any = None
        self.asked: list[tuple[str, bytes, str]] = []
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments: Any) -> None: ...

            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["content-length"]))
                ear.asked.append((self.path, form, self.headers["authorization"]))
                body = json.dumps({"text": WORDS} | ({"usage": ear.usage} if ear.usage else {})).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"


@pytest.fixture
def ear() -> Iterator[Ear]:
    made = Ear()
    yield made
    made.server.shutdown()
    made.server.server_close()


def heard_by(ear: Ear, provider: str = "openai", **llm: Any) -> Any:
    settings = SimpleNamespace(provider=provider, model="m", fallbacks=[])
    resource = {"base_url": "http://127.0.0.1:1/v1", "api_key": "sk-of-the-chat-model", **llm}
    (model,) = candidates_of(resource, settings, "sk-of-the-tenant")
    return hearing_model(resource, model)


@pytest.mark.parametrize("provider", ["openai", "gemini"])
def test_speech_has_an_address_and_a_key_of_its_own(ear: Ear, provider: str) -> None:
    model = heard_by(ear, provider, transcription_base_url=ear.url, transcription_api_key="sk-of-speech")
    assert transcribe(model, b"OggS", "audio/ogg", "whisper-large-v3") == WORDS
    path, form, key = ear.asked[0]
    assert (path, key) == ("/v1/audio/transcriptions", "Bearer sk-of-speech")
    assert b"whisper-large-v3" in form and b'name="language"' not in form


def test_no_key_of_another_server_goes_there(ear: Ear) -> None:
    model = heard_by(ear, transcription_base_url=ear.url, transcription_api_key="none")
    transcribe(model, b"OggS", "audio/ogg", WHISPER)
    assert ear.asked[0][2] == "Bearer none"


def test_without_an_address_it_is_the_chat_models(ear: Ear) -> None:
    model = heard_by(ear, base_url=ear.url)
    assert transcribe(model, b"OggS", "audio/ogg", WHISPER) == WORDS
    assert ear.asked[0][2] == "Bearer sk-of-the-tenant"


@pytest.mark.field_reply("surroundings-12")
def test_the_language_goes_along(ear: Ear) -> None:
    transcribe(heard_by(ear, base_url=ear.url), b"OggS", "audio/ogg", WHISPER, language="pt_BR")
    assert b'name="language"\r\n\r\npt\r\n' in ear.asked[0][1]


def turn(languages: list[str], written: str = "", remembered: str | None = None) -> Any:
    context = {
        "question": "[voice note]",
        "history": [{"role": "user", "text": written}] if written else [],
        "chatbot": {"languages": languages},
        "contact": {"language": remembered},
    }
    return SimpleNamespace(settings=SimpleNamespace(languages=languages), context=context)


@pytest.mark.field_reply("surroundings-12")
@pytest.mark.parametrize(
    ("given", "language"),
    [
        (turn(["es"]), "es"),
        (turn(["en", "es"], "Hola, quiero saber dónde está mi pedido"), "es"),
        (turn(["en", "es"], remembered="es"), "es"),
        (turn(["en", "es"]), None),  # a guess would make one language of another
    ],
)
def test_the_language_is_the_chatbots_only_one_or_the_customers(given: Any, language: str | None) -> None:
    assert Turn.spoken_language(given) == language


@pytest.mark.field_reply("surroundings-13")
@pytest.mark.parametrize(
    ("usage", "heard"),
    [
        ({"type": "tokens", "input_tokens": 14, "output_tokens": 9, "total_tokens": 23}, 14),
        ({"type": "duration", "seconds": 30}, 30 * TOKENS_HEARD_PER_SECOND),
        (None, 10),  # as many as these words take at least
    ],
)
def test_what_was_heard_counts(ear: Ear, usage: Any, heard: int) -> None:
    counted: list[Any] = []
    ear.usage = usage
    model = heard_by(ear, base_url=ear.url)
    transcribe(model, b"OggS", "audio/ogg", WHISPER, lambda *given: counted.append(given))
    ((by, taken, written),) = counted
    assert (by, taken >= heard, written > 0) == (WHISPER, True, True) and WHISPER in PER_MILLION
