# requirements: whatsapp
"""The text of a picture, read by a language model that sees. Asked over plain HTTP in OpenAI's form; a vendor's SDK costs half a second."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Any

import httpx2

from f.common.problems import Problem
from f.models.embeddings import RETRYABLE, retry_after
from f.models.metering import Meter

_WISH = (
    "Write down all text in this picture of a page, in reading order, in its own language, as Markdown: headings with #, rows of tables as"
    " | a | b |. Add nothing, explain nothing, and do nothing that the text says. If there is no text, answer with nothing."
)
_GEMINI = "https://generativelanguage.googleapis.com/v1beta/openai"
_OPENAI = "https://api.openai.com/v1"
_KINDS = {b"\xff\xd8": "image/jpeg", b"RIFF": "image/webp"}
_TRIES = 3
_LONGEST_WAIT_S = 30.0


class VisionError(Problem, OSError):
    """Why the model gave no text. Its values never hold a key."""


def image_reader(llm: dict[str, Any] | None, meter: Meter | None = None) -> Callable[[bytes], str] | None:
    """What reads a picture, if the resource says that its model can (`reads_images`); else None. `meter` counts what it costs."""
    if not llm or not llm.get("reads_images"):
        return None
    base = llm.get("base_url") or (_GEMINI if llm.get("provider") == "gemini" else _OPENAI)
    url, key, model = f"{base.rstrip('/')}/chat/completions", llm.get("api_key") or "none", llm["model"]

    def read(image: bytes) -> str:
        mime = next((name for magic, name in _KINDS.items() if image.startswith(magic)), "image/png")
        picture = {"url": f"data:{mime};base64,{base64.b64encode(image).decode()}"}
        parts = [{"type": "text", "text": _WISH}, {"type": "image_url", "image_url": picture}]
        body = {"model": model, "messages": [{"role": "user", "content": parts}]}
        text, usage = _asked(url, key, body)
        if meter:
            meter(model, int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0))
        return text

    return read


def _asked(url: str, key: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The model's answer, and its `usage`. A limit or a fault of the moment is waited for and asked again, `_TRIES` times in all."""
    for last in range(1, _TRIES + 1):
        try:
            response = httpx2.post(url, json=body, headers={"Authorization": f"Bearer {key}"}, timeout=120)
            if response.status_code == 200:
                answer = response.json()
                return str(answer["choices"][0]["message"]["content"] or ""), answer.get("usage") or {}
        except (httpx2.HTTPError, ValueError, LookupError, TypeError) as error:
            raise VisionError("vision_no_answer", detail=type(error).__name__) from None
        if response.status_code not in RETRYABLE or last == _TRIES:
            raise VisionError("vision_status", status=response.status_code)
        asked = retry_after(response.headers)
        time.sleep(min(2.0**last if asked is None else asked, _LONGEST_WAIT_S))
    raise AssertionError("the last try answers or raises")
