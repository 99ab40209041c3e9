"""Text as speech: of which vendor, what it counts, and what is refused because WhatsApp would not show it as a voice note."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from f.models.providers import candidates_of
from f.models.speech_synthesis import TOKENS_PER_SECOND, seconds_of, synthesize
from f.models.types import ModelError
from f.whatsapp.outgoing_files import outgoing_kind
from local.meta import voice
from local.models.media import words_heard
from local.ports import free_port
from local.processes import Processes
from tests.agent.vendors import Raw, Vendor, openai_shape

WORDS = "You can return it within 30 days."


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Any:
    processes, port = Processes(Path(tmp_path_factory.mktemp("models-logs"))), free_port()
    processes.start("models", "local.models", "--port", str(port), env={})
    try:
        processes.wait_until_answers("models", f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        processes.stop_all()


def candidate(provider: str, url: str) -> Any:
    address = f"{url}/v1" if provider == "openai" else url
    llm = {"provider": provider, "base_url": address, "model": "m", "api_key": "sk-0123456789"}
    return candidates_of(llm, SimpleNamespace(provider=None, model=None, fallbacks=[]), None)[0]


@pytest.mark.parametrize("provider", ["openai", "gemini"])
def test_each_vendor_gives_a_voice_note(models: str, provider: str) -> None:
    made = synthesize(candidate(provider, models), WORDS, {}, 20)
    assert words_heard(made.content) == WORDS
    assert outgoing_kind(made.content, "answer.ogg") == ("audio", "audio/ogg")
    assert made.input_tokens > 0 and made.output_tokens > 0


def test_openai_s_sound_counts_by_its_length(models: str) -> None:
    made = synthesize(candidate("openai", models), WORDS, {"speech_model": "tts-of-ours"}, 20)
    assert made.model == "tts-of-ours"
    assert seconds_of(made.content) == pytest.approx(len(WORDS) * 3 * 0.02)
    assert made.output_tokens == pytest.approx(seconds_of(made.content) * TOKENS_PER_SECOND, abs=1)


@pytest.mark.parametrize("content", [b"", b"OggS", b"OggS" + b"x" * 9, b"no sound"])
def test_a_file_without_a_length_has_none(content: bytes) -> None:
    assert seconds_of(content) == 0


@pytest.mark.parametrize(
    "answer",
    [
        Raw(status=500, body={"error": {"message": "down"}}),
        Raw(status=404, body=b"not here"),
        Raw(body=b"ID3 an mp3"),
        Raw(body=voice.ogg(WORDS)[:3]),
        Raw(cut=True, body=voice.ogg(WORDS)),
    ],
    ids=["500", "404", "mp3", "too short", "cut"],
)
def test_what_is_no_voice_note_is_an_error_without_a_key(answer: Raw) -> None:
    vendor = Vendor(openai_shape)
    vendor.script = [answer]
    with pytest.raises(ModelError, match="could not be spoken") as caught:
        synthesize(candidate("openai", vendor.url), WORDS, {}, 5)
    assert "sk-" not in str(caught.value)
