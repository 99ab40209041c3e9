"""What the local models see and hear, asked by the real SDKs of both vendors, through the product's own modules."""

from __future__ import annotations

import base64
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from f.models.providers import Models, candidates_of
from f.whatsapp.media import transcribe
from local.meta import voice

KEY = "local-key"
SEARCH: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "search_knowledge_base",
        "description": "Searches",
        "parameters": {
            "type": "object",
            "properties": {"question": {"type": "string"}},
            "required": ["question"],
        },
    },
}
FOUND = (
    '{"passages": [{"id": "S1", "heading": "Returns", "text": "You can return any item within 30 days."},'
    ' {"id": "S2", "heading": "Terms > Gift cards", "text": "Gift cards are valid for 24 months."}]}'
)


@pytest.fixture(scope="module")
def llm() -> Iterator[dict[str, Any]]:
    """The real process, as a resource of both vendors."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local.models", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "LOCAL_MODELS_KEY": KEY},
    )
    assert process.stdout is not None
    url = process.stdout.readline().split()[-1]
    try:
        yield {
            "model": "offline-rule-based",
            "base_url": url,
            "api_key": KEY,
            "gemini_base_url": url.removesuffix("/v1"),
            "gemini_api_key": KEY,
        }
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def png(colour: str, words: str = "", kind: str = "PNG") -> bytes:
    tags, out = PngInfo(), io.BytesIO()
    if words:
        tags.add_text("Description", words)
    Image.new("RGB", (40, 30), colour).save(out, kind, **({"pnginfo": tags} if kind == "PNG" else {}))
    return out.getvalue()


def shown(picture: bytes, text: str, mime: str = "image/png") -> dict[str, Any]:
    url = f"data:{mime};base64,{base64.b64encode(picture).decode()}"
    parts = [{"type": "text", "text": text}, {"type": "image_url", "image_url": {"url": url}}]
    return {"role": "user", "content": parts}


def models(llm: dict[str, Any], provider: str) -> Models:
    return Models(
        candidates_of(llm, SimpleNamespace(provider=provider, model="offline-rule-based", fallbacks=[]), None)
    )


BOTH = pytest.mark.parametrize("provider", ["openai", "gemini"])


@BOTH
def test_a_picture(llm: dict[str, Any], provider: str) -> None:
    asking = models(llm, provider)
    assert asking.complete([shown(png("red"), "[image]")], [SEARCH], False, 20)["text"] == "I see a picture."
    said = asking.complete([shown(png("red", "a lamp"), "[image]")], [SEARCH], False, 20)
    assert said["text"] == "In the picture I see a lamp."
    said = asking.complete([shown(png("red"), "¿Qué es esto?")], [SEARCH], False, 20)
    assert said["tool_calls"][0]["arguments"] == {"question": "¿Qué es esto?"}


@BOTH
def test_a_jpeg_and_a_look_up_behind_it(llm: dict[str, Any], provider: str) -> None:
    asked = [shown(png("green", kind="JPEG"), "Can I return this item?", "image/jpeg")]
    asking = models(llm, provider)
    first = asking.complete(asked, [SEARCH], False, 20)
    result = {"role": "tool", "tool_call_id": first["tool_calls"][0]["id"], "content": FOUND}
    said = asking.complete([*asked, {"role": "assistant", **first["message"]}, result], [SEARCH], False, 20)
    assert said["text"].startswith("I see a picture. You can return any item")
    assert "[S1]" in said["text"]


@BOTH
def test_a_page_is_read_not_described(llm: dict[str, Any], provider: str) -> None:
    page = shown(png("white", "Price list 2026"), "Write down all text in this picture of a page.")
    assert models(llm, provider).complete([page], [], False, 20)["text"] == "Price list 2026"


@BOTH
def test_a_voice_note(llm: dict[str, Any], provider: str) -> None:
    model = candidates_of(
        llm, SimpleNamespace(provider=provider, model="offline-rule-based", fallbacks=[]), None
    )[0]
    assert (
        transcribe(model, voice.ogg("¿Dónde está mi pedido?"), "audio/ogg", "whisper-1")
        == "¿Dónde está mi pedido?"
    )
    assert transcribe(model, voice.ogg(""), "audio/ogg", "whisper-1") == ""


@BOTH
def test_a_wrong_key_and_an_unknown_model_say_so(llm: dict[str, Any], provider: str) -> None:
    talk = [{"role": "user", "content": "hello"}]
    with pytest.raises(Exception, match="key was refused"):
        models({**llm, "api_key": "no", "gemini_api_key": "no"}, provider).complete(talk, [], False, 20)
    with pytest.raises(Exception, match="does not exist"):
        Models(
            candidates_of(llm, SimpleNamespace(provider=provider, model="nobody", fallbacks=[]), None)
        ).complete(talk, [], False, 20)
